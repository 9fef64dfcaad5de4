"""Campaigns in processes of their own: one that dies, or hangs where no signal reaches it, is a finding like another.

The child writes each input to a file that both have in memory before it runs it. So the parent knows the last one.
"""

from __future__ import annotations

import base64
import json
import mmap
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.fuzz.campaign import Failure
from tests.fuzz.guard import CPU_SECONDS, WALL_SECONDS, Outcome
from tests.fuzz.mutation import LARGEST_INPUT

PATIENCE_SECONDS, STARTING_SECONDS = 3 * WALL_SECONDS, 900.0
"""How long one input may take where no signal reaches it, and how long it may be until the first."""
LOOK_SECONDS = 0.5
MOST_DEATHS = 5
_HEAD = struct.Struct("<QI")
NOTE_BYTES = _HEAD.size + 4 * LARGEST_INPUT


@dataclass(slots=True)
class Results:
    """What came of a reader's campaigns."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    branches: float | None = None
    failures: list[Failure] = field(default_factory=list)


class Note:
    """The number and the bytes of the input that runs, seen by both processes."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), NOTE_BYTES)
        self._number = 0

    def write(self, raw: bytes) -> None:
        """Say what runs next."""
        self._number += 1
        noted = raw[: NOTE_BYTES - _HEAD.size]
        self._memory[: _HEAD.size] = _HEAD.pack(self._number, len(noted))
        self._memory[_HEAD.size : _HEAD.size + len(noted)] = noted

    def read(self) -> tuple[int, bytes]:
        """Return the number of the input that runs, and its bytes."""
        number, length = _HEAD.unpack(self._memory[: _HEAD.size])
        return number, self._memory[_HEAD.size : _HEAD.size + length]


def fuzz(name: str, seconds: float, seed: int, corpus: Path | None = None) -> Results:
    """Fuzz a reader for so many seconds of processor time, beginning again after each death."""
    results = Results(name)
    with tempfile.TemporaryDirectory() as folder:
        kept = corpus / name if corpus else Path(folder) / "kept"
        kept.mkdir(parents=True, exist_ok=True)
        for life in range(MOST_DEATHS):
            left = seconds - results.seconds
            if left <= 0 or not _live(results, Path(folder), kept, left, seed + 1000 * life):
                break
        results.kept = len(list(kept.iterdir()))
        results.branches = _measured(name, kept)
    return results


def _live(results: Results, folder: Path, kept: Path, seconds: float, seed: int) -> bool:
    """Run one process, add up what it found, and return whether it died before its time."""
    note_file, answer = folder / "note", folder / "answer"
    note_file.write_bytes(bytes(NOTE_BYTES))
    answer.unlink(missing_ok=True)
    note = Note(note_file)
    told = {"name": results.name, "seconds": seconds, "seed": seed, "kept": str(kept), "note": str(note_file)}
    command = [sys.executable, "-m", "tests.fuzz.child", json.dumps(told | {"answer": str(answer)})]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    number, moved, computed = 0, time.monotonic(), 0.0
    while process.poll() is None:
        time.sleep(LOOK_SECONDS)
        now = note.read()[0]
        if now != number:
            number, moved, computed = now, time.monotonic(), _processor_seconds(process.pid)
        elif time.monotonic() - moved > (PATIENCE_SECONDS if number else STARTING_SECONDS):
            if is_starved(process.pid, computed):
                continue
            process.kill()
            process.wait()
    if answer.exists():
        _add(results, json.loads(answer.read_text()))
        return False
    _, raw = note.read()
    kind = "hang" if process.returncode == -9 else "death"
    outcome = Outcome(kind, f"exit {process.returncode}", "the process ended while it read this")
    results.outcomes[kind] += 1
    results.failures.append(Failure(raw, outcome))
    results.seconds += time.monotonic() - begun
    return True


def _processor_seconds(pid: int) -> float:
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def is_starved(pid: int, since: float) -> bool:
    """Return whether a process would compute, and others do not let it: it may have to be nice beside other work."""
    try:
        wants = psutil.Process(pid).status() in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
    except psutil.NoSuchProcess:
        return False
    return wants and _processor_seconds(pid) - since < CPU_SECONDS


def _add(results: Results, told: dict[str, Any]) -> None:
    results.inputs += told["inputs"]
    results.seconds += told["seconds"]
    results.outcomes.update(told["outcomes"])
    for encoded, *outcome in told["failures"]:
        results.failures.append(Failure(base64.b64decode(encoded), Outcome(*outcome)))


def _measured(name: str, kept: Path) -> float | None:
    command = [sys.executable, "-m", "tests.fuzz.measure", name, str(kept)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    last = done.stdout.strip().splitlines()[-1:] or ["None"]
    return float(last[0]) if done.returncode == 0 and last[0] != "None" else None
