"""What a sweep and its runs are called where nobody says so. Must not know more of them than their values."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from vitdash.config import RunConfig
from vitdash.knobs import Value
from vitdash.run import names
from vitdash.run.labels import LONGEST_TAG
from vitdash.run.names import LONGEST_NAME
from vitdash.text import setting

DIGITS_OF_A_HASH = 8


class Naming:
    """Calls members after their preset and what varies: `vit-l4-h16-lr0.001-s2`."""

    def __init__(self, knobs: Iterable[str]) -> None:
        initials = {name: "".join(word[0] for word in name.split("_")) for name in dict.fromkeys(knobs)}
        times = Counter(initials.values())
        self._short = {name: short if times[short] == 1 else name for name, short in initials.items()}

    def short(self, knobs: Iterable[str]) -> list[str]:
        """Return the words that stand for knobs."""
        return [self._short[knob] for knob in knobs]

    def of(self, config: RunConfig, values: Mapping[str, Value]) -> str:
        """Return a member's name, which need not be its alone."""
        words = [config.description.preset, *(f"{self._short[key]}{_word(value)}" for key, value in values.items())]
        return _as_name("-".join(words), LONGEST_NAME)


def _word(value: Value) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return setting(value)
    return "+".join(value) if isinstance(value, tuple) else str(value)


def of_sweep(titles: Sequence[str], varied: Sequence[str]) -> str:
    """Return what a sweep is called that nobody has named: the same for the same presets and knobs."""
    what = "+".join(titles)
    if not varied:
        return _as_name(f"{what}-seeds", LONGEST_TAG)
    spelled, short = (f"{what}-by-{'+'.join(knobs)}" for knobs in (varied, Naming(varied).short(varied)))
    return _as_name(spelled if len(spelled) <= LONGEST_TAG else short, LONGEST_TAG)


def _as_name(text: str, longest: int) -> str:
    """Return a text as it may stand in names and tags; one that is too long ends in its hash, to stay its own."""
    allowed = "".join(character if names.is_name(f"a{character}") else "-" for character in text)
    allowed = allowed if names.is_name(allowed[:1]) else f"x{allowed}"
    if len(allowed) <= longest:
        return allowed
    ending = hashlib.sha256(text.encode()).hexdigest()[:DIGITS_OF_A_HASH]
    return f"{allowed[: longest - DIGITS_OF_A_HASH - 1]}-{ending}"
