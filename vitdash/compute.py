"""What a run is computed on: the knobs that a preset and the user's own defaults share. Must not know devices."""

from __future__ import annotations

import dataclasses

from vitdash.knobs import knob


@dataclasses.dataclass(frozen=True, slots=True)
class ComputeKnobs:
    """What it is computed on; decided once and written down, so that a resumed run gives the same bits."""

    device: str = knob(
        "auto", "Where to compute; auto is the first of cuda, mps, cpu that is there.",
        choices=("auto", "cuda", "mps", "cpu"), affects_result=False,
    )  # fmt: skip
    threads: int = knob(
        0, "Threads for the CPU's share of the work; 0 is one for each core.",
        minimum=0, maximum=1024, affects_result=False,
    )  # fmt: skip
