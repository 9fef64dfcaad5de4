"""How much of this machine is taken: processor, memory, GPU. Must not know widgets."""

from __future__ import annotations

import contextlib
import shutil
import subprocess

from vitdash.run import machine

PROGRAM = "nvidia-smi"
PATIENCE_SECONDS = 5.0
_QUERY = ("--query-gpu=utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits")


def processor_and_memory() -> tuple[str, ...]:
    """Return the share of the processor since the last call, and memory in use of all there is."""
    # Not before the first picture: it takes its time to be imported.
    import psutil

    used = psutil.cpu_percent(None)
    memory = psutil.virtual_memory()
    gigabytes = f"{(memory.total - memory.available) / 1e9:.1f}/{memory.total / 1e9:.0f} GB"
    return f"cpu ×{machine.cores()} {used:.0f}%", gigabytes


def has_gpus() -> bool:
    """Return whether there is anybody to ask about GPUs."""
    return shutil.which(PROGRAM) is not None


def gpus() -> tuple[str, ...]:
    """Return the load of each NVIDIA GPU; takes up to a second, so it belongs in a thread."""
    found: list[str] = []
    with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
        told = subprocess.run(
            [PROGRAM, *_QUERY],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout
        for number, line in enumerate(told.splitlines()):
            load, used, total = (float(value) for value in line.split(","))
            found.append(f"gpu{number or ''} {load:.0f}% {used / 1024:.0f}/{total / 1024:.0f} GB")
    return tuple(found)
