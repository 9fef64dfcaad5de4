"""One evaluation of a run from inside: images, confusion, accuracy by class, embedding; and the way to the others.

Arranges its panels by the room there is. Must not know files: it asks for what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widget import Widget

from vitdash import keys
from vitdash.errors import VitdashError
from vitdash.run import diagnostics, summary
from vitdash.run.diagnostics import Diagnostics
from vitdash.run.store import Run
from vitdash.text import accuracy, images, plain
from vitdash.ui import bindings, evaluations
from vitdash.ui.evaluations import Evaluations
from vitdash.ui.signs import Sign
from vitdash.ui.widgets.class_accuracy import ClassAccuracy
from vitdash.ui.widgets.confusion import ConfusionMatrix
from vitdash.ui.widgets.drawing import Drawing
from vitdash.ui.widgets.image_grid import ImageGrid
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.scatter import EmbeddingScatter
from vitdash.ui.widgets.tab_line import TabLine
from vitdash.ui.widgets.title_line import TitleLine

LOOK_SECONDS = 3.0
WAITING = (
    "No evaluation yet: the first one shows here what the network takes for what.\n\n"
    "q goes back; there, L shows what the run does, or why it failed."
)
REMOVED = "The diagnostics of this run were removed, or never written.\n\nq goes back; there, L shows what happened."
TABS = (
    ("worst_images", "Worst"),
    ("best_images", "Best"),
    ("augmented_images", "Inputs"),
    ("confusion_matrix", "Matrix"),
    ("class_accuracies", "Classes"),
    ("embedding_scatter", "Scatter"),
)
_TITLES = {
    "worst_images": "worst mistakes: true ← predicted, loss",
    "best_images": "most certain: class, loss",
    "augmented_images": "training images as the network sees them",
    "confusion_matrix": "confusion",
    "class_accuracies": "accuracy by class",
    "embedding_scatter": "embedding, two principal axes",
}
_PICTURES, _FIGURES = ("worst_images", "best_images", "augmented_images"), ("class_accuracies", "embedding_scatter")
"""Of each of these, one is seen where there is room for some panels, but not for all."""

_FOOTER = (("earlier_evaluation", "Earlier"), ("later_evaluation", "Later"), ("last_evaluation", "Last"))


class Inside(Screen[None]):
    """The diagnostics of one run; the newest evaluation is followed while it is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings.of(keys.OVER, (("back", "Back"),)),
        *bindings.of(keys.INSIDE, _FOOTER),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (180, "-huge")]  # noqa: RUF012 - declared by Textual
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Inside {
        layout: vertical;
        & TabLine { display: none; }
        & #panels { height: 1fr; }
        & #panels > Vertical { width: 1fr; height: 1fr; }
        & Drawing {
            height: 1fr;
            border: round $foreground 25%; border-title-color: $text-accent; border-title-style: bold;
            border-subtitle-color: $text-muted; padding: 0 1;
        }
        & Drawing:focus { border: round $border; }
        & #confusion_matrix { height: 15; }

        &.-huge #class_accuracies { height: 14; }
        &.-wide #panels > #figures { width: 64; }
        &.-wide .-one { display: none; }
        &.-wide .-one.-shown { display: block; }

        &.-narrow TabLine { display: block; }
        &.-narrow #panels { layout: vertical; }
        &.-narrow #panels > Vertical { display: none; }
        &.-narrow #panels > Vertical.-shown { display: block; }
        &.-narrow Drawing { display: none; border: none; height: 1fr; }
        &.-narrow Drawing.-current { display: block; }
    }
    """

    title_line = query_one(TitleLine)
    tabs = query_one(TabLine)

    def __init__(
        self,
        run: Run,
        sign: Sign,
        name: str,
        evaluated_at: int,
        unicode: bool = True,
        *,
        load: Callable[[int], Diagnostics] | None = None,
        find: Callable[[], Sequence[int]] | None = None,
    ) -> None:
        """Take a run, and after how many images it was last evaluated, 0 for never.

        `load` returns the diagnostics after so many images, or raises a VitdashError; `find` says which there are.
        """
        super().__init__()
        self._sign, self._run_name, self._unicode = sign, plain(name), unicode
        self._load = load or partial(diagnostics.read, run)
        self._find = find or Finder(run, evaluated_at)
        self._evaluated = evaluated_at > 0
        self._at = Evaluations()
        self._finding = False
        self._why = ""
        self._shown: Diagnostics | None = None
        self._panels = {"pictures": _PICTURES[0], "figures": _FIGURES[1]}
        self._tab = _PICTURES[0]

    def compose(self) -> ComposeResult:
        """Arrange all panels; styles hide those that there is no room for."""
        unicode = self._unicode
        yield TitleLine()
        yield TabLine(TABS)
        with Horizontal(id="panels"):
            with Vertical(id="pictures"):
                yield ImageGrid(unicode=unicode, id="worst_images", classes="-one")
                yield ImageGrid(unicode=unicode, id="best_images", classes="-one")
                yield ImageGrid(unicode=unicode, id="augmented_images", classes="-one")
            with Vertical(id="figures"):
                yield ConfusionMatrix(unicode=unicode, id="confusion_matrix")
                yield ClassAccuracy(unicode=unicode, id="class_accuracies", classes="-one")
                yield EmbeddingScatter(unicode=unicode, id="embedding_scatter", classes="-one")
        yield KeyLine()

    def on_mount(self) -> None:
        """Look for evaluations, and again from time to time."""
        for panel in self.query(Drawing):
            panel.border_title = Content(_TITLES[panel.id or ""])
        self._show_panels()
        self._say()
        self.set_interval(LOOK_SECONDS, self._look)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        if self.is_current and not self._finding:
            self._finding = True
            self.run_worker(self._find_positions, thread=True, group="find")

    def _find_positions(self) -> None:
        self.app.call_from_thread(self._found, tuple(self._find()))

    def _found(self, positions: tuple[int, ...]) -> None:
        self._finding = False
        if not self.is_mounted:
            return
        if not positions and self._shown is None:
            self._show_nothing(REMOVED if self._evaluated else WAITING)
        if positions != self._at.positions:
            self._go(self._at.now(positions))

    def _go(self, at: Evaluations) -> None:
        before, self._at = self._at.position, at
        self._say()
        if at.position is not None and at.position != before:
            self.run_worker(partial(self._read, at.position), thread=True, group="read")

    def _read(self, position: int) -> None:
        try:
            found = self._load(position)
        except VitdashError as error:
            self.app.call_from_thread(self._show, position, None, str(error))
        else:
            self.app.call_from_thread(self._show, position, found, "")

    # ── showing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, position: int, found: Diagnostics | None, why_not: str) -> None:
        if position != self._at.position or not self.is_mounted:
            # Somebody has gone on meanwhile.
            return
        self._shown = found
        self._say()
        if found is None:
            self._show_nothing(f"{plain(why_not, 500)}\n\nLeft and right go to other evaluations, q goes back.")
            return
        self.query_one("#worst_images", ImageGrid).show(evaluations.mistakes(found), found.image_size)
        self.query_one("#best_images", ImageGrid).show(evaluations.successes(found), found.image_size)
        self.query_one("#augmented_images", ImageGrid).show(evaluations.inputs(found), found.image_size)
        self.query_one(ConfusionMatrix).show(found.classes, found.confusion)
        self.query_one(ClassAccuracy).show(found.classes, found.class_accuracy)
        embedding = found.embedding
        self.query_one(EmbeddingScatter).show(embedding.x, embedding.y, embedding.true, found.classes)

    def _show_nothing(self, why: str) -> None:
        self._why = why
        for panel in self.query(Drawing):
            # Once is enough, wherever one looks.
            panel.empty = why if panel.id == self._tab else ""
        for grid in self.query(ImageGrid):
            grid.show((), 0)
        self.query_one(ConfusionMatrix).show((), ())
        self.query_one(ClassAccuracy).show((), ())
        self.query_one(EmbeddingScatter).show((), (), (), ())

    def _say(self) -> None:
        at = self._at
        parts = [(f"{self._sign.marker} ", self._sign.colour), (self._run_name, "strong")]
        fact = ""
        if at.position is not None:
            parts.append((f"  after {images(at.position)}", ""))
            fact = f"evaluation {at.place + 1} of {len(at.positions)}"
            share = evaluations.recognised(self._shown) if self._shown else None
            if share is not None and self._shown is not None and self._shown.images_seen == at.position:
                parts.append((f"  argmax {accuracy(share)}", "best"))
        self.title_line.show(parts, (fact, "strong"))

    # ── panels ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _show_panels(self) -> None:
        self.tabs.current = self._tab
        titles = {name: f"{number} {title.lower()}" for number, (name, title) in enumerate(TABS, 1)}
        for panel in self.query(Drawing):
            name = panel.id or ""
            panel.set_class(name == self._tab, "-current")
            panel.empty = self._why if name == self._tab else ""
            panel.set_class(name in self._panels.values(), "-shown")
            group = next((group for group in (_PICTURES, _FIGURES) if name in group), ())
            others = "  ".join(titles[other] for other in group if other != name)
            panel.border_subtitle = Content("" if self.has_class("-huge") else others)
        for column in self.query("#panels > Vertical"):
            column.set_class(any(child.id == self._tab for child in column.children), "-shown")

    def on_screen_resume(self) -> None:
        """Look at once for what has come meanwhile."""
        self._look()

    def on_resize(self) -> None:
        """Say in the panels' borders what else there is to see."""
        self.call_after_refresh(self._show_panels)

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._go_to(event.tab)

    def _go_to(self, tab: str) -> None:
        self._tab = tab
        for column, group in (("pictures", _PICTURES), ("figures", _FIGURES)):
            if tab in group:
                self._panels[column] = tab
        self._show_panels()
        panel: Widget = self.query_one(f"#{tab}")
        # Arrows point into a panel that knows how; elsewhere they go through the evaluations.
        points = panel.can_focus and not panel.has_focus
        self.set_focus(panel if points and not self.has_class("-narrow") else None)

    def action_worst_images(self) -> None:
        """Show what was most wrong."""
        self._go_to("worst_images")

    def action_best_images(self) -> None:
        """Show what was most right."""
        self._go_to("best_images")

    def action_augmented_images(self) -> None:
        """Show training images as the network sees them."""
        self._go_to("augmented_images")

    def action_confusion_matrix(self) -> None:
        """Show what was taken for what."""
        self._go_to("confusion_matrix")

    def action_class_accuracies(self) -> None:
        """Show the accuracy of each class."""
        self._go_to("class_accuracies")

    def action_embedding_scatter(self) -> None:
        """Show the embedding."""
        self._go_to("embedding_scatter")

    # ── evaluations ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_earlier_evaluation(self) -> None:
        """Go to the evaluation before."""
        self._go(self._at.step(-1))

    def action_later_evaluation(self) -> None:
        """Go to the evaluation after."""
        self._go(self._at.step(1))

    def action_first_evaluation(self) -> None:
        """Go to the first evaluation."""
        self._go(self._at.step(-len(self._at.positions)))

    def action_last_evaluation(self) -> None:
        """Go to the last evaluation."""
        self._go(self._at.step(len(self._at.positions)))

    def action_back(self) -> None:
        """Leave the screen."""
        self.dismiss()


class Finder:
    """Says of which evaluations there are diagnostics that count: a resumed run drops those after its checkpoint."""

    def __init__(self, run: Run, evaluated_at: int) -> None:
        self._run, self._evaluated_at = run, evaluated_at
        self._known: list[int] | None = None

    def __call__(self) -> list[int]:
        """Return after how many images, the fewest first."""
        found = diagnostics.available(self._run)
        if self._known is not None and found != self._known:
            self._evaluated_at = summary.summarise(self._run).figures.evaluated_at
        self._known = found
        return [position for position in found if position <= self._evaluated_at]
