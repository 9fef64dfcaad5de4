"""What all runs of a folder are doing, looked at again and again at little cost. Must not know what they compute."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from vitdash.errors import VitdashError
from vitdash.run import state, store
from vitdash.run.state import State
from vitdash.run.store import Claim, Run

_Stamp = tuple[int, int, int]


class States:
    """Reads a run's claim anew only when its file was replaced; an ended run then costs one `stat` a look."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._claims: dict[str, tuple[_Stamp, Claim]] = {}

    def look(self) -> dict[str, State]:
        """Return what each readable run is doing now, by id, the oldest first; none where there is no folder."""
        found: dict[str, State] = {}
        with contextlib.suppress(VitdashError):
            for run in store.all_runs(self._root):
                with contextlib.suppress(VitdashError, OSError):
                    found[run.id] = state.derive(run, self._claim(run))
        self._claims = {run_id: known for run_id, known in self._claims.items() if run_id in found}
        return found

    def claim(self, run_id: str) -> Claim:
        """Return the claim that was read for a run at the last look."""
        return self._claims[run_id][1]

    def _claim(self, run: Run) -> Claim:
        status = os.stat(f"{run.path}/run.json")  # noqa: PTH116 - twice a second for each of a thousand runs
        # Each claim is a file of its own, renamed into place: the number of the file tells them apart.
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        known = self._claims.get(run.id)
        if known is None or known[0] != stamp:
            known = self._claims[run.id] = (stamp, run.read_claim())
        return known[1]
