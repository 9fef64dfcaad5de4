"""How many images of each class are recognised, the worst class first. Must not know where the shares come from."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from vitdash.drawing.bar import bar
from vitdash.text import accuracy, plain
from vitdash.ui.ink import fitted
from vitdash.ui.table.lines import aligned
from vitdash.ui.widgets.drawing import Drawing, DrawnLine

FIGURE = 6
LONGEST_NAME = 18
WORST = "▼"


class ClassAccuracy(Drawing):
    """A bar for each class with its figure; the worst one is marked."""

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget calls it
        super().__init__(unicode=unicode, id=id, classes=classes)
        self._shares: tuple[tuple[str, float | None], ...] = ()

    def show(self, classes: Sequence[str], accuracies: Sequence[float | None]) -> None:
        """Show the share of each class that is recognised, in [0, 1]; None where there is nothing to recognise."""
        shares = tuple((plain(name), share) for name, share in zip(classes, accuracies, strict=True))
        if shares != self._shares:
            self._shares = shares
            self.redraw()

    def draw(self, width: int, height: int) -> list[DrawnLine]:
        """Return a line for each class, as far as there is room, and how many are left out."""
        ordered = sorted(self._shares, key=lambda item: 2.0 if item[1] is None else item[1])
        names = max((cell_len(name) for name, _ in ordered), default=0)
        name_width = min(names, LONGEST_NAME, max(3, width - FIGURE - 4))
        shown = ordered if len(ordered) <= height else ordered[: max(1, height - 1)]
        lines = [self._line(name, share, place == 0, name_width, width) for place, (name, share) in enumerate(shown)]
        if len(shown) < len(ordered) and height > 1:
            text = f"{len(ordered) - len(shown)} more are better"
            lines.append([(fitted(text, width, self.characters.more), self.style("muted"))])
        return lines

    def _line(self, name: str, share: float | None, is_worst: bool, name_width: int, width: int) -> DrawnLine:
        drawable = self.characters.drawable
        text = aligned(drawable(fitted(name, name_width)), name_width, right=False)
        if share is None:
            return [("  ", self.style()), (text, self.style("muted")), (" none to see"[:width], self.style("muted"))]
        is_worst = is_worst and share < 1
        # Next to each other, bars in the full colour would be all that anybody sees.
        colour = self.ground.blend(self.colour("mistake" if is_worst else "success"), 0.75)
        room = width - name_width - FIGURE - 4
        filled, rest = bar(share, room, unicode=self.characters.unicode)
        return [
            (drawable(f"{WORST} ") if is_worst else "  ", self.style("error", bold=True)),
            (text, self.style(bold=is_worst)),
            (" ", self.style()),
            (filled, self.style(colour)),
            (rest, self.style("muted")),
            (f" {accuracy(share)}", self.style("error" if is_worst else "text", bold=is_worst)),
        ]
