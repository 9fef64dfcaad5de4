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
    execution: str = knob(
        "auto",
        "How steps are taken: eager, one operation after the other; captured, as one CUDA graph; compiled, by torch's "
        "compiler, which takes minutes and pays in long runs; auto is the fastest, all in all.",
        choices=("auto", "eager", "captured", "compiled"), affects_result=False,
    )  # fmt: skip
    precision: str = knob(
        "tf32",
        "What training rounds to in a GPU's matrix units: nothing, tf32's 10 bits, or bfloat16's 7.",
        choices=("float32", "tf32", "bfloat16"),
    )  # fmt: skip
