"""Memory that was freed and is not needed soon. Must not know who used it."""

from __future__ import annotations

import ctypes
import sys


def release_freed() -> None:
    """Give freed memory back to the system, where the C library can.

    Training keeps what a step frees, for the next one needs it again (see `launch.KEEP_FREED_MEMORY`); between
    loading, training, evaluating and probing, which need other sizes, that would only add up.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
