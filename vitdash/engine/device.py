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
