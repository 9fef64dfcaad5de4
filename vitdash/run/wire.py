"""JSON that anyone may have written: an object of finite numbers and whole characters, its values checked by type.

Must not know what the values mean.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def parse(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in `raw`, half characters replaced: nothing could print or encode them.

    Raises:
        ValueError: it is no JSON object in UTF-8, is nested too deeply, or has a number that is not finite.
    """
    text = raw.decode()
    try:
        content = _STRICT.decode(text)
        # Only an escape can stand for half a character; two halves that meet are a whole one.
        if "\\u" in text:
            content = json.loads(_HALF_CHARACTER.sub("\ufffd", json.dumps(content, ensure_ascii=False)))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for everything malformed
    return content


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant[:40]} is not a finite number")


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse(number)


_STRICT = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)


def _is_integer(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_number(value: object) -> bool:
    return type(value) is float or _is_integer(value)


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_words(value: object) -> bool:
    return type(value) is list and all(map(_is_text, value))


def _is_named(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: type(value) is dict and all(map(fits, value.values()))


FITS: dict[str, Callable[[object], bool]] = {
    "int": _is_integer,
    "float": _is_number,
    "float | None": lambda value: value is None or _is_number(value),
    "bool": lambda value: type(value) is bool,
    "str": _is_text,
    "tuple[str, ...]": _is_words,
    "dict[str, str]": _is_named(_is_text),
    "dict[str, float]": _is_named(_is_number),
    "dict[str, Any]": lambda value: type(value) is dict,
}
"""Whether a parsed value is one for a field that is annotated so."""
