"""Runs or groups beside each other: curves over each other, last figures and differences, knobs that differ.

Arranges its panels by the room there is. Must not know files.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from vitdash import keys
from vitdash.drawing.smoothing import LEVELS
from vitdash.text import accuracy, loss
from vitdash.ui import bindings, comparison
from vitdash.ui.comparison import Comparison
from vitdash.ui.curves import ACCURACIES
from vitdash.ui.widgets.chart import Chart
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.live_table import LiveTable
from vitdash.ui.widgets.tab_line import TabLine
from vitdash.ui.widgets.title_line import TitleLine

LOOK_SECONDS = 1.0
NARROW, WIDE = 110, 180
LEAST_KNOB_LINES = 6
NO_VALUES = "Figures come with the first evaluation of one of the runs."
ALL_ALIKE = "These runs have the same knobs: their figures should be equal."
TABS = (
    ("compared_loss", "Loss"),
    ("compared_accuracy", "Accuracy"),
    ("compared_values", "Values"),
    ("compared_knobs", "Knobs"),
)
_FOOTER = (
    ("compared_base", "Base"),
    ("compared_kind", "Accuracy"),
    ("compared_smoothing", "Smoothing"),
    ("compared_log_scale", "Log"),
    ("compared_full", "Full"),
    ("compared_sort", "Sort"),
    ("compared_copy", "Copy"),
)


class Compare(Screen[None]):
    """Draws what is new of runs that go on; everything else stands still."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings.of(keys.OVER, (("back", "Back"),)),
        *bindings.of(keys.COMPARE, _FOOTER),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Compare {
        layout: vertical;
        & TabLine { display: none; }
        & #remarks { height: auto; max-height: 4; padding: 0 1; color: $text-warning; display: none; }
        & #remarks.-said { display: block; }
        & #panels { height: 1fr; layout: vertical; }
        & #curves { height: 1fr; }
        & #tables { height: auto; layout: vertical; }
        & #tables.-beside { layout: horizontal; }
        & .panel {
            border: round $foreground 25%; border-title-color: $text-accent; border-title-style: bold;
            border-subtitle-color: $text-muted; padding: 0 1;
        }
        & .panel:focus { border: round $border; }
        & Chart { width: 1fr; height: 1fr; }
        & .-beside > #compared_values { width: 11fr; }
        & .-beside > #compared_knobs { width: 9fr; }

        &.-single TabLine { display: block; }
        &.-single #panels Horizontal { display: none; height: 1fr; }
        &.-single #panels Horizontal.-shown { display: block; }
        &.-single .panel { display: none; border: none; height: 1fr; }
        &.-single .panel.-current { display: block; }
    }
    """

    tabs = query_one(TabLine)
    loss_chart = query_one("#compared_loss", Chart)
    accuracy_chart = query_one("#compared_accuracy", Chart)
    values = query_one("#compared_values", LiveTable)
    knobs = query_one("#compared_knobs", LiveTable)

    def __init__(self, compared: Comparison, *, unicode: bool = True) -> None:
        """Take what is compared; the differences are to the first of them, until somebody wants another."""
        super().__init__()
        self.compared, self._unicode = compared, unicode
        self._base = 0
        self._kind = ACCURACIES[0]
        self._tab = TABS[0][0]
        self._full = False
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Arrange all panels; styles hide those that there is no room for."""
        unicode = self._unicode
        yield TitleLine()
        yield Static(id="remarks")
        yield TabLine(TABS)
        with Widget(id="panels"):
            with Horizontal(id="curves"):
                yield Chart("loss", write=loss, unicode=unicode, id="compared_loss", classes="panel")
                yield Chart("", write=accuracy, unicode=unicode, id="compared_accuracy", classes="panel")
            with Horizontal(id="tables"):
                yield LiveTable(unicode=unicode, id="compared_values", classes="panel")
                yield LiveTable(unicode=unicode, id="compared_knobs", classes="panel")
        yield KeyLine()

    def on_mount(self) -> None:
        """Draw everything once, and then what is new."""
        self.knobs.border_title = Content("knobs that differ")
        self.values.empty, self.knobs.empty = NO_VALUES, ALL_ALIKE
        self.loss_chart.empty = "No run has recorded a loss yet."
        self.knobs.show(*self.compared.knobs())
        self._draw()
        self.set_interval(LOOK_SECONDS, self._draw_news)

    def on_screen_resume(self) -> None:
        """Draw what has come meanwhile."""
        self._draw_news()

    def on_resize(self) -> None:
        """Arrange for the new size."""
        self._arrange()

    # ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _draw_news(self) -> None:
        if self.is_current and self._drawn != self._version():
            self._draw()

    def _version(self) -> object:
        return self.compared.version, self._base, self._kind

    def _draw(self) -> None:
        self._drawn = self._version()
        compared = self.compared
        self.loss_chart.show(compared.losses(), compared.planned)
        self.accuracy_chart.retitle(f"accuracy ({self._kind})")
        self.accuracy_chart.empty = f"No run has an accuracy ({self._kind}) yet; a shows another."
        self.accuracy_chart.show(compared.accuracies(self._kind), compared.planned)
        self.values.show(*compared.values(self._base))
        self.values.border_title = Content(f"last figures, differences to {self._base_name}")
        told = compared.remarks()
        remarks = self.query_one("#remarks", Static)
        remarks.update(Content("\n".join(told)))
        remarks.set_class(bool(told), "-said")
        self._arrange()

    @property
    def _base_name(self) -> str:
        sign, name = self.compared.names[self._base]
        return f"{sign.marker} {name}"

    def _title(self, *, single: bool) -> None:
        parts = [("comparing", ""), (f" {self.compared.told}", "strong")]
        parts += [(f"  {sign.marker} {name}", sign.colour) for sign, name in self.compared.names]
        needed = single and self._tab == "compared_values"
        self.query_one(TitleLine).show(parts, (f"diff to {self._base_name}" if needed else "", "strong"))

    def _arrange(self) -> None:
        single = self._full or self.size.width < NARROW
        self.set_class(single, "-single")
        self._title(single=single)
        self.tabs.current = self._tab
        for panel in self.query(".panel"):
            panel.set_class(panel.id == self._tab, "-current")
            if panel.parent is not None:
                shares = any(child.id == self._tab for child in panel.parent.children)
                panel.parent.set_class(shares, "-shown")
        wide = self.size.width >= WIDE
        self.query_one("#tables").set_class(wide and not single, "-beside")
        knobs = min(max(LEAST_KNOB_LINES, self.size.height // 4), len(self.compared.differing) + 3)
        values = len(self.compared.names) + 3
        # Both as high as the higher one where they stand side by side.
        for table, height in ((self.values, values), (self.knobs, max(4, knobs))):
            table.styles.height = None if single else max(values, knobs) if wide else height
        if single:
            self.set_focus(self.query_one(f"#{self._tab}"))

    # ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._go_to(event.tab)

    @on(Chart.Enlarged)
    def _enlarge(self, event: Chart.Enlarged) -> None:
        event.stop()
        self._tab = event.chart.id or self._tab
        self.action_compared_full()

    def _go_to(self, tab: str) -> None:
        self._tab = tab
        self._arrange()
        self.set_focus(self.query_one(f"#{tab}"))

    def action_compared_loss(self) -> None:
        """Go to the loss curves."""
        self._go_to("compared_loss")

    def action_compared_accuracy(self) -> None:
        """Go to the accuracy curves."""
        self._go_to("compared_accuracy")

    def action_compared_values(self) -> None:
        """Go to the last figures."""
        self._go_to("compared_values")

    def action_compared_knobs(self) -> None:
        """Go to the knobs that differ."""
        self._go_to("compared_knobs")

    def action_compared_kind(self) -> None:
        """Draw the next of the accuracies."""
        self._kind = ACCURACIES[(ACCURACIES.index(self._kind) + 1) % len(ACCURACIES)]
        self._draw_news()

    def action_compared_smoothing(self) -> None:
        """Smooth the curves more, or not at all."""
        for chart in self.query(Chart):
            chart.smoothing = (chart.smoothing + 1) % len(LEVELS)

    def action_compared_log_scale(self) -> None:
        """Put the loss on the other scale."""
        self.loss_chart.log_scale = not self.loss_chart.log_scale

    def action_compared_full(self) -> None:
        """Give the focused panel the whole screen, or take it back."""
        focused = self.focused
        if not self._full and focused is not None and focused.id in dict(TABS):
            self._tab = focused.id
        self._full = not self._full
        self._arrange()

    def action_compared_base(self) -> None:
        """Take the differences to the next."""
        self._base = (self._base + 1) % len(self.compared.names)
        self._draw_news()

    def action_compared_sort(self) -> None:
        """Sort the last figures by the next column."""
        self.values.sort_by_next()

    def action_compared_copy(self) -> None:
        """Copy the last figures, or the knobs where these are looked at."""
        if self._tab == "compared_knobs":
            text = comparison.as_text(*self.compared.knobs())
        else:
            text = comparison.as_text(*self.compared.values(self._base))
        self.app.copy_to_clipboard(text)
        self.notify("Separated by tabs, as spreadsheets take it.", title="table copied", markup=False)

    def action_back(self) -> None:
        """Take the whole screen back, then leave."""
        if self._full:
            self.action_compared_full()
        else:
            self.dismiss()
