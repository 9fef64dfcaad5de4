"""What an object from outside must be before it is taken: says what is wrong with it, "" where nothing is.

Must not know where it came from.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from vitdash.knobs import Knob, knobs_of
from vitdash.text import one_of, plain

_PARTS = ("code_size", "problem", "encoder_parameters", "build")


def function(name: str, offered: object) -> str:  # noqa: ARG001 - a function may have any name
    """Return what keeps `offered` from being a probe or an exporter."""
    return "" if callable(offered) else f"it is {_a(offered)}, not a function"


def architecture(name: str, offered: object, taken: frozenset[str]) -> str:
    """Return what keeps `offered` from being the architecture `name`; `taken` are knobs that a preset has anyway."""
    if not isinstance(offered, type) or not dataclasses.is_dataclass(offered):
        return f"it is {_a(offered)}, not a dataclass"
    parameters: Any = getattr(offered, "__dataclass_params__", None)
    if not parameters.frozen:
        return "its dataclass is not frozen"
    return _labels(name, offered) or _knobs(offered, taken)


def _labels(name: str, offered: Any) -> str:  # noqa: ANN401 - nothing is known of it yet
    if missing := [part for part in ("name", "title", "channels", *_PARTS) if not hasattr(offered, part)]:
        return f"it has no {one_of(missing)}"
    if offered.name != name:
        return f"it calls itself '{plain(offered.name, 60)}'"
    if not isinstance(offered.title, str) or not offered.title or plain(offered.title, 60) != offered.title:
        return "its title is no short line of text"
    return "" if offered.channels in (1, 3) else "its channels are neither 1 nor 3"


def _knobs(offered: type, taken: frozenset[str]) -> str:
    fields = dataclasses.fields(offered)
    if foreign := [field.name for field in fields if "knob" not in field.metadata]:
        return f"its field '{foreign[0]}' is not made by knob()"
    if same := sorted(taken & {field.name for field in fields}):
        return f"its knob '{same[0]}' is a knob of every run already"
    return next(filter(None, (_default(item) for item in knobs_of(offered).values())), "")


def _default(item: Knob) -> str:
    try:
        item.check(item.default)
    except ValueError as error:
        return f"the default of its knob '{item.name}': {error}"
    return ""


def _a(value: object) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
