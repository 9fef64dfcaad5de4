"""The dashboard's app: keeps what is shown true, and routes what is wanted. Must not know how anything is drawn."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from rich.console import RenderableType
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.notifications import SeverityLevel

from vitdash import keys
from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.run.state import State
from vitdash.settings import Settings
from vitdash.text import plain, runs
from vitdash.ui import bindings, line_filters, machine_load, notices, painter, run_actions, seed_groups, taking_away
from vitdash.ui.appearance import Appearance
from vitdash.ui.board import Board
from vitdash.ui.destinations import Destinations
from vitdash.ui.driver import TerminalDriver
from vitdash.ui.feed import Feed, Player
from vitdash.ui.notices import Notices
from vitdash.ui.painter import Painter
from vitdash.ui.preset_facts import PresetFacts
from vitdash.ui.reading import Reading
from vitdash.ui.run_tasks import TASKS, WRITES, RunTasks
from vitdash.ui.screens.dashboard import DashboardScreen
from vitdash.ui.screens.dialogs import Choice, Choose
from vitdash.ui.signs import Signs
from vitdash.ui.taking_away import Taken
from vitdash.ui.visits import Visits
from vitdash.ui.widgets.live_table import LiveTable
from vitdash.ui.widgets.preset_tree import PresetTree
from vitdash.ui.widgets.run_list import RunList

LOOK_SECONDS = 0.5
"""How often the folder is looked at while something runs or waits: a killed worker shows within two of these."""
LEAST_REST = 50
"""So many times as long as a look computes nobody looks: two percent of a core, however many runs there are."""
LEAST_REST_OF_WAITING = 2
"""The same where it only had to wait, for a slow disk or a busy machine: what the screen says must stay true there."""
MACHINE_SECONDS = 2.0
GPU_SECONDS = 5.0


def _palette_commands() -> type[Provider]:
    from vitdash.ui.palette_commands import PaletteCommands

    return PaletteCommands


class Dashboard(App[None]):
    """Shows the runs of a feed, and acts on them unless it is `read_only`."""

    CSS_PATH = "app.tcss"
    TITLE = "vitdash"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette_commands}
    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.EVERYWHERE, (("help", "Help"), ("quit", "Quit")))

    def __init__(self, feed: Feed, appearance: Appearance, settings: Settings, *, read_only: bool = False) -> None:
        super().__init__(driver_class=TerminalDriver)
        self._line_filters = line_filters.of(appearance)
        self._notices = Notices(bell=appearance.bell, title=appearance.terminal_title, unicode=appearance.unicode)
        self.feed = feed
        self.appearance = appearance
        self.settings = settings
        self.read_only = read_only
        self.board = Board(feed, Signs(dark=appearance.dark, unicode=appearance.unicode))
        self.dashboard = DashboardScreen(unicode=appearance.unicode)
        # A replay is paused by its own clock.
        self.dashboard.withheld = (
            (WRITES - ({"pause"} if isinstance(feed, Player) else set())) if read_only else frozenset()
        )
        self.painter = Painter(self.dashboard, self.board)
        self.painter.notice = "replay" if isinstance(feed, Player) else "only watching" if read_only else ""
        self.reading = Reading(self)
        self._tasks = RunTasks(self)
        self._visits = Visits(self)
        self.offering = Destinations(self, self._visits)
        self.presets: list[PresetFacts] = []
        self._rests_until = 0.0
        self._has_begun = False
        self._leaves_with: int | None = None
        self.set_keymap(bindings.keymap(settings.keys))
        self.theme = appearance.theme

    def get_line_filters(self) -> list[LineFilter]:
        """Return what every line goes through: Textual's filters, and those that this terminal needs."""
        return [*super().get_line_filters(), *self._line_filters]

    def get_default_screen(self) -> DashboardScreen:
        """Return the dashboard."""
        return self.dashboard

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, by a key or a signal; not before the screen is whole, for half a one cannot be taken down."""
        if self._has_begun:
            super().exit(result, return_code, message)
        else:
            self._leaves_with = return_code

    # ── keeping it true ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        """Look at the runs, show them, and do all that takes its time after the first picture."""
        self.feed.look()
        self.board.arrange()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._has_begun = True
        if self._leaves_with is not None:
            self.exit(return_code=self._leaves_with)
            return
        self.show()
        # The load is the mean since the last time somebody asked.
        machine_load.processor_and_memory()
        self.set_interval(1 / self.appearance.refresh_hz, self._poll)
        self.set_interval(LOOK_SECONDS, self._look_now_and_then)
        self.set_interval(MACHINE_SECONDS, self._read_machine)
        if machine_load.has_gpus():
            self.set_interval(GPU_SECONDS, self.reading.load_of_gpus)
        self.theme_changed_signal.subscribe(self, lambda theme: self._repaint(dark=theme.dark))
        self.reading.presets()

    def _poll(self) -> None:
        if not any(known.state.active for known in self.feed.runs.values()):
            return
        if changed := self.feed.poll():
            self.show_changed(changed)

    def _look_now_and_then(self) -> None:
        # A folder of thousands takes its time to be looked at: then it is looked at less often.
        begun, computed = time.monotonic(), time.thread_time()
        if begun >= self._rests_until:
            self._look()
            ended = time.monotonic()
            rest = max(LEAST_REST * (time.thread_time() - computed), LEAST_REST_OF_WAITING * (ended - begun))
            self._rests_until = ended + rest

    def _look(self) -> None:
        before = {run_id: known.state for run_id, known in self.feed.runs.items()}
        line = (self.feed.line, self.feed.jobs)
        changed = self.feed.look()
        for words, severity in notices.of_ended(before, self.feed.runs):
            self.tell(words, severity=severity)
        self._say_outside()
        if changed or (self.feed.line, self.feed.jobs) != line or self.board.asked:
            self.board.arrange()
            self.show_changed(changed)

    def _say_outside(self) -> None:
        """Say in the terminal's title how the runs get on, and ring when one has ended."""
        notice = self._notices.look(self.feed.runs.values())
        if notice.title is not None and isinstance(self._driver, TerminalDriver):
            self._driver.set_title(notice.title)
        if notice.rings:
            self.bell()

    def look_again(self) -> None:
        """Look at the folder now: something was just asked or changed."""
        self._look()
        self.show()

    def show(self) -> None:
        """Bring everything on the screen up to date."""
        self.board.arrange()
        self.show_changed(None)

    def show_changed(self, changed: set[str] | None) -> None:
        """Bring up to date what is new; `changed` are the ids of the runs that changed, None for anything."""
        # While the screen is taken down there is nothing to draw on.
        if not self.is_running or self._exit or not self.dashboard.is_mounted:
            return
        self.reading.events()
        self.painter.paint(changed)
        self.reading.inside()
        self.dashboard.tell_problem(self.board.filter_problem)

    def _read_machine(self) -> None:
        # Nobody looks at figures that move while nothing runs, and they would cost a repaint each time.
        if painter.is_worth_watching(self.board) or not self.painter.machine:
            self.painter.machine = machine_load.processor_and_memory() + self.reading.gpus
            self.show_changed(set())

    def _repaint(self, *, dark: bool) -> None:
        """Draw everything in the colours of another theme."""
        self.board.repaint(dark=dark)
        self.painter.forget()
        self.show()

    def show_presets(self, found: list[PresetFacts]) -> None:
        """Show the presets that fit what was typed."""
        self.presets = found
        screen = self.dashboard
        self.painter.show_presets(found, screen.filter_input.value if screen.filtering == "presets" else "")

    # ── what is wanted ──────────────────────────────────────────────────────────────────────────────────────────────

    @on(DashboardScreen.Wanted)
    def _wanted(self, event: DashboardScreen.Wanted) -> None:
        if event.action in ("move_down", "move_up"):
            self.board.move(1 if event.action == "move_down" else -1)
            self.show_changed(set())
        elif event.action == "sort":
            self.board.next_order()
            self.show_changed(set())
        elif event.action == "seeds_together":
            self.board.take_together(not self.board.together)
            self.dashboard.take_together(self.board.together)
            self.tell(seed_groups.TOGETHER if self.board.together else seed_groups.APART)
            self.painter.forget()
            self.show_changed(None)
        elif event.action in TASKS:
            self._tasks.do(event.action)
        else:
            self._visits.to(event.action)

    @on(DashboardScreen.Changed)
    def _view_changed(self) -> None:
        screen = self.dashboard
        if screen.filtering == "runs" and screen.filter_input.value.strip() != self.board.filter:
            self.board.set_filter(screen.filter_input.value)
        elif screen.filtering == "presets":
            self.show_presets(self.presets)
        self.show_changed(set())

    @on(RunList.Moved)
    def _run_clicked(self, event: RunList.Moved) -> None:
        self.board.selected_id = event.run_id
        self.show_changed(set())

    @on(RunList.Chosen)
    def _run_chosen(self, event: RunList.Chosen) -> None:
        self.board.selected_id = event.run_id
        self._visits.to("open")

    @on(LiveTable.Moved)
    def _row_moved(self, event: LiveTable.Moved) -> None:
        # Not every row is a run.
        if event.key in self.feed.runs:
            self.board.selected_id = event.key
            self.show_changed(set())

    @on(LiveTable.Chosen)
    def _row_chosen(self, event: LiveTable.Chosen) -> None:
        if event.key in self.feed.runs:
            self.board.selected_id = event.key
            self._visits.to("open")

    @on(PresetTree.Chosen)
    def _preset_chosen(self, event: PresetTree.Chosen) -> None:
        if event.facts.problem:
            self.notify(plain(event.facts.problem, 1000), title=event.facts.name, severity="error", markup=False)
        else:
            self._visits.new(event.facts.name)

    def get_key_display(self, binding: Binding) -> str:
        """Return how a key is written."""
        return bindings.written(super().get_key_display(binding), unicode=self.appearance.unicode)

    def action_help(self) -> None:
        """List every key of what is focused."""
        from vitdash.ui.screens.help import Help

        self.push_screen(Help(self.screen))

    def launch(self, config: RunConfig, name: str, *, queued: bool) -> None:
        """Start a run, or put it into the queue, and select it."""
        try:
            if queued:
                run = run_actions.enqueue(config, self.feed.root, name)
                self.tell(f"{run.id} waits for its turn.")
            else:
                worker = run_actions.start(config, self.feed.root, name)
                self.feed.started(worker)
                run = worker.run
        except VitdashError as error:
            self.tell_error(error)
            return
        self.feed.look()
        self.board.selected_id = run.id
        self.show()

    # ── saying and leaving ──────────────────────────────────────────────────────────────────────────────────────────

    def tell(self, text: str, *, severity: SeverityLevel = "information") -> None:
        """Say something for a few seconds."""
        self.notify(plain(text, 500), severity=severity, markup=False)

    def tell_error(self, error: VitdashError) -> None:
        """Say what went wrong, where, and what to do."""
        words = f"{error.message} {error.hint}".strip()
        self.notify(plain(words, 1000), title=plain(error.title), severity="error", markup=False, timeout=10)

    def copy(self, text: str) -> None:
        """Copy a text to the terminal's clipboard, and show it: many terminals do not copy."""
        self.copy_to_clipboard(text)
        self.notify(text if len(text) <= 400 else f"{text[:400]}…", title="copied", markup=False)

    @property
    def taken(self) -> Taken:
        """What the results table shows, to be written or copied.

        Raises:
            InputError: there are no results.
        """
        return taking_away.shown(self.board, self.dashboard.table_view, self.dashboard.results.keys)

    async def action_quit(self) -> None:
        """Leave; while runs train or wait, ask what becomes of them."""
        active = [known for known in self.feed.runs.values() if known.state.active]
        waiting = len(self.feed.line)
        if self.read_only or not (active or waiting):
            self.exit()
            return
        told = [f"{runs(len(active))} in progress" if active else "", f"{waiting} in the queue" if waiting else ""]
        text = f"{' and '.join(filter(None, told))}. They need no dashboard: the next one shows them as they are then."
        choices = [
            Choice("leave", "l", "leave them running"),
            Choice("stop", "s", "stop them, each with a checkpoint", harmful=True),
            Choice("stay", "n", "stay"),
        ]
        self.push_screen(Choose("Leave vitdash?", text, choices), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "stop":
            # What waits first: nothing may take the place of what stops.
            for known in sorted(self.feed.runs.values(), key=lambda known: known.state.active):
                if known.state.active or known.state is State.QUEUED:
                    try:
                        run_actions.stop(known)
                    except VitdashError as error:
                        # It may have ended by itself meanwhile.
                        self.log.warning(str(error))
        if answer in ("leave", "stop"):
            self.exit()

    def on_unmount(self) -> None:
        """Let go of pipes and of the queue: the standby goes on with it."""
        self.feed.close()
