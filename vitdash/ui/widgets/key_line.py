"""The last line: what keys do here, whole entries only, and help always. Must not know what the actions do."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from vitdash.ui.ink import Line

LAST = ("help", "quit")
"""By their bindings' ids: what stands at the right, whatever else there is room for."""


class KeyLine(Widget):
    """Keys and what they do in the focused place; a click does it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key"}
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        background: $footer-background;
        color: $footer-foreground;
        & > .key-line--key { color: $footer-key-foreground; text-style: bold; }
    }
    """
    entries: reactive[tuple[tuple[str, str, str], ...]] = reactive(())

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._read())
        self._read()

    @property
    def text(self) -> str:
        """What the line says."""
        return self._line()[0].text

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is but one
        """Return the line."""
        key = self.get_component_rich_style("key-line--key", partial=True)
        return self._line()[0].strip(self.size.width, {"key": key}, self.rich_style)

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked on."""
        for start, end, action in self._line()[1]:
            if start <= event.x < end:
                await self.app.run_action(action, self.screen)

    def _read(self) -> None:
        if not self.is_attached:
            return
        found: dict[str, tuple[str, str, str]] = {}
        last: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled:
                namespace = "app." if active.node is self.app else "screen."
                entry = (self.app.get_key_display(binding), binding.description, f"{namespace}{binding.action}")
                (last if binding.id in LAST else found).setdefault(binding.action, entry)
        self.entries = (*found.values(), *last.values())
        self._last = len(last)

    _last = 0

    def _line(self) -> tuple[Line, list[tuple[int, int, str]]]:
        """Return the line, and from where to where which action stands."""
        line, places = Line((" ", "")), []
        split = len(self.entries) - self._last
        kept = sum(len(key) + len(label) + 3 for key, label, _ in self.entries[split:])
        for place, (key, label, action) in enumerate(self.entries):
            width = len(key) + len(label) + 3
            if place < split and line.width + width + kept > self.size.width:
                continue
            places.append((line.width, line.width + width, action))
            line.add(key, "key").add(f" {label}  ")
        return line, places
