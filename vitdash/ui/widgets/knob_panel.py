"""The hyper-parameters of the selected run, to be read. Takes a configuration, reads no file."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from vitdash.config import RunConfig
from vitdash.knobs import Knob
from vitdash.run.origin import Change
from vitdash.text import plain, setting
from vitdash.ui.ink import Line, fitted
from vitdash.ui.widgets.inked import Inked

LEAST_VALUE = 10


class KnobPanel(Inked):
    """Knob by knob what a run is computed with: what its preset says otherwise is marked, and what that was."""

    empty = "Select a run to see what it is computed with, or press n to begin one."

    def __init__(self, *, unicode: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._marker = "●" if unicode else "*"
        self._config: RunConfig | None = None
        self._changes: dict[str, Change] = {}

    def on_mount(self) -> None:
        """Say what to press."""
        self._tell()

    def show(self, config: RunConfig | None, changes: Sequence[Change] | None = ()) -> None:
        """Show a run's knobs; `changes` are those that its preset has otherwise, as `run.origin` finds them."""
        found = {change.knob.name: change for change in changes or ()}
        if (config, found) != (self._config, self._changes):
            other = config is None or self._config is None or config.model != self._config.model
            self._config, self._changes = config, found
            if other:
                self.scroll_to(y=0, animate=False)
            self._tell()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual calls it
        """Fit the new width."""
        self._tell()

    def _tell(self) -> None:
        width = self.scrollable_content_region.width
        if self._config is None:
            self.write(_wrapped(self.empty, width))
            return
        known = list(self._config.knobs())
        # What decides the result stands first; how it is recorded and where it is computed, below.
        ordered = [item for item in known if item[1].affects_result] + [
            item for item in known if not item[1].affects_result
        ]
        labels = max(len(_label(knob)) for _, knob, _ in ordered)
        room = max(1, min(labels + 1, width - LEAST_VALUE - 2))
        self.write([self._line(knob, setting(value), room, width) for _, knob, value in ordered])

    def _line(self, knob: Knob, value: str, room: int, width: int) -> Line:
        change = self._changes.get(knob.name)
        line = Line((f"{self._marker} " if change else "  ", "success"))
        line.add(fitted(_label(knob), room - 1).ljust(room), "muted")
        line.add(fitted(value, width - line.width), "best" if change else "muted" if value == "-" else "")
        notes = [f" was {setting(change.before)}"] if change and change.before is not None else []
        for note in [*notes, f" {knob.unit}" if knob.unit and not change else ""]:
            if line.width + len(note) <= width:
                line.add(note, "empty" if not change else "muted")
        return line


def _label(knob: Knob) -> str:
    # "max inputs 2,000,000 images": what the unit says, the label need not.
    return plain(knob.label.removesuffix(f" {knob.unit}") if knob.unit else knob.label)


def _wrapped(said: str, width: int) -> list[Line]:
    import textwrap

    return [Line((part, "muted")) for part in textwrap.wrap(said, max(10, width))]
