"""What happened, line by line, the latest at the end. Must not know which run it is from."""

from __future__ import annotations

from collections.abc import Sequence

from vitdash.ui.ink import Line
from vitdash.ui.widgets.inked import Inked


class LogLines(Inked, can_focus=True):
    """Lines that stay at their end while they are there."""

    _wanted = False
    _follows = True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Stop following when somebody looks further up, and go on at the end."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = new_value >= self.max_scroll_y

    def on_resize(self) -> None:
        """Stay at the end, wherever that is now."""
        self.call_after_refresh(self._keep_to_end)

    def show(self, lines: Sequence[Line], empty: str, *, follow: bool = True) -> None:
        """Show these lines; `empty` is said where there are none, and `follow` keeps to the end while it is shown."""
        self._wanted = follow
        self.write(lines or [Line((empty, "muted"))])
        self.call_after_refresh(self._keep_to_end)

    def _keep_to_end(self) -> None:
        # Asked when it is time: something else may be shown by then.
        if self._wanted and self._follows:
            self.scroll_end(animate=False)
