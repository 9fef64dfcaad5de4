"""Reads IDX files, MNIST's format, without trusting them. Must not know which data set a file belongs to."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import IO

import torch
from torch import Tensor

from vitdash.errors import InputError
from vitdash.opening import open_regular

LARGEST_BYTES = 1 << 30
UNSIGNED_BYTE = 0x08
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31
PIECE_BYTES = 1 << 18
HINT = "Replace it by the published file, or delete it so that it is fetched again."


def read_idx(path: Path, dimensions: int) -> Tensor:
    """Return what an IDX file of unsigned bytes holds, gzipped or not: uint8, writable, its own memory.

    The shape is the header's: `dimensions` sizes, none of them 0. Never unpacks more than the header
    promises, nor more than 1 GiB.

    Source: the end of http://yann.lecun.com/exdb/mnist/: two zero bytes, the type, the number of dimensions,
    each size as four big-endian bytes, then the values, the last dimension varying fastest.

    Raises:
        InputError: the file cannot be read, or is anything but exactly such a file.

    """
    try:
        with open_regular(path, follow=True) as file:
            return _read(_Source(path, file), dimensions)
    except FileNotFoundError:
        raise InputError(str(path), "is not there.", HINT) from None
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror or error}.", HINT) from error


def _read(source: _Source, dimensions: int) -> Tensor:
    path = source.path
    header = source.take(4 + 4 * dimensions)
    if len(header) < 4 + 4 * dimensions:
        raise InputError(str(path), "is too short to be an IDX file.", HINT)
    zeros, kind, found_dimensions, *shape = struct.unpack(f">HBB{dimensions}I", header)
    if zeros != 0:
        raise InputError(str(path), f"is not an IDX file: it begins with {header[:4].hex(' ')}.", HINT)
    if kind != UNSIGNED_BYTE:
        raise InputError(str(path), f"holds values of type 0x{kind:02x}, not unsigned bytes (0x08).", HINT)
    if found_dimensions != dimensions:
        raise InputError(str(path), f"has {found_dimensions} dimensions instead of {dimensions}.", HINT)
    size = math.prod(shape)
    promise = f"{' × '.join(map(str, shape))} bytes"
    if not 0 < size <= LARGEST_BYTES:
        raise InputError(str(path), f"promises {promise}: nothing, or more than {LARGEST_BYTES:,}.", HINT)
    values = source.take(size)
    if len(values) < size:
        raise InputError(str(path), f"is cut short: {len(values):,} of {promise} are there.", HINT)
    source.check_end(promise)
    return torch.frombuffer(values, dtype=torch.uint8).reshape(shape)


class _Source:
    """The unpacked bytes of a file, handed out in pieces no larger than asked for, and than there is."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path, self.file = path, file
        packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        file.seek(0)
        self.unpacker = zlib.decompressobj(GZIP_WINDOW) if packed else None

    def take(self, size: int) -> bytearray:
        """Return the next `size` (at least 1) bytes, fewer only at the end."""
        taken = bytearray()
        while len(taken) < size and (piece := self._piece(min(size - len(taken), PIECE_BYTES))):
            taken += piece
        return taken

    def check_end(self, promise: str) -> None:
        """Make sure that nothing follows and that a gzip stream is complete, its checksum included."""
        # Asking for one byte more makes zlib read on to the end of the stream, where its checksum is.
        if self.take(1) or (self.unpacker is not None and (self.unpacker.unused_data or self.file.read(1))):
            raise InputError(str(self.path), f"goes on behind the {promise} that its header promises.", HINT)
        if self.unpacker is not None and not self.unpacker.eof:
            raise InputError(str(self.path), "is cut short: the end of its gzip stream is missing.", HINT)

    def _piece(self, size: int) -> bytes:
        """Return at least one of the next `size` bytes; none at the end."""
        if self.unpacker is None:
            return self.file.read(size)
        try:
            while not self.unpacker.eof:
                # What was not unpacked yet goes first.
                stored = self.unpacker.unconsumed_tail or self.file.read(PIECE_BYTES)
                unpacked = self.unpacker.decompress(stored, size)
                if unpacked or not stored:
                    return unpacked
        except zlib.error as error:
            raise InputError(str(self.path), f"cannot be unpacked: {error}.", HINT) from error
        return b""
