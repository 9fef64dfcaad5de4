"""Reads what torch has written, without trusting it: looked through before torch may. Must not know networks or runs.

Torch's own restricted unpickler runs no code, but it may be asked for any amount of memory. So names, sizes and places
are looked at first, without making anything of them.
"""

from __future__ import annotations

import io
import os
import pickle
import pickletools
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import torch

from vitdash.opening import open_regular
from vitdash.text import plain

LARGEST_PICKLE_BYTES = 1 << 24
VALUE_BYTES = {
    **dict.fromkeys(("BoolStorage", "ByteStorage", "CharStorage"), 1),
    **dict.fromkeys(("BFloat16Storage", "HalfStorage", "ShortStorage"), 2),
    **dict.fromkeys(("FloatStorage", "IntStorage"), 4),
    **dict.fromkeys(("DoubleStorage", "LongStorage"), 8),
}
"""The types of a tensor's values, by the names that torch gives to where they are kept."""
NEEDED = {"collections OrderedDict", "torch._utils _rebuild_tensor_v2", *(f"torch {name}" for name in VALUE_BYTES)}
"""All that a checkpoint asks for by name; besides it has numbers, text, lists and tables."""


def read(path: Path) -> Any:  # noqa: ANN401 - whatever was saved
    """Return what was saved in a file, tensors on the CPU.

    Raises:
        ValueError: the file is damaged, or holds anything but values and tensors; the text says what.
    """
    try:
        with open_regular(path, follow=True) as file:
            _look_through(file)
        with warnings.catch_warnings():
            # Torch warns of odd pickles before it refuses them; the refusal is enough.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # what the readers of zip, pickle and torch raise has no common base
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ValueError(told.partition("\n")[0] or type(error).__name__) from None


def _look_through(file: IO[bytes]) -> None:
    """Check that a file is a zip archive as `torch.save` writes it, its pickle harmless and true of its tensors.

    Raises:
        ValueError: it is not; so do the readers of zip and pickle.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        # What torch writes is as long as its parts: anything else may be made to keep us reading for ever.
        packed = any(item.compress_type != zipfile.ZIP_STORED for item in members)
        if packed or sum(item.file_size for item in members) > os.fstat(file.fileno()).st_size:
            raise ValueError("its parts do not fit its size")
        # Torch does not look at the checksums that it writes: a flipped bit would become a weight.
        if (altered := archive.testzip()) is not None:
            raise ValueError(f"the checksum of {altered} is wrong")
        (pickled,) = (item for item in members if item.filename.endswith("/data.pkl"))
        if pickled.file_size > LARGEST_PICKLE_BYTES:
            raise ValueError("its table of contents is too large")
        content = archive.read(pickled)
        folder = pickled.filename.removesuffix("data.pkl")
        sizes = {item.filename.removeprefix(folder): item.file_size for item in members}
    _check_operations(content)
    _Rehearsal(content, sizes).load()


def _check_operations(content: bytes) -> None:
    """Refuse a pickle that keeps values in far places: room is made for all before them.

    Raises:
        ValueError: it does, or is none.
    """
    for operation, argument, _ in pickletools.genops(content):
        if operation.name in ("LONG_BINPUT", "PUT") and int(argument or 0) > len(content):
            raise ValueError("its table of contents is damaged")


class _Rehearsal(pickle.Unpickler):
    """Goes through a pickle without making a tensor, and compares each one's size with what the archive has of it."""

    def __init__(self, content: bytes, sizes: dict[str, int]) -> None:
        super().__init__(io.BytesIO(content))
        self._sizes = sizes

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - what stands for it
        """Return what stands for a name: nothing that does anything."""
        if f"{module} {name}" not in NEEDED:
            raise ValueError(f"it asks for {plain(f'{module} {name}', 60)}, which no checkpoint needs")
        if name == "OrderedDict":
            return OrderedDict
        return name if name in VALUE_BYTES else _no_tensor

    def persistent_load(self, told: object) -> None:
        """Check what is told of a tensor's bytes: `("storage", type, key, device, number of values)`."""
        match told:
            case ("storage", str() as kind, str() as key, str(), int() as number):
                if self._sizes.get(f"data/{key}") != VALUE_BYTES.get(kind, 0) * number:
                    raise ValueError("a tensor has another size than its table of contents says")
            case _:
                raise ValueError("its table of contents is damaged")


def _no_tensor(*_: object) -> None:
    """Stand for the function that makes a tensor."""
