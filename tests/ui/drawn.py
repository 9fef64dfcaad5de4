"""A widget alone in an app, looked at in a size and a theme."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

Shown = TypeVar("Shown", bound=Widget)


class Alone(App[None], Generic[Shown]):
    """An app of one widget."""

    def __init__(self, widget: Shown) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        """Show the widget."""
        yield self.widget


def look_at(
    make: Callable[[], Shown],
    act: Callable[[Shown, Pilot[None]], Awaitable[None]],
    size: tuple[int, int],
) -> None:
    """Do something with a widget that fills a terminal of this size."""

    async def use() -> None:
        app = Alone(make())
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await act(app.widget, pilot)

    asyncio.run(use())
