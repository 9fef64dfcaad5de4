"""Waiting for something to be so, with an end to patience."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.002


def until(condition: Callable[[], object], what: str) -> None:
    """Return once `condition` holds; fail, saying `what` was waited for, when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        select.select([], [], [], LOOK_SECONDS)
