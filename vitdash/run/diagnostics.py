"""What an evaluation recorded of itself, read back: confusion, single images, a flat view of the embedding.

The files may come from anyone: all of one is understood, or nothing. Must not know who draws them, nor what wrote them.
Letters: N points, K classes.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from vitdash.errors import RunError
from vitdash.opening import read_bounded
from vitdash.run import wire
from vitdash.text import images, plain

if TYPE_CHECKING:
    from vitdash.run.store import Run

LARGEST_FILE_BYTES = 8_000_000
LARGEST_IMAGE_SIZE = 1024
MOST_CLASSES = 1000
LONGEST_CLASS_NAME = 60
_FILE = re.compile(r"[0-9]{12,15}\.json\Z")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Augmented:
    """A training image as the network saw it: grey bytes, row by row."""

    true: int
    image: bytes


@dataclass(frozen=True, slots=True)
class Judged:
    """A validation image, what it was taken for, and how far off that was."""

    index: int
    true: int
    predicted: int
    loss: float
    image: bytes


@dataclass(frozen=True, slots=True)
class Embedding:
    """The embedding of some validation images along its two principal axes: N values in each field."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    true: tuple[int, ...]
    predicted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """One evaluation from inside.

    `confusion[true][predicted]` (K × K) counts validation images; `class_accuracy` has None for a class that the
    validation set lacks. Images are `image_size` rows of as many grey bytes; `best` has the lowest loss first,
    `worst` the highest.
    """

    images_seen: int
    classes: tuple[str, ...]
    image_size: int
    confusion: tuple[tuple[int, ...], ...]
    class_accuracy: tuple[float | None, ...]
    augmented: tuple[Augmented, ...]
    best: tuple[Judged, ...]
    worst: tuple[Judged, ...]
    embedding: Embedding

    def confusions(self) -> list[tuple[int, int, int]]:
        """Return (count, true, predicted) of all mistakes, the most frequent first."""
        found = [
            (count, true, predicted)
            for true, row in enumerate(self.confusion)
            for predicted, count in enumerate(row)
            if count and true != predicted
        ]
        return sorted(found, key=lambda item: (-item[0], item[1], item[2]))


def file_of(run: Run, images_seen: int) -> Path:
    """Return where the diagnostics of the evaluation after so many images are, or would be."""
    return run.diagnostics / f"{images_seen:012d}.json"


def make_folder(run: Run) -> None:
    """Make the folder that diagnostics are written to, where it is not there.

    Raises:
        RunError: a link is in its place: a run writes in its own folder only.
    """
    run.diagnostics.mkdir(exist_ok=True)
    if run.diagnostics.is_symlink():
        raise RunError(plain(run.diagnostics, 500), "is a link to another place, where nothing is written.")


def available(run: Run) -> list[int]:
    """Return after how many images there are diagnostics, the fewest first."""
    try:
        # A link could lead out of the run.
        if run.diagnostics.is_symlink():
            return []
        names = os.listdir(run.diagnostics)  # noqa: PTH208 - only the names are of interest
    except OSError:
        return []
    positions = {int(name.removesuffix(".json")) for name in names if _FILE.match(name)}
    return sorted(position for position in positions if file_of(run, position).name in names)


def latest(run: Run, evaluated_at: int) -> int | None:
    """Return after how many images the last diagnostics were written that still count: a resumed run drops later ones.

    `evaluated_at` is where the run was last evaluated, as its history says.
    """
    return max((position for position in available(run) if position <= evaluated_at), default=None)


def read(run: Run, images_seen: int) -> Diagnostics:
    """Return the diagnostics of the evaluation after so many images.

    Raises:
        RunError: there are none, or they cannot be understood.
    """
    path = file_of(run, images_seen)
    try:
        return _parse_about(images_seen, read_bounded(_within(run, path), LARGEST_FILE_BYTES))
    except FileNotFoundError:
        raise RunError(run.id, f"there are no diagnostics after {images(images_seen)}.") from None
    except OSError as error:
        raise RunError(plain(path, 500), f"cannot be read: {plain(error.strerror)}.") from None
    except ValueError as error:
        raise RunError(plain(path, 500), f"cannot be understood: {plain(error)}.") from None


def parse(raw: bytes) -> Diagnostics:
    """Return the diagnostics in `raw`.

    Raises:
        ValueError: something in them is not what an evaluation writes.
    """
    content = wire.parse(raw)
    names = _list(content.get("classes"), "classes", _text)
    if not 1 <= len(names) <= MOST_CLASSES:
        raise ValueError(f"{len(names)} classes are too few or too many")
    classes = len(names)
    size = _whole(content.get("image_size"), "image_size", 1, LARGEST_IMAGE_SIZE)

    def row(value: object, place: str) -> tuple[int, ...]:
        return _of_length(_list(value, place, _whole), classes, place)

    def label(value: object, place: str) -> int:
        return _whole(value, place, 0, classes - 1)

    def augmented(value: object, place: str) -> Augmented:
        item = _object(value, place)
        return Augmented(label(item.get("true"), place), _image(item.get("image"), place, size))

    def judged(value: object, place: str) -> Judged:
        item = _object(value, place)
        return Judged(
            index=_whole(item.get("index"), place),
            true=label(item.get("true"), place),
            predicted=label(item.get("predicted"), place),
            loss=_number(item.get("loss"), place),
            image=_image(item.get("image"), place, size),
        )

    return Diagnostics(
        images_seen=_whole(content.get("images_seen"), "images_seen"),
        classes=names,
        image_size=size,
        confusion=_of_length(_list(content.get("confusion"), "confusion", row), classes, "confusion"),
        class_accuracy=_of_length(
            _list(content.get("class_accuracy"), "class_accuracy", _share), classes, "class_accuracy"
        ),
        augmented=_list(content.get("augmented"), "augmented", augmented),
        best=_list(content.get("best"), "best", judged),
        worst=_list(content.get("worst"), "worst", judged),
        embedding=_embedding(_object(content.get("embedding"), "embedding"), label),
    )


def _within(run: Run, path: Path) -> Path:
    if run.diagnostics.is_symlink():
        raise ValueError("it lies in a folder that is a link")
    return path


def _parse_about(images_seen: int, raw: bytes) -> Diagnostics:
    found = parse(raw)
    if found.images_seen != images_seen:
        raise ValueError(f"it is about {images(found.images_seen)}")
    return found


def _embedding(content: dict[str, Any], label: Callable[[object, str], int]) -> Embedding:
    found = Embedding(
        x=_list(content.get("x"), "embedding", _number),
        y=_list(content.get("y"), "embedding", _number),
        true=_list(content.get("true"), "embedding", label),
        predicted=_list(content.get("predicted"), "embedding", label),
    )
    if not len(found.x) == len(found.y) == len(found.true) == len(found.predicted):
        raise ValueError("'embedding' has lists of different lengths")
    return found


def _list(value: object, place: str, read: Callable[[object, str], Item]) -> tuple[Item, ...]:
    if not isinstance(value, list):
        raise _wrong(place)
    return tuple(read(item, place) for item in value)


def _of_length(items: tuple[Item, ...], length: int, place: str) -> tuple[Item, ...]:
    if len(items) != length:
        raise ValueError(f"'{place}' has {len(items)} entries for {length} classes")
    return items


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(place)
    return value


def _whole(value: object, place: str, least: int = 0, most: int = 2**53) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _wrong(place)
    return value


def _number(value: object, place: str) -> float:
    if type(value) not in (int, float) or not wire.FITS["float"](value):
        raise _wrong(place)
    return float(value)  # type: ignore[arg-type]


def _share(value: object, place: str) -> float | None:
    if value is not None and not 0 <= _number(value, place) <= 1:
        raise _wrong(place)
    return None if value is None else _number(value, place)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise _wrong(place)
    return plain(value, LONGEST_CLASS_NAME)


def _image(value: object, place: str, size: int) -> bytes:
    if not isinstance(value, str):
        raise _wrong(place)
    image = base64.b64decode(value, validate=True)
    if len(image) != size * size:
        raise ValueError(f"'{place}' has an image of {len(image):,} bytes for {size} × {size} pixels")
    return image


def _wrong(place: str) -> ValueError:
    return ValueError(f"'{place}' is missing or wrong")
