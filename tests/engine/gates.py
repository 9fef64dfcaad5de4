"""A probe for tests that is fitted for as long as the test wants: until a file is there."""

from __future__ import annotations

from pathlib import Path

from vitdash import catalog

_PROBE = """
import time
from pathlib import Path

def measure(validation, train, knobs):
    while not Path({gate!r}).exists():
        time.sleep(0.005)
    {act}
    return {{"mean": float(validation.embedding.mean()) + float(train.embedding.mean())}}

PROBES = {{"gated": measure}}
"""


class Gate:
    """The probe `gated`, to be had from a plug-in; while it is fitted, nothing but `open` lets it end."""

    def __init__(self, folder: Path, act: str = "pass") -> None:
        self._file = folder / "gate"
        plugin = folder / "gated.py"
        plugin.write_text(_PROBE.format(gate=str(self._file), act=act))
        catalog.add_files([plugin])

    def open(self) -> None:
        """Let every fit end, those to come as well."""
        self._file.touch()
