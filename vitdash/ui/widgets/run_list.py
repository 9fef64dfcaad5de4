"""The runs, as cards or one line each. Must not know where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from vitdash.ui import run_drawing
from vitdash.ui.ink import Line
from vitdash.ui.run_facts import RunFacts
from vitdash.ui.widgets.inked import Inked


class RunList(Inked, can_focus=True):
    """Runs from top to bottom, one of them selected; `cards` gives each two or three lines.

    Keys that act on runs belong to the screen: the list only says what the mouse did.
    """

    class Moved(Message):
        """A run was clicked on."""

        def __init__(self, run_id: str) -> None:
            super().__init__()
            self.run_id = run_id

    class Chosen(Message):
        """A run was clicked on twice."""

        def __init__(self, run_id: str) -> None:
            super().__init__()
            self.run_id = run_id

    DEFAULT_CSS = """
    RunList { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id)
        self._facts: Sequence[RunFacts] = ()
        self._selected: str | None = None
        self._cards = True
        self._empty = ""
        self._drawn: dict[str, tuple[tuple[object, ...], list[Line]]] = {}
        self._owners: list[str] = []

    def show(self, facts: Sequence[RunFacts], selected: str | None, *, cards: bool, empty: str) -> None:
        """Show these runs; `empty` is what is said where there are none."""
        moved = selected != self._selected
        self._facts, self._selected, self._cards, self._empty = facts, selected, cards, empty
        self._write()
        if moved:
            self._follow()

    @property
    def wanted_height(self) -> int:
        """How many lines there are to show."""
        return max(1, len(self._lines))

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._write()
        self._follow()

    def on_click(self, event: events.Click) -> None:
        """Select the run under the mouse; the second click opens it."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._owners):
            run_id = self._owners[place]
            self.post_message(self.Chosen(run_id) if event.chain == 2 else self.Moved(run_id))

    def _write(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        lines: list[Line] = []
        self._owners = []
        chosen = range(0)
        name_width = max((len(item.name) for item in self._facts), default=0)
        for item in self._facts:
            drawn = self._draw(item, width - 1, name_width)
            selected = item.id == self._selected
            if selected:
                chosen = range(len(lines), len(lines) + len(drawn))
            # Colour is never the only sign.
            pointer = Line(("▸" if selected else " ", "accent"))
            lines += [(pointer if place == 0 else Line((" ", ""))).extended(line) for place, line in enumerate(drawn)]
            self._owners += [item.id] * len(drawn)
        if not lines:
            lines = [Line((text, "muted")) for text in _wrapped(self._empty, width)]
        self._drawn = {item.id: self._drawn[item.id] for item in self._facts}
        self.write(lines, chosen)

    def _draw(self, item: RunFacts, width: int, name_width: int) -> list[Line]:
        # Everything that a card says but its curves, which change only with a run's version.
        said = (item.version, item.word, item.doing, item.marked, item.name, item.sign)
        figures = (item.seen, item.loss, item.rate, item.left and round(item.left))
        key: tuple[object, ...] = (width, name_width, self._cards, *said, *figures)
        known = self._drawn.get(item.id)
        if known is not None and known[0] == key:
            return known[1]
        drawn = run_drawing.card(item, width) if self._cards else [run_drawing.line(item, width, name_width)]
        self._drawn[item.id] = (key, drawn)
        return drawn

    def _follow(self) -> None:
        if self._chosen and self.size.height:
            top, bottom = self._chosen.start, self._chosen.stop
            if top < self.scroll_offset.y:
                self.scroll_to(y=top, animate=False)
            elif bottom > self.scroll_offset.y + self.scrollable_content_region.height:
                self.scroll_to(y=bottom - self.scrollable_content_region.height, animate=False)


def _wrapped(text: str, width: int) -> list[str]:
    from textwrap import wrap

    return [line for part in text.split("\n") for line in wrap(part, max(10, width)) or [""]]
