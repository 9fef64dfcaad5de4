"""What the command palette may go to in one app: runs to select, presets to start. Must not know the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitdash.errors import VitdashError
from vitdash.ui.visits import Visits

if TYPE_CHECKING:
    from vitdash.ui.app import Dashboard


class Destinations:
    """Goes where somebody wants to go by name."""

    def __init__(self, app: Dashboard, visits: Visits) -> None:
        self._app = app
        self._visits = visits

    def runs(self) -> list[tuple[str, str]]:
        """Return id and name of every run, the newest first."""
        return [(run_id, known.short.name) for run_id, known in reversed(self._app.feed.runs.items())]

    def go_to_run(self, run_id: str) -> None:
        """Select a run on the dashboard; a filter that hides it goes."""
        app = self._app
        if all(known.run.id != run_id for known in app.board.shown):
            app.dashboard.filter_input.value = ""
            app.board.set_filter("")
        app.board.selected_id = run_id
        app.show()

    def presets(self) -> list[str]:
        """Return the presets that a run can be started from."""
        return [] if self._app.read_only else [facts.name for facts in self._app.presets if not facts.problem]

    def start_preset(self, name: str) -> None:
        """Open the form on a preset."""
        try:
            self._visits.new(name)
        except VitdashError as error:
            self._app.tell_error(error)
