"""What happened in one run, what its worker printed, and why it failed. Must not know files: it asks for a look."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input

from vitdash import keys
from vitdash.run.both_logs import BothLogs, Logs
from vitdash.run.events import TrainProgress
from vitdash.run.store import Run
from vitdash.text import count, plain, size
from vitdash.ui import bindings, log_pages
from vitdash.ui.ink import Line
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.log_lines import LogLines
from vitdash.ui.widgets.tab_line import TabLine
from vitdash.ui.widgets.title_line import TitleLine
from vitdash.ui.wrapping import wrapped

LOOK_SECONDS = 1.0
MOST_COPIED_LINES = 500
NOTHING_FITS = "No line contains that."
_FOOTER = (
    ("log_search", "Search"),
    ("log_copy", "Copy"),
    ("log_progress", "Records"),
    ("log_wrap", "Wrap"),
    ("log_end", "End"),
)
_EVENTS, _PRINTED, _FAILURE = "log_events", "log_printed", "log_failure"
_EMPTY = {
    _EVENTS: "Nothing has happened yet.",
    _PRINTED: "The worker has printed nothing. What it did stands under 1 Events.",
    _FAILURE: "The run has not failed.",
}


class WorkerLog(Screen[None]):
    """The logs of one run, a tab each; looks again only while the run is active."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings.of(keys.OVER, (("back", "Back"),)),
        *bindings.of(keys.LOG, _FOOTER),
    ]
    DEFAULT_CSS = """
    WorkerLog {
        layout: vertical;
        & LogLines { height: 1fr; padding: 0 1; scrollbar-gutter: stable; }
        & #search { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
        & #search.-open { display: block; }
        & #said { height: 1; background: $surface; display: none; }
        & #said.-open { display: block; }
    }
    """
    AUTO_FOCUS = "LogLines"

    title_line = query_one("#title", TitleLine)
    said = query_one("#said", TitleLine)
    tabs = query_one(TabLine)
    shown = query_one(LogLines)
    search = query_one("#search", Input)

    def __init__(self, run: Run, name: str, *, look: Callable[..., Logs] | None = None) -> None:
        """Take a run and its name; `look` returns its logs, and more of them when asked with `earlier=True`."""
        super().__init__()
        self._shown_run, self._run_name = run, plain(name)
        self._look_at = look or BothLogs(run).look
        self._found: Logs | None = None
        self._page = ""
        self._progress = False
        self._wraps = True
        self._looking = False
        self._fitting = 0

    def compose(self) -> ComposeResult:
        """Arrange title, tabs and lines."""
        yield TitleLine(id="title")
        yield TabLine(())
        yield LogLines()
        yield TitleLine(id="said")
        yield Input(id="search", compact=True, placeholder="words to look for")
        yield KeyLine()

    def on_mount(self) -> None:
        """Look for the first time."""
        # A hidden input that can be focused would swallow the keys.
        self.search.can_focus = False
        self.title_line.show(self._title())
        self.look()
        self.set_interval(LOOK_SECONDS, self._look_again)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual calls it
        """Wrap at the new width."""
        self.call_after_refresh(self._draw)

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _look_again(self) -> None:
        active = self._found is None or self._found.state is None or self._found.state.active
        if active and self.is_current:
            self.look()

    def look(self, *, earlier: bool = False) -> None:
        """Ask for the logs as they are now, and for more of what was printed before."""
        if not self._looking:
            self._looking = True
            self.run_worker(lambda: self._read(earlier), thread=True, group="look")

    def _read(self, earlier: bool) -> None:
        found = self._look_at(earlier=earlier)
        self.app.call_from_thread(self._take, found, earlier)

    def _take(self, found: Logs, earlier: bool) -> None:
        self._looking = False
        if not self.is_mounted or (found == self._found and not earlier):
            return
        first, self._found = self._found is None, found
        if first:
            failed = log_pages.has_failed(found)
            self._page = _FAILURE if failed else _PRINTED if found.printed and not found.events else _EVENTS
        self._draw(follow=not earlier)
        if earlier:
            self.shown.scroll_home(animate=False)

    # ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _draw(self, *, follow: bool = True) -> None:
        found = self._found
        if found is None or not self.shown.size.width:
            return
        self.title_line.show(self._title(), (str(found.state or ""), "strong"))
        self.tabs.show(self._tabs(found))
        self.tabs.current = self._page
        lines = self._lines(found)
        empty = NOTHING_FITS if self.search.value else _EMPTY[self._page]
        # Why a run failed is told from its beginning, anything else to its end.
        self.shown.show(lines, empty, follow=follow and self._page != _FAILURE)
        self._say(found)

    def _lines(self, found: Logs) -> list[Line]:
        hanging = 0
        if self._page == _EVENTS:
            lines, hanging = log_pages.happened(found.events, progress=self._progress), log_pages.CLOCK_WIDTH
        elif self._page == _PRINTED:
            lines = log_pages.printed(found)
        else:
            lines = log_pages.why_it_failed(found) if log_pages.has_failed(found) else []
        if self.search.value:
            lines = log_pages.fitting(lines, self.search.value)
        self._fitting = len(lines)
        return wrapped(lines, self.shown.scrollable_content_region.width, hanging) if self._wraps else lines

    def _say(self, found: Logs) -> None:
        """Say what is not shown, and what to press for it."""
        told = []
        if found.problem:
            told.append((plain(found.problem, 300), "error"))
        if self._page == _PRINTED and found.before:
            told.append((f"{size(found.before)} were printed before this", "warning"))
            told.append(("; b reads more of it", "muted"))
        if self.search.value:
            lines = "1 line" if self._fitting == 1 else f"{count(self._fitting)} lines"
            told.append((f"{'; ' if told else ''}{lines} with '{plain(self.search.value, 60)}'", "accent"))
        records = sum(isinstance(event, TrainProgress) for event in found.events)
        if self._page == _EVENTS and records and not self._progress:
            without = f"without {count(records)} training records: p shows them"
            told.append((f"{'; ' if told else ''}{without}", "muted"))
        self.said.set_class(bool(told), "-open")
        self.said.show(told)

    def _title(self) -> list[tuple[str, str]]:
        return [(self._run_name, "strong"), ("  log", ""), (f"  {plain(self._shown_run.id)}", "muted")]

    def _tabs(self, found: Logs) -> list[tuple[str, str]]:
        tabs = [(_EVENTS, "Events"), (_PRINTED, f"Printed ({count(len(found.printed))})")]
        return [*tabs, (_FAILURE, "Why it failed")] if log_pages.has_failed(found) else tabs

    # ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._go_to(event.tab)

    def _go_to(self, page: str) -> None:
        if self._found is None or (page == _FAILURE and not log_pages.has_failed(self._found)):
            return
        self._page = page
        self._draw()
        if page == _FAILURE:
            self.shown.scroll_home(animate=False)
        else:
            self.shown.call_after_refresh(self.shown.scroll_end, animate=False)

    def action_log_events(self) -> None:
        """Show what happened."""
        self._go_to(_EVENTS)

    def action_log_printed(self) -> None:
        """Show what the worker printed."""
        self._go_to(_PRINTED)

    def action_log_failure(self) -> None:
        """Show why the run failed."""
        self._go_to(_FAILURE)

    def action_log_progress(self) -> None:
        """Show the training records too, or leave them out."""
        self._progress = not self._progress
        self._go_to(_EVENTS)

    def action_log_wrap(self) -> None:
        """Wrap long lines, or cut them off."""
        self._wraps = not self._wraps
        self._draw()

    def action_log_earlier(self) -> None:
        """Read more of what was printed before."""
        self._page = _PRINTED
        self.look(earlier=True)

    def action_log_down(self) -> None:
        """Go one line down."""
        self.shown.scroll_relative(y=1, animate=False)

    def action_log_up(self) -> None:
        """Go one line up."""
        self.shown.scroll_relative(y=-1, animate=False)

    def action_log_start(self) -> None:
        """Go to the first line."""
        self.shown.scroll_home(animate=False)

    def action_log_end(self) -> None:
        """Go to the last line."""
        self.shown.scroll_end(animate=False)

    def action_log_copy(self) -> None:
        """Copy what is shown, its end if it is long."""
        lines = self.shown.text.split("\n")[-MOST_COPIED_LINES:]
        self.app.copy_to_clipboard("\n".join(lines))
        self.notify(f"{count(len(lines))} lines", title="copied", markup=False)

    def action_log_search(self) -> None:
        """Open the search."""
        self.search.add_class("-open")
        self.search.can_focus = True
        self.set_focus(self.search)

    @on(Input.Changed, "#search")
    def _search_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._draw()

    @on(Input.Submitted, "#search")
    def _search_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_search()

    def _close_search(self) -> None:
        self.search.can_focus = False
        self.search.set_class(bool(self.search.value), "-open")
        self.set_focus(self.shown)

    def action_back(self) -> None:
        """Leave the search, then the screen."""
        if self.search.has_focus or self.search.value:
            self.search.value = ""
            self._close_search()
            self._draw()
        else:
            self.dismiss()
