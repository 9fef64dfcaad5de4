"""Protocol buffers and TFRecord, as much as event files need. Must not know what is written.

Source: protobuf.dev/programming-guides/encoding; the checksum is CRC-32C (RFC 3720, B.4), masked as
tensorflow/core/lib/hash/crc32c.h does.
"""

from __future__ import annotations

import struct

_CASTAGNOLI = 0x82F63B78
_VARINT, _DOUBLE, _LENGTH, _SINGLE = 0, 1, 2, 5


def varint(field: int, value: int) -> bytes:
    """Return a field with a whole number from 0 on."""
    return _number(field << 3 | _VARINT) + _number(value)


def double(field: int, value: float) -> bytes:
    """Return a field with a number in double precision."""
    return _number(field << 3 | _DOUBLE) + struct.pack("<d", value)


def single(field: int, value: float) -> bytes:
    """Return a field with a number in single precision, in whose range it must be."""
    return _number(field << 3 | _SINGLE) + struct.pack("<f", value)


def message(field: int, content: bytes) -> bytes:
    """Return a field with a message, or with bytes."""
    return _number(field << 3 | _LENGTH) + _number(len(content)) + content


def text(field: int, value: str) -> bytes:
    """Return a field with text."""
    return message(field, value.encode("utf-8", "replace"))


def record(content: bytes) -> bytes:
    """Return a record of a file: length and content, each with its checksum."""
    length = struct.pack("<Q", len(content))
    return length + struct.pack("<I", masked(length)) + content + struct.pack("<I", masked(content))


def masked(content: bytes) -> int:
    """Return the checksum of some bytes, masked."""
    found = checksum(content)
    return ((found >> 15 | found << 17) + 0xA282EAD8) & 0xFFFFFFFF


def checksum(content: bytes) -> int:
    """Return the CRC-32C of some bytes."""
    found, table = 0xFFFFFFFF, _TABLE
    for byte in content:
        found = found >> 8 ^ table[(found ^ byte) & 0xFF]
    return found ^ 0xFFFFFFFF


def _number(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_CASTAGNOLI if byte & 1 else 0)
    return byte


_TABLE = [_row(byte) for byte in range(256)]
