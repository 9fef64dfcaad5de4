"""A title in a border is plain text, and one that stays costs nothing."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult
from textual.widgets import Static

from vitdash.ui.titles import entitle


class Counting(Static):
    """Counts how often it is to be drawn again."""

    refreshes = 0

    def refresh(self, *regions: object, **options: object) -> Counting:  # noqa: ARG002 - only counted
        """Count."""
        self.refreshes += 1
        return self


class Small(App[None]):
    """One panel."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Counting()


def test_a_title_is_drawn_when_it_changes_and_only_then() -> None:
    """Twice a second the same title is set; brackets in it are brackets."""

    async def check() -> None:
        app = Small()
        async with app.run_test():
            panel = app.query_one(Counting)
            entitle(panel, "runs · 5", "[b]x[/b]")
            drawn = panel.refreshes
            entitle(panel, "runs · 5", "[b]x[/b]")
            entitle(panel, "runs · 5")
            assert panel.refreshes == drawn
            entitle(panel, "runs · 6", "")
            assert panel.refreshes == drawn + 2
            assert panel._border_subtitle is not None
            assert panel._border_subtitle.plain == ""
            entitle(panel, subtitle="[b]x[/b]")
            assert panel._border_subtitle.plain == "[b]x[/b]"

    asyncio.run(check())
