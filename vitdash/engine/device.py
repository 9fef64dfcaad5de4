"""Where to compute. Must not know what is computed."""

from __future__ import annotations

from collections.abc import Callable

import torch

from vitdash.errors import InputError

_AVAILABLE: dict[str, Callable[[], bool]] = {
    "cuda": torch.cuda.is_available,
    "mps": torch.backends.mps.is_available,
    "cpu": lambda: True,
}


def choose(wanted: str) -> torch.device:
    """Return the device called `wanted`; `auto` is the first of cuda, mps, cpu that is there.

    Raises:
        InputError: this machine, or this build of torch, has no such device.
    """
    if wanted == "auto":
        wanted = next(name for name, available in _AVAILABLE.items() if available())
    elif not _AVAILABLE[wanted]():
        there = ", ".join(name for name, available in _AVAILABLE.items() if available())
        raise InputError("--device", f"torch {torch.__version__} finds no {wanted} here.", f"There is: {there}.")
    return torch.device(wanted)


def set_up(device: torch.device, precision: str) -> None:
    """Make this process compute on `device` with that precision, which is what the knob of its name says.

    On CUDA everything runs in a stream of its own, one that can be captured: so no work ever waits for another stream.
    """
    if device.type == "cuda":
        torch.set_float32_matmul_precision("highest" if precision == "float32" else "high")
        torch.backends.cudnn.allow_tf32 = precision != "float32"
        # A run is a function of its configuration, and a resumed one the same run, bit for bit.
        torch.backends.cudnn.deterministic = True
        torch.cuda.set_stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]
