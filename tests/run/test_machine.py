"""What a process knows of its machine is the same for every process of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vitdash.run import machine

TELL = "from vitdash.run import machine; print(machine.host(), machine.boot_id(), machine.uptime())"


def test_another_process_sees_the_same_host_boot_and_clock() -> None:
    """Otherwise a dashboard could not tell whether a worker's claim is of this machine, this boot, this minute."""
    before = machine.uptime()
    told = subprocess.run([sys.executable, "-c", TELL], capture_output=True, text=True, check=True).stdout
    host, boot_id, uptime = told.split()
    assert (host, boot_id) == (machine.host(), machine.boot_id())
    assert before <= float(uptime) <= machine.uptime()


@pytest.mark.parametrize(
    ("quota", "allowed", "expected"),
    [
        ("max 100000", 8, 8),
        ("200000 100000", 8, 2),
        ("150000 100000", 8, 2),
        ("50000 100000", 8, 1),
        ("10000 100000", 8, 1),
        ("1600000 100000", 8, 8),
        ("", 8, 8),
        (None, 3, 3),
    ],
)
def test_cores_are_those_that_this_process_may_use(
    monkeypatch: pytest.MonkeyPatch, quota: str | None, allowed: int, expected: int
) -> None:
    """A container's quota counts: more threads than cores make training slower."""

    class Quota:
        def __init__(self, path: str) -> None:
            assert path == "/sys/fs/cgroup/cpu.max"

        def read_text(self) -> str:
            if quota is None:
                raise FileNotFoundError
            return quota

    monkeypatch.setattr(machine, "Path", Quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)), raising=False)
    assert machine.cores() == expected


def test_cores_without_affinity_are_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no affinity on macOS, and a machine may not know its cores."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.cores() == 1
