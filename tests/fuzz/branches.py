"""Which branches of a parser an input takes: what guides the fuzzer on, and what its report says at the end.

Guidance counts steps from line to line in the parser's modules, seen by a trace function. The share of branches in a
report is that of the `coverage` package, where it is installed: the inputs that found something new run under it once
more, in a fresh process.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

Arc = tuple[CodeType, int, int]


class Arcs:
    """Notes every step from one line to another in the given modules, while it is entered."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._files = set(files_of(modules))
        self.taken: set[Arc] = set()

    def __enter__(self) -> Arcs:
        self.taken = set()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _called(self, frame: FrameType, *_: object) -> Any:
        code = frame.f_code
        if code.co_filename not in self._files:
            return None
        add = self.taken.add
        last = 0

        def step(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal last
            if event == "line":
                add((code, last, frame.f_lineno))
                last = frame.f_lineno
            elif event == "return":
                add((code, last, -1))
            return step

        return step


def files_of(modules: Iterable[str]) -> list[str]:
    """Return the source files of modules."""
    return [str(importlib.import_module(name).__file__) for name in modules]


class Measured:
    """Measures while it is entered; without the `coverage` package `share` stays None.

    Nothing of `modules` may have been imported before: what happens at their top counts too.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules = list(modules)
        self._coverage: Any = None
        self.share: float | None = None

    def __enter__(self) -> Measured:
        try:
            import coverage
        except ImportError:
            return self
        package = Path(__file__).parents[2]
        files = [str(package / Path(*name.split("."))) for name in self._modules]
        included = [pattern for file in files for pattern in (f"{file}.py", f"{file}/__init__.py")]
        self._coverage = coverage.Coverage(data_file=None, branch=True, include=included, config_file=False)
        self._coverage.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._coverage is None:
            return
        self._coverage.stop()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            self._coverage.json_report(outfile=str(report))
            totals = json.loads(report.read_text())["totals"]
        if totals["num_branches"]:
            self.share = totals["covered_branches"] / totals["num_branches"]
