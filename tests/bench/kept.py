"""Memory kept from step to step, as a worker keeps it: what a yardstick must have, too, to be a fair one."""

from __future__ import annotations

import os
import sys

from vitdash.run.launch import KEEP_FREED_MEMORY


def begin_again(module: str) -> None:
    """Replace this process by one of the same module and arguments that keeps freed memory, unless it does."""
    if not KEEP_FREED_MEMORY.keys() <= os.environ.keys():
        os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], os.environ | KEEP_FREED_MEMORY)
