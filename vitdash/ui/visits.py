"""From the dashboard to other screens and back: which screen a key opens, and on what. Must not know what they do.

A screen is imported when it is first opened: the dashboard is there sooner without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError, VitdashError
from vitdash.run import queue, store, summary
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.ui import result_rows

if TYPE_CHECKING:
    from vitdash.run.estimate import Measured
    from vitdash.run.known import Seen
    from vitdash.ui.app import Dashboard
    from vitdash.ui.comparison import Compared, Comparison
    from vitdash.ui.screens.new_run import NewRunWanted
    from vitdash.ui.screens.sweep import SweepWanted

FIRST_PRESET = "cnn"
MOST_COMPARED = 8
MOST_PROBLEMS = 5
"""Sentences said at once about members of a sweep that could not be lined up."""


class Visits:
    """Opens screens over the dashboard, for one app."""

    def __init__(self, app: Dashboard) -> None:
        self._app = app
        self._board = app.board

    def to(self, action: str) -> None:
        """Go where an action's id says."""
        try:
            if action == "new":
                self.new()
            elif action == "sweep":
                self._sweep()
            elif action == "compare":
                self._compare()
            elif self._board.selected is None:
                raise InputError("runs", "there is none yet.", "n starts one, d one on digits.")
            elif action == "clone":
                self._clone(self._board.selected)
            else:
                self._look_into(self._board.selected, log=action == "worker_log", chosen=action == "open")
        except VitdashError as error:
            self._app.tell_error(error)

    def new(self, preset: str = "") -> None:
        """Open the form on a preset: the one named, the one under the tree's cursor, or the first."""
        at = preset or self._app.dashboard.presets.cursor_preset or FIRST_PRESET
        self._form(presets.load_for_new_run(at), None)

    def _clone(self, known: Standing) -> None:
        if known.config is None:
            raise InputError(known.run.id, "has no configuration that can be read.")
        self._form(known.config, known.config, self._board.name(known))

    def _look_into(self, known: Standing, *, log: bool, chosen: bool) -> None:
        """Open a run's log, or an evaluation from inside; of a `chosen` run, whichever says more."""
        from vitdash.ui.screens.inside import Inside
        from vitdash.ui.screens.worker_log import WorkerLog

        evaluated_at = known.short.figures.evaluated_at
        if log or (chosen and (known.state in (State.FAILED, State.LOST) or not evaluated_at)):
            self._app.push_screen(WorkerLog(known.run, self._board.name(known)))
            return
        sign, unicode = self._board.sign(known), self._app.appearance.unicode
        self._app.push_screen(Inside(known.run, sign, self._board.name(known), evaluated_at, unicode=unicode))

    def _form(self, initial: RunConfig, origin: RunConfig | None, cloned: str = "") -> None:
        from vitdash.ui.screens.new_run import NewRun

        self._refuse_to_write()
        measured = list(_measured(self._app.feed.runs.values()))
        unicode = self._app.appearance.unicode
        screen = NewRun(
            initial, origin=origin, measured=measured, root=self._app.feed.root, unicode=unicode, cloned=cloned
        )
        self._app.push_screen(screen, self._launch)

    def _launch(self, wanted: NewRunWanted | None) -> None:
        if wanted is not None:
            self._app.launch(wanted.config, wanted.name, queued=wanted.queue)

    def _sweep(self) -> None:
        from vitdash.run import sweep
        from vitdash.run.known import Known
        from vitdash.ui.screens.sweep import Sweep
        from vitdash.ui.sweep_text import JOBS, PRESETS

        self._refuse_to_write()
        standings = list(self._app.feed.runs.values())
        root = self._app.feed.root.absolute()
        preset = self._app.dashboard.presets.cursor_preset or FIRST_PRESET
        screen = Sweep(
            {PRESETS: preset, JOBS: str(sweep.usual_jobs(root))},
            known=lambda: Known(_seen(standings)),
            options=("--runs-dir", str(root)) if store.default_root().absolute() != root else (),
            unicode=self._app.appearance.unicode,
        )
        self._app.push_screen(screen, self._line_up)

    def _line_up(self, wanted: SweepWanted | None) -> None:
        if wanted is not None:
            # A thousand directories take their time on a disk, and the dashboard goes on meanwhile.
            self._app.run_worker(lambda: self._launch_all(wanted), thread=True, group="sweep")

    def _launch_all(self, wanted: SweepWanted) -> None:
        from vitdash.run import sweep, sweep_words

        told: list[VitdashError] = []
        said = ""
        try:
            queue.set_jobs(self._app.feed.root, wanted.plan.jobs)
            done = sweep.launch_all(wanted.plan.members, wanted.plan.name, self._app.feed.root, wanted.command)
            said = sweep_words.launched(wanted.plan, done)
            told = [RunError(wanted.plan.name, problem) for problem in done.problems[:MOST_PROBLEMS]]
        except VitdashError as error:
            told = [error]
        self._app.call_from_thread(self._tell_launched, said, told)

    def _tell_launched(self, said: str, told: list[VitdashError]) -> None:
        if said:
            self._app.tell(said)
        for error in told:
            self._app.tell_error(error)
        self._app.look_again()

    def _refuse_to_write(self) -> None:
        if self._app.read_only:
            raise InputError("vitdash", "this dashboard only watches.", "Open it with: vitdash")

    def _compare(self) -> None:
        from vitdash.ui import seed_groups
        from vitdash.ui.comparison import OfRuns
        from vitdash.ui.group_comparison import OfGroups
        from vitdash.ui.screens.compare import Compare

        board = self._board
        grouped = board.together or self._app.dashboard.table_view in result_rows.GROUPED
        groups = board.charted_groups()[:MOST_COMPARED] if grouped else []
        if len(groups) > 1:
            # The best mean first: it is what the others are compared with, until somebody wants another.
            groups = seed_groups.best_first(groups)
            runs = {
                member.id: self._compared(board.feed.runs[member.id]) for group in groups for member in group.members
            }
            found: Comparison = OfGroups(groups, board.group_signs(groups), runs)
        else:
            # The seeds of a single group are compared one by one.
            chosen = [known for known in board.charted()[:MOST_COMPARED] if known.config is not None]
            if len(chosen) < 2:
                raise InputError("compare", "takes two runs or more.", "Mark them with m.")
            found = OfRuns([self._compared(known) for known in chosen])
        self._app.push_screen(Compare(found, unicode=self._app.appearance.unicode))

    def _compared(self, known: Standing) -> Compared:
        from vitdash.ui.comparison import Compared

        assert known.config is not None
        history = known.history if known.followed else summary.read_history(known.run)
        # Here each run is one, also where seeds are taken together on the dashboard.
        sign = self._board.signs.of(known.run.id)
        return Compared(known.run.id, self._board.name(known), sign, known.config, history)


def _seen(standings: Iterable[Standing]) -> Iterator[Seen]:
    """Yield the runs that a sweep may skip or go on with: those that can be read."""
    from vitdash.run.known import Seen

    for known in standings:
        if known.config is not None:
            short = known.short
            yield Seen(known.run, known.state, known.config, short.figures, short.name, short.labels.tags)


def _measured(runs: Iterable[Standing]) -> Iterator[Measured]:
    """Yield how fast the runs were of which it is known."""
    from vitdash.run.estimate import Measured

    for known in runs:
        figures = known.short.figures
        if figures.images_per_second is not None and known.config is not None:
            yield Measured(
                known.config, figures.images_per_second, figures.seconds or 0.0, figures.images_seen, known.short.name
            )
