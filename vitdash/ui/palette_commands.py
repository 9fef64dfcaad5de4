"""What the command palette offers: every action of the current place, runs to go to, presets to start.

Must not know how any of it is done: the app and its screens do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.types import IgnoreReturnCallbackType

from vitdash.text import plain
from vitdash.ui import key_help

KEPT = ("Theme", "Screenshot")
"""The commands that Textual brings and that nothing here does; the others would do again, otherwise, what keys do."""


@runtime_checkable
class Offering(Protocol):
    """Has runs to go to and presets to start: what an app calls its `offering`."""

    def runs(self) -> Sequence[tuple[str, str]]:
        """Return id and name of every run."""

    def go_to_run(self, run_id: str) -> None:
        """Select a run on the dashboard."""

    def presets(self) -> Sequence[str]:
        """Return the name of every preset that a run can be started from."""

    def start_preset(self, name: str) -> None:
        """Open the form on a preset."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One command: what it is called, what is said of it, and what does it."""

    title: str
    help: str
    run: IgnoreReturnCallbackType


class PaletteCommands(Provider):
    """Offers actions, runs and presets to whoever types a few letters of them."""

    async def discover(self) -> Hits:
        """Yield the actions of the place: runs and presets may be hundreds."""
        for offer in [*actions(self.app, self.screen), *kept(self.app, self.screen)]:
            yield DiscoveryHit(Content(offer.title), offer.run, text=offer.title, help=offer.help)

    async def search(self, query: str) -> Hits:
        """Yield what fits."""
        matcher = self.matcher(query)
        for offer in [*actions(self.app, self.screen), *kept(self.app, self.screen), *destinations(self.app)]:
            if (score := matcher.match(offer.title)) > 0:
                yield Hit(score, matcher.highlight(offer.title), offer.run, text=offer.title, help=offer.help)


def actions(app: App[Any], screen: Screen[Any]) -> Iterator[Offer]:
    """Yield every declared action that can be done on a screen now, with its keys."""
    for item in key_help.gather(screen.active_bindings, app.get_key_display):
        if item.enabled and item.declared:
            yield Offer(item.text.rstrip("."), f"{' '.join(item.keys)}  {item.place}", partial(_do, app, item))


def destinations(app: object) -> Iterator[Offer]:
    """Yield the runs to go to and the presets to start, where the app has an `offering`."""
    offering = getattr(app, "offering", None)
    if not isinstance(offering, Offering):
        return
    for run_id, name in offering.runs():
        yield Offer(f"go to run {plain(name)}", plain(run_id), partial(offering.go_to_run, run_id))
    for name in offering.presets():
        yield Offer(f"start preset {plain(name)}", "opens the form", partial(offering.start_preset, name))


def kept(app: App[Any], screen: Screen[Any]) -> Iterator[Offer]:
    """Yield those of Textual's own commands that nothing here does."""
    for title, help_text, callback, *_ in app.get_system_commands(screen):
        if title in KEPT:
            yield Offer(title, help_text, callback)


async def _do(app: App[Any], item: key_help.KeyHelp) -> None:
    await app.run_action(item.action, item.node)
