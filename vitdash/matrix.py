"""What a sweep varies: knobs with several values each, as they are typed or as a preset's [matrix] states them.

Must not know runs, nor what becomes of the combinations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knob_tables import TABLES
from vitdash.knobs import Value, knobs_of
from vitdash.text import count, plain

Matrix: TypeAlias = dict[str, tuple[Value, ...]]
Typed: TypeAlias = dict[str, tuple[str, ...]]
"""The same before it is known what the words stand for."""
SEED = "seed"
MOST_COMBINATIONS = 10_000
_MANY_DIGITS = 18


def typed(words: Iterable[str], place: str = "--matrix") -> Typed:
    """Return what `KNOB=V1,V2` says, one word a knob; values that have commas themselves are separated by semicolons.

    Raises:
        InputError: a word is none such, has no values, or names a knob a second time.
    """
    found: Typed = {}
    for word in words:
        name, equals, listed = word.partition("=")
        name = name.strip()
        if not equals or not name:
            reason = f"'{plain(word, 60)}' is no knob with values."
            raise InputError(place, reason, "Write it as knob=value,value, for example heads=4,8,16.")
        if name in found:
            raise InputError(place, f"{plain(name, 60)} is given twice.", "Write all its values after one knob=.")
        values = [value.strip() for value in listed.split(";" if ";" in listed else ",")]
        found[name] = tuple(dict.fromkeys(value for value in values if value))
        if not found[name]:
            reason = f"{plain(name, 60)} has no values."
            raise InputError(place, reason, "Write them after the equals sign, for example heads=4,8,16.")
    return found


def seeds(text: str, place: str = "--seeds") -> tuple[int, ...]:
    """Return the seeds that a text stands for: `5` is five of them from 0 on, `3,7` are these, and `3,` is one.

    Raises:
        InputError: it is no such text.
    """
    words = [word.strip() for word in text.split(",")]
    if len(words) == 1 and _is_whole(words[0]) and int(words[0]):
        number = int(words[0])
        if number > MOST_COMBINATIONS:
            raise _too_many(number)
        return tuple(range(number))
    listed = [word for word in words if word]
    if len(words) < 2 or not listed or not all(map(_is_whole, listed)):
        hint = "Write how many, from 1 on (5), or which, separated by commas (0,3,7)."
        raise InputError(place, f"'{plain(text, 60)}' are no seeds.", hint)
    return tuple(dict.fromkeys(map(int, listed)))


def parse(words: Typed, config: RunConfig, place: str = "--matrix") -> Matrix:
    """Return the values that the words stand for with the knobs of `config`.

    Raises:
        InputError: a knob does not exist or changes no result, or a word is no value of it.
    """
    found: Matrix = {}
    for name, listed in words.items():
        _check_changes_result(name, config, place)
        try:
            found[name] = tuple(dict.fromkeys(config.parse({name: word})[name] for word in listed))
        except InputError as error:
            raise InputError(place, f"{error.title}: {error.message}", error.hint) from None
    return found


def read(content: Mapping[str, Any], config: RunConfig, where: str) -> Matrix:
    """Return what a preset's table [matrix] says; `where` stands in errors.

    Raises:
        InputError: it is empty, a knob does not exist or changes no result, or a value is none of it.
    """
    if not content:
        raise InputError(where, "[matrix] is empty.", "Name knobs with their values, for example heads = [4, 8].")
    found: Matrix = {}
    for name, listed in content.items():
        shown = plain(name, 60)
        if not isinstance(listed, list):
            raise InputError(where, f"[matrix] {shown}: write its values as a list, for example heads = [4, 8].")
        _check_changes_result(name, config, where, "[matrix] ")
        try:
            values = [config.checked({name: value})[name] for value in listed]
        except InputError as error:
            raise InputError(where, f"[matrix] {error.title}: {error.message}", error.hint) from None
        if not values:
            raise InputError(where, f"[matrix] {shown} has no values.")
        found[name] = tuple(dict.fromkeys(values))
    return found


def check_size(sizes: Iterable[Iterable[int]]) -> int:
    """Return how many combinations there are: for each preset the product of how many values each knob has.

    Raises:
        InputError: these are more than a sweep may have; it is known before any of them is built.
    """
    number = 0
    for factors in sizes:
        product = 1
        for factor in factors:
            product *= factor
        number += product
    if number > MOST_COMBINATIONS:
        raise _too_many(number)
    return number


def _check_changes_result(name: str, config: RunConfig, place: str, before: str = "") -> None:
    for table in TABLES:
        declared = knobs_of(type(getattr(config, table))).get(name)
        if declared is not None and not declared.affects_result:
            reason = f"{before}{name} changes nothing of a result, so there is nothing to compare."
            raise InputError(place, reason, "A sweep varies knobs that do; --set gives all its runs the same value.")


def _too_many(number: int) -> InputError:
    reason = f"these are {count(number)} combinations; a sweep has at most {count(MOST_COMBINATIONS)}."
    return InputError("--matrix", reason, "Give fewer values, or make several sweeps of it.")


def _is_whole(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= _MANY_DIGITS
