"""Which runs to show, in which order, what of them: `--where`, `--sort`, `--columns`. Must not know how it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vitdash import expression
from vitdash.errors import InputError
from vitdash.run import summary
from vitdash.run.fields import Facts, Field, Fields

# As names, ids and tags are written; a text of such words alone is looked for, not computed.
_WORD = re.compile(r"[\w.+-]*\Z")
_OPERATORS = {"and", "or", "not", "in", "is", "true", "false", "absent"}
_SEARCHED = ("run", "name", "tags", "preset")


def select(
    runs: Iterable[Facts],
    fields: Fields,
    *,
    where: str | None = None,
    sort: str | None = None,
    limit: int | None = None,
) -> list[Facts]:
    """Return the runs that fulfil a condition, in an order, at most `limit`: the first then, or the last if unsorted.

    Raises:
        InputError: the condition or the order is none, or the condition cannot be computed for a run.
    """
    wanted = condition(where, fields) if where is not None else None
    ordered = order(sort, fields) if sort is not None else list
    found = ordered(facts for facts in runs if wanted is None or wanted.holds(facts))
    if limit is None or limit >= len(found):
        return found
    return found[:limit] if sort is not None else found[len(found) - limit :]


def describe(facts: Facts, chosen: Sequence[Field] = ()) -> dict[str, object]:
    """Return a run as plain values, for programs; chosen fields stand below "fields", null where they are absent."""
    described = summary.describe(facts.summary) | {"planned_images": facts.planned or 0, "disk": facts.disk}
    if not chosen:
        return described
    values = {field.name: field.read(facts) for field in chosen}
    return described | {
        "fields": {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    }


@dataclass(frozen=True, slots=True)
class Condition:
    """What a run must fulfil: an expression over its fields, or words that its name, id, tags or preset must have."""

    text: str
    fields: Fields
    parsed: expression.Expression | None

    def holds(self, facts: Facts) -> bool:
        """Return whether a run fulfils it.

        Raises:
            InputError: the expression cannot be computed for this run, which the message names.
        """
        if self.parsed is None:
            return all(_has(facts, self.fields, word.casefold()) for word in self.text.split())
        try:
            return self.parsed.holds(lambda name: self.fields[name].read(facts))
        except InputError as error:
            raise InputError(
                error.title, error.message, f"This is so for {facts.summary.run.id}. {error.hint}"
            ) from None


def condition(text: str, fields: Fields, place: str = "--where") -> Condition:
    """Return the condition that `text` states: an expression, or bare words (`vit l4`).

    Raises:
        InputError: it is neither.
    """
    return Condition(text, fields, None if _is_words(text) else expression.parse(text, fields, place))


def order(text: str, fields: Fields, place: str = "--sort") -> Callable[[Iterable[Facts]], list[Facts]]:
    """Return what puts runs in the order that `text` states: `field,-field`, `-` for the largest first.

    A run without a value is last either way; runs that are equal stay in their order.

    Raises:
        InputError: there is no such field.
    """
    keys = [(fields.find(word.removeprefix("-"), place), word.startswith("-")) for word in _listed(text, place)]

    def ordered(runs: Iterable[Facts]) -> list[Facts]:
        found = list(runs)
        for field, descending in reversed(keys):
            values = [(field.read(facts), facts) for facts in found]
            there = [(value, facts) for value, facts in values if value is not None]
            there.sort(key=lambda pair: _rank(pair[0]), reverse=descending)
            found = [facts for _, facts in there] + [facts for value, facts in values if value is None]
        return found

    return ordered


def columns(text: str, fields: Fields, place: str = "--columns") -> list[Field]:
    """Return the fields that `text` lists, each once.

    Raises:
        InputError: there is no such field, or none is listed.
    """
    return [fields.find(word, place) for word in dict.fromkeys(_listed(text, place))]


def _listed(text: str, place: str) -> Sequence[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise InputError(place, "names no field.", "Name some, separated by commas, for example run,accuracy.")
    return words


def _rank(value: bool | float | str | tuple[str, ...]) -> tuple[int, float | str]:
    """Return what orders values of any kind: numbers before text, text as people sort it."""
    if isinstance(value, (str, tuple)):
        return (1, (value if isinstance(value, str) else ", ".join(value)).casefold())
    return (0, value)


def _is_words(text: str) -> bool:
    words = text.split()
    are_plain = all(_WORD.match(word) and any(map(str.isalnum, word)) for word in words)
    return bool(words) and are_plain and len(text) <= expression.LONGEST_TEXT and not _OPERATORS & set(words)


def _has(facts: Facts, fields: Fields, word: str) -> bool:
    # The preset is last: it is the one that a file must be read for.
    return any(word in _text_of(fields[name].read(facts)).casefold() for name in _SEARCHED)


def _text_of(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value or "")
