"""Events for tests: any that the protocol can carry, and a few to the point."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from vitdash.run import events
from vitdash.run.events import (
    HIGHEST_SEQ,
    LATEST_TIME,
    Evaluated,
    Event,
    News,
    Probed,
    RunFailed,
    RunFinished,
    Skipped,
    Tick,
    TrainProgress,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(max_size=12)
TEXT_WITH_HALVES = st.text(st.characters(), max_size=12)
"""Text that also has lone surrogates, as names of files have that are no UTF-8."""
INTEGERS = st.integers(0, 2**63 - 1)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
KINDS: tuple[type[News], ...] = (
    *dict.fromkeys(getattr(events, kind.__name__) for kind in Event.__subclasses__() if kind.__name__ != "Skipped"),
    Tick,
)
"""Everything that is ever written. Slots make a second class of each, which is why they are taken by name."""


def values_for(field: dataclasses.Field[Any], text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return what a field may hold, by its annotation."""
    if field.name == "seq":
        return st.integers(0, HIGHEST_SEQ)
    if field.name == "time":
        return st.floats(0, LATEST_TIME, exclude_max=True)
    return {
        "int": INTEGERS,
        "float": FINITE,
        "bool": st.booleans(),
        "str": text,
        "tuple[str, ...]": st.lists(text, max_size=3).map(tuple),
        "dict[str, float]": st.dictionaries(text, FINITE, max_size=3),
        "dict[str, Any]": st.dictionaries(text, JSON | text, max_size=3),
    }[str(field.type)]


def any_of(kind: type[News], text: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[News]:
    """Return every event of one type."""
    return st.builds(kind, **{field.name: values_for(field, text) for field in dataclasses.fields(kind)})


ANY_NEWS: st.SearchStrategy[News] = st.one_of(*map(any_of, KINDS))


def texts_in(value: object) -> list[str]:
    """Return every text in a value, however deep, keys included."""
    match value:
        case str():
            return [value]
        case dict():
            return [text for pair in value.items() for item in pair for text in texts_in(item)]
        case list() | tuple():
            return [text for item in value for text in texts_in(item)]
        case Event() | Tick():
            return texts_in([getattr(value, field.name) for field in dataclasses.fields(value)])
    return []


def progress(images_seen: int, *, pace: float = 500.0) -> TrainProgress:
    """Return a training record at a position."""
    return TrainProgress(
        images_seen=images_seen, loss=images_seen / 7, accuracy=0.5, learning_rate=0.1, images_per_second=pace
    )


def evaluated(images_seen: int, *, accuracy: float = 0.5) -> Evaluated:
    """Return an evaluation at a position."""
    return Evaluated(images_seen=images_seen, epoch=images_seen / 1000, loss=0.25, accuracy=accuracy)


def probed(images_seen: int, **values: float) -> Probed:
    """Return the values of a probe at a position."""
    return Probed(images_seen=images_seen, probe="svc", values=values, seconds=1.0)


def finished(images_seen: int) -> RunFinished:
    """Return the end of a run that saw all its images."""
    return RunFinished(images_seen=images_seen, seconds=12.5, results={})


def failed(message: str = "why", title: str = "what") -> RunFailed:
    """Return the end of a run that could not go on."""
    return RunFailed(title=title, message=message, traceback="")


def oversize(bytes_at_least: int = 5000) -> RunFailed:
    """Return an event whose line is too long for a pipe."""
    return failed("x" * bytes_at_least)


def tick(images_seen: int) -> Tick:
    """Return a sign of life."""
    return Tick(images_seen=images_seen, loss=1.0, accuracy=0.5, images_per_second=500.0)


def numbered(happened: list[Event], first: int = 1) -> list[Event]:
    """Return events as they would be recorded one after the other."""
    return [dataclasses.replace(event, seq=seq, time=float(seq)) for seq, event in enumerate(happened, first)]


def recorded(news: list[News]) -> list[Event]:
    """Return what of some news is an event that was understood."""
    return [item for item in news if isinstance(item, Event) and not isinstance(item, Skipped)]
