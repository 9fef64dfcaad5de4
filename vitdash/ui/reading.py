"""What the dashboard reads in threads, for it never waits: events of ended runs, their insides, presets, GPUs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from vitdash.run.fleet import Followed, Standing
from vitdash.ui import insides, machine_load, painter, preset_facts
from vitdash.ui.insides import Inside
from vitdash.ui.preset_facts import PresetFacts

if TYPE_CHECKING:
    from vitdash.ui.app import Dashboard


class Reading:
    """Reads for one app, and shows what was read when it is there."""

    def __init__(self, app: Dashboard) -> None:
        self._app = app
        self._board = app.board
        self._under_way: set[str] = set()
        self._inside: tuple[str, int, str] | None = None
        self.gpus: tuple[str, ...] = ()

    def events(self) -> None:
        """Read the events of charted runs that nobody has read yet."""
        for known in self._board.charted():
            if known.followed is None and known.run.id not in self._under_way:
                self._under_way.add(known.run.id)
                self._in_thread("events", partial(self._read_events, known.run.id))

    def inside(self) -> None:
        """Read what there is to see inside the selected run, where that is on the screen."""
        screen, known = self._app.dashboard, self._board.selected
        if not any(screen.seen(name) for name in ("images", "confusion", "knobs")):
            return
        key = (known.run.id, known.short.figures.evaluated_at, self._board.name(known)) if known else None
        if key == self._inside:
            return
        self._inside = key
        if known is None:
            self._app.painter.show_inside(None, insides.NOTHING)
        else:
            self._in_thread("inside", partial(self._read_inside, known), alone=True)

    def presets(self) -> None:
        """Read the presets; and behind them, where runs are many, what their list is filtered and sorted by."""
        self._in_thread("presets", self._read_presets)

    def load_of_gpus(self) -> None:
        """Ask for the load of the GPUs, while somebody might look."""
        if painter.is_worth_watching(self._board):
            self._in_thread("gpus", self._read_gpus, alone=True)

    def _read_events(self, run_id: str) -> None:
        followed = self._app.feed.read_events(run_id)
        self._app.call_from_thread(self._adopt, run_id, followed)

    def _adopt(self, run_id: str, followed: Followed | None) -> None:
        self._under_way.discard(run_id)
        if followed is not None:
            self._app.feed.adopt(run_id, followed)
            self._app.show_changed({run_id})

    def _read_inside(self, known: Standing) -> None:
        found = insides.read(known)
        self._app.call_from_thread(self._show_inside, known, found)

    def _show_inside(self, known: Standing, found: Inside) -> None:
        # Somebody may have gone on to another run meanwhile.
        if known is self._board.selected:
            self._app.painter.show_inside(known, found)

    def _read_presets(self) -> None:
        found: list[PresetFacts] = preset_facts.load()
        self._app.call_from_thread(self._app.show_presets, found)
        if painter.too_many_unread(self._board):
            # Each is kept where it is read.
            _ = [known.config for known in list(self._app.feed.runs.values())]
            self._app.call_from_thread(self._app.show)

    def _read_gpus(self) -> None:
        self.gpus = machine_load.gpus()

    def _in_thread(self, group: str, read: Callable[[], None], *, alone: bool = False) -> None:
        self._app.run_worker(read, thread=True, group=group, exclusive=alone)
