"""Format, lint and types are part of the tests: what is handed over is clean."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
CHECKS = {"format": ("ruff", "format", "--check", "."), "lint": ("ruff", "check", "."), "types": ("mypy",)}


@pytest.mark.parametrize("name", CHECKS)
def test_the_checkout_is_clean(name: str) -> None:
    """The same commands as `make check`, with the configuration of pyproject.toml."""
    tool, *arguments = CHECKS[name]
    if find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed: {name} is not tested")
    command = [sys.executable, "-m", tool, *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
