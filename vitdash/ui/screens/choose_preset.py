"""The question which preset to begin from: a list that typing filters. Must not know what is done with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from vitdash import keys, text
from vitdash.ui import bindings
from vitdash.ui.preset_facts import PresetFacts

SIZE = 14


class ChoosePreset(ModalScreen[str | None]):
    """Asks for a preset; None is none. A preset that does not load is listed with the reason, and cannot be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings.of(keys.DIALOG),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("pagedown", "step(8)", show=False),
        Binding("pageup", "step(-8)", show=False),
    ]
    DEFAULT_CSS = """
    ChoosePreset {
        align: center middle;
        & > Vertical {
            width: 76; max-width: 95%; height: auto; max-height: 90%;
            border: round $primary; border-title-color: $text-accent; padding: 0 1; background: $surface;
        }
        & Input { border: none; padding: 0; height: 1; margin-bottom: 1; background: $foreground 10%; }
        & OptionList {
            height: auto; max-height: 20; border: none; padding: 0; background: transparent;
            scrollbar-size-vertical: 1;
        }
        & Label { color: $text-muted; }
    }
    """

    def __init__(self, found: Sequence[PresetFacts], *, current: str = "", words: str = "") -> None:
        super().__init__()
        self._found, self._current, self._words = found, current, words

    def compose(self) -> ComposeResult:
        """Arrange what filters over what is filtered."""
        with Vertical() as box:
            box.border_title = Content("begin from which preset?")
            yield Input(self._words, placeholder="type to filter", compact=True, select_on_focus=False)
            yield OptionList()
            yield Label("")

    def on_mount(self) -> None:
        """Show all that fits, the current preset under the cursor."""
        self._fill(self._words)
        self.set_focus(self.query_one(Input))

    def action_step(self, by: int) -> None:
        """Go down or up the list without leaving the words."""
        listed = self.query_one(OptionList)
        for _ in range(abs(by)):
            listed.action_cursor_down() if by > 0 else listed.action_cursor_up()

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option.id)

    def action_cancel(self) -> None:
        """Choose none."""
        self.dismiss(None)

    def _fill(self, words: str) -> None:
        listed = self.query_one(OptionList)
        shown = [item for item in self._found if item.fits(words)]
        listed.clear_options()
        # A family is an option that cannot be chosen, so that it is seen where it belongs.
        rows: list[Option] = []
        for before, item in zip([None, *shown], shown, strict=False):
            if before is None or before.family != item.family:
                rows.append(Option(Content.styled(item.family, "$text-accent"), disabled=True))
            rows.append(_option(item))
        listed.add_options(rows)
        usable = [place for place, row in enumerate(rows) if not row.disabled]
        same = [place for place in usable if rows[place].id == self._current]
        listed.highlighted = next(iter(same or usable), None)
        said = "enter takes it, escape leaves the form as it is" if usable else "No preset fits these words."
        self.query_one(Label).update(Content(said))


def _option(item: PresetFacts) -> Option:
    name = text.plain(item.name, 60)
    if item.problem:
        return Option(Content(f"  {name}  cannot be read: {text.plain(item.problem, 300)}"), disabled=True)
    size = text.count(item.parameters) if item.parameters is not None else ""
    reported = f"  reported {text.accuracy(item.accuracy)}" if item.accuracy is not None else ""
    return Option(Content(f"  {name:<26}{size:>{SIZE}}{reported}"), id=item.name)
