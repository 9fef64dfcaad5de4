"""What a chart is given: one curve or one set of points of a run. Must not know how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitdash.ui.signs import Sign


@dataclass(frozen=True, slots=True)
class Series:
    """Values over images seen, both growing at the end; a resume may cut them. What is no number below 1e100 is a gap.

    `key` names the series over refreshes. `dots` are evaluations: a point each, never joined or smoothed. One that has
    `ended` will not grow any more. An `overlay` belongs to another series of the same sign and label, whose entry in
    the legend it shares. A `band` is what lies beside the values: lower and upper limits, as many as there are values.
    Another `revision` says that other values than those at the end have changed.
    """

    key: str
    label: str
    sign: Sign
    x: Sequence[float]
    y: Sequence[float]
    dots: bool = False
    ended: bool = False
    overlay: bool = False
    band: tuple[Sequence[float], Sequence[float]] | None = None
    revision: int = 0
