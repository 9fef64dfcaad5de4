"""Fixtures that several rooms share: where runs go, small configurations, the real data if there are any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from vitdash import catalog, presets
from vitdash.config import RunConfig
from vitdash.run import machine

# Busy machines miss deadlines, and a red build must be red again: the same examples each time.
settings.register_profile("vitdash", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("vitdash")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes test at once: three on two cores, for a third of the time they wait for workers."""
    return max(1, machine.cores() * 3 // 2)


@pytest.fixture(autouse=True)
def _own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's presets, data and runs out of every test, and every test out of them."""
    for name in ("RUNS", "DATA", "CONFIG", "PLUGINS"):
        monkeypatch.delenv(f"VITDASH_{name}", raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder for runs that does not exist yet."""
    return tmp_path / "runs"


@pytest.fixture
def tiny() -> RunConfig:
    """Return a configuration that trains in a second: a very small network on digits."""
    config = presets.load("cnn")
    changes = {"dataset": "digits", "width": "4", "code_size": "16", "max_inputs": "1500", "probe_every": "0"}
    return config.replace(config.parse(changes))


@pytest.fixture
def no_plugins() -> Iterator[None]:
    """Forget all plug-ins before and after a test."""
    catalog.forget_plugins()
    yield
    catalog.forget_plugins()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder that holds the real Fashion-MNIST, as VITDASH_TEST_DATA says; without it, skip loudly."""
    folder = Path(os.environ.get("VITDASH_TEST_DATA", ""))
    if not (folder / "FashionMNIST" / "raw" / "train-images-idx3-ubyte.gz").is_file():
        pytest.skip("VITDASH_TEST_DATA names no folder with FashionMNIST/raw/*.gz: not tested on the real data")
    return folder
