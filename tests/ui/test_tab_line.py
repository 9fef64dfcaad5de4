"""The names of the panels where there is room for all, and where there is not."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult

from vitdash.ui.widgets.tab_line import TabLine

TABS = (("loss", "Loss"), ("accuracy", "Accuracy"), ("results", "Results"), ("pace", "Images/s"))


class Small(App[None]):
    """A line of tabs, and which one was clicked on."""

    chosen = ""

    def compose(self) -> ComposeResult:
        """Arrange the line."""
        yield TabLine(TABS)

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Remember it."""
        self.chosen = event.tab


def shown(width: int, current: str, click: int | None = None) -> tuple[str, str]:
    """Return what stands in the line, and which tab a click in a column chooses."""

    async def look() -> tuple[str, str]:
        app = Small()
        async with app.run_test(size=(width, 3)) as pilot:
            line = app.query_one(TabLine)
            line.current = current
            await pilot.pause()
            if click is not None:
                await pilot.click(line, offset=(click, 0))
            return line.render_line(0).text.rstrip(), app.chosen

    return asyncio.run(look())


@pytest.mark.parametrize(
    ("width", "current", "expected"),
    [
        (60, "loss", "  1 Loss  2 Accuracy  3 Results  4 Images/s"),
        (36, "loss", "  1 Loss  2 Accuracy  3 Results"),
        (36, "pace", "  1 Loss  2 Accuracy  4 Images/s"),
        (12, "pace", "  4 Images/s"),
    ],
)
def test_names_are_whole_and_the_current_one_is_there(width: int, current: str, expected: str) -> None:
    """What does not fit falls away from the end, but never the panel that is shown."""
    assert shown(width, current)[0] == expected


def test_a_click_chooses_the_name_under_it() -> None:
    """Also where names are left out before it."""
    assert shown(36, "pace", click=24)[1] == "pace"
    assert shown(36, "pace", click=3)[1] == "loss"
