"""Every key of one place, found by typing, and run. Must not know what the actions do."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from vitdash import keys
from vitdash.ui import bindings, key_help
from vitdash.ui.key_help import KeyHelp
from vitdash.ui.widgets.key_list import KeyList


class _Words(Input):
    """Takes every letter but the one that closes the help."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is typed into it."""
        return key not in keys.defaults()["help"] and super().check_consume_key(key, character)


class Help(ModalScreen[None]):
    """Lists what keys do in what is focused on another screen; what is chosen is done there."""

    # The key that opened the help closes it, too.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings.of(keys.HELP),
        *(
            Binding(binding.key, "close_help", id=binding.id, show=False, priority=True)
            for binding in bindings.of(keys.EVERYWHERE)
            if isinstance(binding, Binding) and binding.id == "help"
        ),
    ]
    DEFAULT_CSS = """
    Help {
        align: center middle;
        /* What shines through would be drawn again with every key. */
        background: $background;
        & > Vertical {
            width: 92%; max-width: 96; height: 92%;
            border: round $primary; border-title-color: $text-accent; border-subtitle-color: $text-muted;
            padding: 0 1; background: $surface;
        }
        & Input { height: 1; border: none; padding: 0; background: $boost; }
        & KeyList { height: 1fr; margin-top: 1; }
        &.-short > Vertical { width: 100%; height: 100%; }
        &.-short KeyList { margin-top: 0; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - declared by Textual

    listed = query_one(KeyList)
    words = query_one(_Words)

    def __init__(self, about: Screen[Any]) -> None:
        """Take the screen whose keys are shown."""
        super().__init__()
        self._about = about
        self._items: tuple[KeyHelp, ...] = ()

    def compose(self) -> ComposeResult:
        """Arrange the words to type and the list."""
        with Vertical() as box:
            box.border_title = Content("keys")
            box.border_subtitle = Content("type to find, enter does it, escape closes")
            yield _Words(compact=True, placeholder="type what you want to do")
            yield KeyList()

    def on_mount(self) -> None:
        """List everything."""
        self._items = tuple(key_help.gather(self._about.active_bindings, self.app.get_key_display))
        self._show()

    def key_down(self) -> None:
        """Go to the next action."""
        self.listed.move(1)

    def key_up(self) -> None:
        """Go to the action before."""
        self.listed.move(-1)

    def key_pagedown(self) -> None:
        """Go down by a screenful."""
        self.listed.move(max(1, self.listed.size.height - 3))

    def key_pageup(self) -> None:
        """Go up by a screenful."""
        self.listed.move(-max(1, self.listed.size.height - 3))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.listed.chosen is not None:
            self._do(self.listed.chosen)

    @on(KeyList.Chosen)
    def _clicked(self, event: KeyList.Chosen) -> None:
        self._do(event.item)

    def _show(self) -> None:
        self.listed.show([item for item in self._items if item.fits(self.words.value)])

    def _do(self, item: KeyHelp) -> None:
        if item.enabled:
            self.dismiss()
            self.app.call_later(self.app.run_action, item.action, item.node)

    def action_close_help(self) -> None:
        """Close the help."""
        self.dismiss()
