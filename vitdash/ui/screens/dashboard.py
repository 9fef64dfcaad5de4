"""The dashboard: runs, presets, curves, results, what happened. Arranges its panels by the room there is.

Must not know processes or files: the app tells it what to show, and hears what is wanted.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static, Tree

from vitdash import keys
from vitdash.drawing.smoothing import LEVELS
from vitdash.text import accuracy, learning_rate, loss, pace
from vitdash.ui import bindings, dashboard_keys
from vitdash.ui.curves import ACCURACIES
from vitdash.ui.result_rows import FIGURES, GROUPED, GROUPS, VIEWS
from vitdash.ui.widgets.chart import Chart
from vitdash.ui.widgets.confusion import ConfusionMatrix
from vitdash.ui.widgets.header import Header
from vitdash.ui.widgets.image_grid import ImageGrid
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.knob_panel import KnobPanel
from vitdash.ui.widgets.live_table import LiveTable
from vitdash.ui.widgets.log_lines import LogLines
from vitdash.ui.widgets.preset_tree import PresetTree
from vitdash.ui.widgets.run_list import RunList
from vitdash.ui.widgets.scatter import EmbeddingScatter
from vitdash.ui.widgets.tab_line import TabLine

TABS = (
    ("loss", "Loss"),
    ("accuracy", "Accuracy"),
    ("results", "Results"),
    ("images", "Images"),
    ("log", "Log"),
    ("learning_rate", "Learning rate"),
    ("pace", "Images/s"),
)
_ONLY_HUGE = ("images", "learning_rate", "pace")
_GROUPS = {"results": "below", "log": "below", "images": "right"}


class DashboardScreen(Screen[None]):
    """All panels; which of them are seen depends on the width, and on the tab below 110 columns."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (180, "-huge")]  # noqa: RUF012 - declared by Textual
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - declared by Textual
    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.DASHBOARD, dashboard_keys.FOOTER, dashboard_keys.OUTSIDE)
    AUTO_FOCUS = "#runs"

    class Wanted(Message):
        """A key asks for something that is done outside of this screen: the action's id."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class Changed(Message):
        """Something else is to be shown: another run, filter, order, view."""

    header = query_one(Header)
    runs = query_one(RunList)
    knobs = query_one(KnobPanel)
    presets = query_one(PresetTree)
    tabs = query_one(TabLine)
    results = query_one(LiveTable)
    log_lines = query_one(LogLines)
    images = query_one(ImageGrid)
    confusion = query_one(ConfusionMatrix)
    embedding = query_one(EmbeddingScatter)
    filter_input = query_one("#filter", Input)

    def __init__(self, *, unicode: bool = True) -> None:
        super().__init__()
        self._unicode = unicode
        self.accuracy_kind = ACCURACIES[0]
        self.table_view = FIGURES
        self._view_apart = ""
        self.filtering = ""
        self._made_room = False
        self.withheld: frozenset[str] = frozenset()
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Arrange all panels; the style sheet hides those that there is no room for."""
        unicode = self._unicode
        yield Header()
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield _panel(RunList(id="runs"), "runs")
                yield _panel(KnobPanel(unicode=unicode, id="knobs"), "hyper-parameters")
                yield _panel(PresetTree(id="presets"), "presets")
            with Vertical(id="middle"):
                yield TabLine(TABS)
                with Widget(id="charts"):
                    yield _tabbed(Chart("loss", write=loss, unicode=unicode, id="loss"))
                    yield _tabbed(Chart("accuracy (argmax)", write=accuracy, unicode=unicode, id="accuracy"))
                    yield _tabbed(
                        Chart("learning rate", write=learning_rate, unicode=unicode, smooth=False, id="learning_rate")
                    )
                    yield _tabbed(Chart("images/s", write=pace, unicode=unicode, id="pace"))
                with Horizontal(id="below"):
                    yield _tabbed(_panel(LiveTable(unicode=unicode, id="results"), "results"))
                    yield _tabbed(_panel(LogLines(id="log"), "log"))
            with Vertical(id="right"):
                yield _tabbed(_panel(ImageGrid(unicode=unicode, id="images"), "worst mistakes"))
                yield _panel(ConfusionMatrix(unicode=unicode, id="confusion"), "confusion")
                yield _panel(EmbeddingScatter(unicode=unicode, id="embedding"), "embedding")
        yield Static(id="problem")
        yield Input(id="filter", compact=True, placeholder="words of a name, or a condition: accuracy > 0.9")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the loss."""
        # A hidden input that can be focused would swallow the keys.
        self.filter_input.can_focus = False
        self._go_to("loss", focus=False)

    def chart(self, name: str) -> Chart:
        """Return the chart of a tab."""
        return self.query_one(f"#{name}", Chart)

    def seen(self, name: str) -> bool:
        """Return whether a panel is on the screen; what is not seen is not brought up to date."""
        return self.is_current and _is_displayed(self.query_one(f"#{name}"))

    @property
    def is_narrow(self) -> bool:
        """Whether a run has but one line."""
        return self.has_class("-narrow")

    def tell_problem(self, text: str) -> None:
        """Show what is wrong with the filter, or nothing."""
        problem = self.query_one("#problem", Static)
        # Each update lays the whole screen out again.
        if text == self._problem:
            return
        self._problem = text
        problem.update(Content(text))
        problem.set_class(bool(text), "-open")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key that would change something where somebody only watches."""
        return not (action == "want" and parameters and parameters[0] in self.withheld)

    def action_want(self, action: str) -> None:
        """Pass on what is done outside of this screen."""
        self.post_message(self.Wanted(action))

    # ── panels ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def action_loss(self) -> None:
        """Go to the loss."""
        self._go_to("loss")

    def action_accuracy(self) -> None:
        """Go to the accuracies."""
        self._go_to("accuracy")

    def action_results(self) -> None:
        """Go to the results."""
        self._go_to("results")

    def action_images(self) -> None:
        """Go to the images."""
        self._go_to("images")

    def action_events(self) -> None:
        """Go to the log."""
        self._go_to("log")

    def action_learning_rate(self) -> None:
        """Go to the learning rate."""
        self._go_to("learning_rate")

    def action_pace(self) -> None:
        """Go to the images per second."""
        self._go_to("pace")

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._go_to(event.tab)

    def _go_to(self, tab: str, *, focus: bool = True) -> None:
        self.tabs.current = tab
        group = _GROUPS.get(tab, "charts")
        # At once, for each change of the screen's classes styles all that is on it.
        self.update_classes({f"-on-{name}": name == group for name in ("charts", "below", "right")})
        for panel in self.query(".panel"):
            panel.set_class(panel.id == tab, "-current")
        panel = self.query_one(f"#{tab}")
        # A panel that has no place beside the others gets all there is, until another one is wanted.
        alone = focus and self.has_class("-wide") and tab in _ONLY_HUGE
        if alone or self._made_room:
            self.set_class(alone, "-full")
        self._made_room = alone
        if focus and panel.can_focus and not self.is_narrow:
            self.set_focus(panel)
        elif self.is_narrow or not _is_displayed(panel):
            self.set_focus(self.runs)
        self.post_message(self.Changed())

    def action_full_screen(self) -> None:
        """Give the focused panel, or the tab's, the whole screen; or take it back."""
        if not self.has_class("-full"):
            focused = self.focused
            if focused is not None and focused.id in dict(TABS):
                self._go_to(focused.id or "loss")
        self.toggle_class("-full")
        self.post_message(self.Changed())

    @on(Chart.Enlarged)
    def _enlarge(self, event: Chart.Enlarged) -> None:
        event.stop()
        if event.control is not None and event.control.id:
            self._go_to(event.control.id)
        self.action_full_screen()

    # ── what is shown in them ───────────────────────────────────────────────────────────────────────────────────────

    def action_smoothing(self) -> None:
        """Smooth all curves more, or not at all."""
        for chart in self.query(Chart):
            chart.smoothing = (chart.smoothing + 1) % len(LEVELS)

    def action_log_scale(self) -> None:
        """Put the loss on the other scale."""
        for name in ("loss", "learning_rate"):
            self.chart(name).log_scale = not self.chart(name).log_scale

    def action_which_accuracy(self) -> None:
        """Draw the next of the accuracies."""
        self.accuracy_kind = ACCURACIES[(ACCURACIES.index(self.accuracy_kind) + 1) % len(ACCURACIES)]
        self.chart("accuracy").retitle(f"accuracy ({self.accuracy_kind})")
        self.post_message(self.Changed())

    def action_table_view(self) -> None:
        """Show the next choice of columns."""
        self._view_apart = ""
        self._show_view(VIEWS[(VIEWS.index(self.table_view) + 1) % len(VIEWS)])

    def take_together(self, together: bool) -> None:
        """Let the table show groups while seeds are taken together, and afterwards what it showed before."""
        if together and self.table_view not in GROUPED:
            self._view_apart = self.table_view
            self._show_view(GROUPS)
        elif not together and self._view_apart:
            self._show_view(self._view_apart)
            self._view_apart = ""

    def _show_view(self, view: str) -> None:
        self.table_view = view
        self.results.border_title = "results" if view == FIGURES else f"results: {view}"
        self.post_message(self.Changed())

    # ── the filter ──────────────────────────────────────────────────────────────────────────────────────────────────

    def action_filter(self) -> None:
        """Open the filter: of presets where these are focused, else of runs."""
        self.filtering = "presets" if self.presets.has_focus else "runs"
        self.filter_input.add_class("-open")
        self.filter_input.can_focus = True
        self.set_focus(self.filter_input)

    @on(Input.Changed, "#filter")
    def _filter_changed(self) -> None:
        self.post_message(self.Changed())

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self) -> None:
        self.close_filter()

    def close_filter(self) -> None:
        """Leave the filter; it stays in force while it says something."""
        self.filter_input.can_focus = False
        self.filter_input.set_class(bool(self.filter_input.value), "-open")
        self.set_focus(self.presets if self.filtering == "presets" else self.runs)

    def action_leave_filter(self) -> None:
        """Leave the filter and show everything again; elsewhere, leave the whole-screen panel or go to the runs."""
        if self.filter_input.has_focus or (self.filter_input.value and self.runs.has_focus):
            self.filter_input.value = ""
            self.close_filter()
        elif self.has_class("-full"):
            self.action_full_screen()
        elif self.runs.has_focus:
            self.action_want("unmark")
        else:
            self.set_focus(self.runs)

    # ── keys that depend on what is focused ─────────────────────────────────────────────────────────────────────────

    def action_move_down(self) -> None:
        """Go down in what is focused."""
        self._move(1)

    def action_move_up(self) -> None:
        """Go up in what is focused."""
        self._move(-1)

    def _move(self, by: int) -> None:
        focused = self.focused
        if isinstance(focused, LiveTable):
            focused.move(by)
        elif isinstance(focused, Tree):
            (focused.action_cursor_down if by > 0 else focused.action_cursor_up)()
        elif isinstance(focused, (LogLines, KnobPanel)):
            focused.scroll_relative(y=by, animate=False)
        else:
            self.post_message(self.Wanted("move_down" if by > 0 else "move_up"))

    def action_sort(self) -> None:
        """Sort what is focused by the next column."""
        if self.results.has_focus or (self.is_narrow and self.tabs.current == "results"):
            self.results.sort_by_next()
        else:
            self.post_message(self.Wanted("sort"))

    def action_open(self) -> None:
        """Open what is focused."""
        if self.presets.has_focus:
            self.presets.action_select_cursor()
        else:
            self.post_message(self.Wanted("open"))


def _is_displayed(panel: Widget) -> bool:
    return all(node.display for node in panel.ancestors_with_self if isinstance(node, Widget))


def _panel(widget: Widget, title: str) -> Widget:
    widget.border_title = title
    widget.add_class("panel", update=False)
    return widget


def _tabbed(widget: Widget) -> Widget:
    widget.add_class("panel", "-tabbed", update=False)
    return widget
