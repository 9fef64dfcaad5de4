"""How much of the machine is taken: from psutil, and from the tool that NVIDIA's driver brings, where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitdash.ui import machine_load


def install(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in the place of NVIDIA's."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_each_gpu_is_told_with_its_load_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the driver's tool lists them: per cent, MiB used, MiB in all."""
    install(tmp_path, "echo '37, 20480, 81920'; echo '0, 512, 81920'", monkeypatch)
    assert machine_load.has_gpus()
    assert machine_load.gpus() == ("gpu 37% 20/80 GB", "gpu1 0% 0/80 GB")


@pytest.mark.parametrize("script", ["exit 9", "echo 'No devices were found'", "echo '1, 2'"])
def test_a_tool_that_says_nothing_useful_is_no_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """A broken driver is not the dashboard's business."""
    install(tmp_path, script, monkeypatch)
    assert machine_load.gpus() == ()


def test_without_the_tool_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most machines have none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not machine_load.has_gpus()
    assert machine_load.gpus() == ()


def test_processor_and_memory_are_figures_of_this_machine() -> None:
    """Cores, load and memory, each whole."""
    processor, memory = machine_load.processor_and_memory()
    assert processor.startswith("cpu ×")
    assert processor.endswith("%")
    used, total = memory.removesuffix(" GB").split("/")
    assert 0 < float(used) <= float(total) + 1
