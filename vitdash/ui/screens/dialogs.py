"""Small questions over what is on the screen: a choice, a text. Must not know what is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from vitdash import keys
from vitdash.ui import bindings


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what it is called in code, the key that gives it, and its words; `harmful` is coloured so."""

    id: str
    key: str
    label: str
    harmful: bool = False


class Choose(ModalScreen[str | None]):
    """Asks for one of a few answers; None is none of them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.DIALOG)
    DEFAULT_CSS = """
    Choose {
        align: center middle;
        & > Vertical {
            width: auto; max-width: 95%; min-width: 40; height: auto; max-height: 95%;
            border: round $primary; border-title-color: $text-accent; padding: 1 2; background: $surface;
        }
        & Static { width: auto; max-width: 70; margin-bottom: 1; }
        & Horizontal { width: auto; height: auto; }
        & Button { margin-right: 2; min-width: 8; }
        &.-narrow Horizontal { layout: vertical; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]  # noqa: RUF012 - declared by Textual

    def __init__(self, title: str, text: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._heading, self._text, self._choices = title, text, tuple(choices)

    def compose(self) -> ComposeResult:
        """Arrange question and answers."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            yield Static(Content(self._text))
            with Horizontal():
                for choice in self._choices:
                    label = Content.assemble((choice.key, "bold underline"), f" {choice.label}")
                    yield Button(label, id=choice.id, variant="error" if choice.harmful else "default", compact=True)

    def on_key(self, event: events.Key) -> None:
        """Give the answer that a key stands for; left and right go from one to the next."""
        if event.key in ("left", "up"):
            self.focus_previous()
        elif event.key in ("right", "down"):
            self.focus_next()
        for choice in self._choices:
            if event.key == choice.key:
                # What is under the question has keys of its own.
                event.stop()
                self.dismiss(choice.id)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


class AskText(ModalScreen[str | None]):
    """Asks for a line of text; `check` returns what is wrong with it, or ""."""

    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.DIALOG)
    DEFAULT_CSS = """
    AskText {
        align: center middle;
        & > Vertical {
            width: 70; max-width: 95%; height: auto; border: round $primary; border-title-color: $text-accent;
            padding: 1 2; background: $surface;
        }
        & .hint { color: $text-muted; }
        & .problem { color: $text-error; }
    }
    """

    def __init__(self, title: str, value: str, hint: str, check: Callable[[str], str] | None = None) -> None:
        super().__init__()
        self._heading, self._value, self._hint, self._check = title, value, hint, check

    def compose(self) -> ComposeResult:
        """Arrange the input and what helps with it."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            yield Input(self._value, compact=True)
            yield Label(Content(self._hint), classes="hint")
            yield Label("", classes="problem")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._told(event.value):
            self.dismiss(event.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._told(event.value)

    def _told(self, value: str) -> str:
        problem = self._check(value) if self._check else ""
        self.query_one(".problem", Label).update(Content(problem))
        return problem

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)
