"""A parser with a bug behind four branches, for the test of the fuzzer: bytes alone would hardly be found by chance."""

from __future__ import annotations


def parse(raw: bytes) -> str:
    """Read a text; one that begins with "FUZZ" is too much for it."""
    if raw[:1] != b"F":
        return "no F"
    if raw[1:2] != b"U":
        return "no U"
    if raw[2:3] != b"Z":
        return "no first Z"
    if raw[3:4] != b"Z":
        return "no second Z"
    raise KeyError("planted")
