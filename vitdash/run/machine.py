"""The host, its boot, and time on it that no clock change touches. Must not know runs."""

from __future__ import annotations

import contextlib
import platform
import subprocess
import time
from functools import cache
from pathlib import Path

from vitdash.text import plain


def host() -> str:
    """Return this host's name."""
    return platform.node()


@cache
def boot_id() -> str:
    """Return a text that is another after each start of the machine."""
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text().strip()
    command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def uptime() -> float:
    """Return seconds on a clock that all processes of one boot share and that nobody can set."""
    return time.monotonic()


def cores() -> int:
    """Return how many cores this process may use: what its affinity allows, cut to the container's quota."""
    import os

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, round(int(quota) / int(period))))


@cache
def processor() -> str:
    """Return the name of this machine's processor, "" where it has none that is told."""
    linux = Path("/proc/cpuinfo")
    try:
        if linux.exists():
            named = (line.partition(":")[2] for line in linux.read_text().splitlines() if line.startswith("model name"))
            return plain(next(named, ""))
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return plain(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    except OSError:
        return ""


def memory() -> int:
    """Return how many bytes of memory there are."""
    import psutil

    return int(psutil.virtual_memory().total)


def has_process(number: int) -> bool:
    """Return whether a process of this number is there, whoever it belongs to."""
    import os

    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def oom_kills() -> int:
    """Return how many processes were killed here for want of memory since the system started, -1 where it is not told.

    In a container, the processes of that container.
    """
    for path in ("/sys/fs/cgroup/memory.events", "/proc/vmstat"):
        with contextlib.suppress(OSError, ValueError):
            for line in Path(path).read_text().splitlines():
                name, _, number = line.partition(" ")
                if name == "oom_kill":
                    return int(number)
    return -1


def has_gpus() -> bool:
    """Return whether there is anybody to ask about NVIDIA's GPUs: a list of them is not worth importing torch."""
    import shutil

    return shutil.which("nvidia-smi") is not None
