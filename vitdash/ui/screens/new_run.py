"""The screen on which a run is put together. Arranges the form and what is said beside it; launches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from vitdash import keys, presets, text
from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.run.estimate import Estimate, Estimator, Measured
from vitdash.ui import bindings, preset_facts
from vitdash.ui.form import notes, rows, saving
from vitdash.ui.form.command_line import CommandLine, command_line, ground
from vitdash.ui.form.draft import Draft
from vitdash.ui.screens.choose_preset import ChoosePreset
from vitdash.ui.screens.dialogs import AskText, Choice, Choose
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.knob_form import KnobForm
from vitdash.ui.widgets.remarks import Remarks

__all__ = ["Measured", "NewRun", "NewRunWanted"]

SHOWN = (
    ("launch", "Launch"),
    ("enqueue", "Queue"),
    ("leave_form", "Leave"),
    ("choose_preset", "Preset"),
    ("copy_line", "Copy"),
    ("save_preset", "Save"),
    ("reset_knob", "Reset"),
    ("find_knob", "Find"),
)
WIDE, HUGE, HIGH = 110, 180, 58
"""Columns and lines from which on the screen is arranged otherwise."""
MOST_FACTS, MOST_SHELL = 6, 12
"""Lines that the panels have at the most where they stand at the side."""
SIDE = (("help", "help"), ("facts", "size and time"), ("changes", "changed"), ("shell", "the same in a shell"))
"""The panels beside the fields, and what they are called."""


@dataclass(frozen=True, slots=True)
class NewRunWanted:
    """What the form was left with: train this under that name, now or when its turn in the queue comes."""

    config: RunConfig
    name: str
    queue: bool


class NewRun(Screen[NewRunWanted | None]):
    """Asks for the configuration of a new run.

    `origin` is the run that was cloned, by the name `cloned`; without, it is the preset.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.FORM, SHOWN)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (HUGE, "-huge")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    NewRun {
        layout: vertical;
        & #title { height: 1; padding: 0 1; background: $primary 30%; overflow: hidden; }
        & #body { height: 1fr; layout: horizontal; }
        & .panel {
            border: round $foreground 25%; border-title-color: $text-accent; border-title-style: bold;
            border-subtitle-color: $text-muted; padding: 0 1;
        }
        & .panel:focus { border: round $border; }
        & #fields { width: 1fr; height: 1fr; }
        & #side { width: 36; height: 1fr; }
        & #help { height: auto; min-height: 9; max-height: 40%; }
        & #facts { height: auto; min-height: 4; max-height: 8; }
        & #changes { height: 1fr; }
        & #shell { height: auto; min-height: 3; max-height: 14; }
        & #find { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
        & #find.-open { display: block; }
        &.-huge #side { width: 60; }
        &.-narrow {
            & #body { layout: vertical; }
            & .panel, & .panel:focus { border: none; }
            & #side { width: 1fr; height: auto; background: $surface; }
            & #changes { display: none; }
            & #help { height: 4; min-height: 1; max-height: 4; }
            & #facts { height: 2; min-height: 1; max-height: 2; }
            & #shell { height: 2; min-height: 1; max-height: 2; }
        }
        &.-narrow.-short {
            & #help { height: 2; }
            & #facts { height: 1; max-height: 1; }
            & #shell { height: 1; max-height: 1; }
        }
    }
    """

    def __init__(
        self,
        initial: RunConfig,
        *,
        origin: RunConfig | None = None,
        measured: Sequence[Measured] = (),
        root: Path,
        unicode: bool = True,
        name: str = "",
        cloned: str = "",
    ) -> None:
        super().__init__()
        self.draft = Draft(initial, origin, name)
        self._cloned = cloned or (origin.description.preset if origin is not None else "")
        self._estimator = Estimator(measured)
        self._root = root
        self._unicode = unicode
        self._words = ""
        self._rows: list[rows.Section] = []
        self._reset_key = ""
        self._ground = ground(initial, root)

    def compose(self) -> ComposeResult:
        """Arrange fields, help, facts and the shell's line."""
        yield Remarks(id="title")
        with Horizontal(id="body"):
            form = KnobForm(unicode=self._unicode, id="fields", classes="panel")
            form.border_title = Content("knobs")
            yield form
            with Vertical(id="side"):
                for name, title in SIDE:
                    panel = Remarks(id=name, classes="panel")
                    panel.border_title = Content(title)
                    yield panel
        yield Input(placeholder="words that a knob's name or help has", id="find", compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Fill the form."""
        self.set_focus(self.query_one(KnobForm))
        self._reset_key = self._key_of("reset_knob")
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the fields for the room there is now, and say the same in it."""
        form = self.query_one(KnobForm)
        # Where all knobs fit below each other, what each of them is fits beside it.
        form.helps = event.size.width >= HUGE and event.size.height >= HIGH
        form.columns = 1 if event.size.width < WIDE or form.helps else 2
        self.call_after_refresh(self._tell)

    @property
    def line(self) -> CommandLine:
        """The line that does the same in a shell."""
        if self.draft.config is None:
            return CommandLine(problem="There is no line for it while something is wrong.")
        return command_line(self.draft.config, self.draft.name, self._ground)

    @property
    def expected(self) -> Estimate:
        """How long it would take."""
        if self.draft.config is None:
            return Estimate(None, "told once all is right")
        return self._estimator.of(self.draft.config)

    @on(KnobForm.Typed)
    def _typed(self, event: KnobForm.Typed) -> None:
        event.stop()
        self.draft.type(event.key, event.text)
        self._show()

    @on(KnobForm.Left)
    def _left(self, event: KnobForm.Left) -> None:
        event.stop()
        self.draft.settle(event.key)
        self._show()

    @on(KnobForm.Picked)
    def _picked(self, event: KnobForm.Picked) -> None:
        event.stop()
        self._choose(event.text)

    def action_launch(self) -> None:
        """Leave with a run to be trained now."""
        self._finish(queue=False)

    def action_enqueue(self) -> None:
        """Leave with a run to be queued."""
        self._finish(queue=True)

    def action_choose_preset(self) -> None:
        """Ask which preset to begin from."""
        self._choose("")

    def action_copy_line(self) -> None:
        """Copy the shell's line, and show it as well: not every terminal lets itself be told."""
        line = self.line
        if line.problem:
            self._say(line.problem, "warning")
            return
        self.app.copy_to_clipboard(line.text)
        self._say(line.text, title="Copied")

    def action_save_preset(self) -> None:
        """Ask what to save the configuration as."""
        if self._refused():
            return
        hint = f"Written to {text.plain(presets.user_directory(), 300)}"
        self.app.push_screen(AskText("save as a preset", self._proposed(), hint, saving.problem), self._save)

    def action_reset_knob(self) -> None:
        """Put the focused field back."""
        self.draft.reset(self.query_one(KnobForm).cursor)
        self._show(reload=True)

    def action_find_knob(self) -> None:
        """Let words be typed that the knobs shown must fit."""
        find = self.query_one("#find", Input)
        find.add_class("-open")
        self.set_focus(find)

    def action_leave_form(self) -> None:
        """Leave the search, else the form."""
        find = self.query_one("#find", Input)
        if find.has_class("-open"):
            find.value = ""
            self._close_find()
        elif self.draft.touched:
            choices = (Choice("stay", "s", "Stay"), Choice("leave", "l", "Leave", harmful=True))
            question = Choose("leave the form?", "What you changed is lost then.", choices)
            self.app.push_screen(question, self._leave)
        else:
            self.dismiss(None)

    def _leave(self, answer: str | None) -> None:
        if answer == "leave":
            self.dismiss(None)

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        self._words = event.value
        self._show()

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_find()

    def _close_find(self) -> None:
        find = self.query_one("#find", Input)
        find.set_class(bool(find.value), "-open")
        self.set_focus(self.query_one(KnobForm))

    def _finish(self, *, queue: bool) -> None:
        config = self.draft.config
        if not self._refused() and config is not None:
            self.dismiss(NewRunWanted(config, self.draft.name, queue))

    def _refused(self) -> bool:
        """Go to the first wrong field, if there is one, and say what is wrong."""
        self.draft.settle(self.query_one(KnobForm).cursor)
        self._show()
        if not self.draft.problems:
            return False
        wrong = next(row for section in self._rows for row in section.rows if row.problem)
        self._words = self.query_one("#find", Input).value = ""
        self._show()
        self.query_one(KnobForm).go(wrong.key)
        self._say(f"{wrong.label}: {wrong.problem}", "error")
        return True

    def _choose(self, words: str) -> None:
        current = self.draft.base.description.preset
        self.app.push_screen(ChoosePreset(preset_facts.load(), current=current, words=words), self._begin_from)

    def _begin_from(self, name: str | None) -> None:
        if name is None:
            return
        try:
            preset = presets.load_for_new_run(name)
        except VitdashError as error:
            self._say(str(error), "error")
            return
        kept = self.draft.begin_from(preset)
        self._cloned = ""
        self._ground = ground(preset, self._root)
        self._show(reload=True)
        said = [f"Kept: {', '.join(kept.kept)}."] if kept.kept else []
        said += [f"Not kept: {', '.join(kept.dropped)}; the model is the preset's own."] if kept.dropped else []
        if said:
            self._say(" ".join(said))

    def _proposed(self) -> str:
        name = self.draft.name
        return f"my-{name}" if name in presets.available() else name

    def _save(self, name: str | None) -> None:
        config = self.draft.config
        if name is None or config is None:
            return
        try:
            path = saving.save(config, name)
            preset = presets.load_file(path)
        except VitdashError as error:
            self._say(str(error), "error")
            return
        self.draft.saved(preset)
        self._cloned = ""
        self._ground = ground(preset, self._root)
        self._show(reload=True)
        self._say(text.plain(path, 500), title="Saved")

    def _show(self, *, reload: bool = False) -> None:
        self._rows = rows.sections(self.draft)
        self.query_one(KnobForm).show(rows.fitting(self._rows, self._words), reload=reload)
        self._tell()

    def _tell(self) -> None:
        """Say beside the fields what there is to say about them."""
        form = self.query_one(KnobForm)
        if not form.size.width:
            # Before the first layout there is no room to say anything in; `on_resize` comes after it.
            return
        row, narrow = form.row, self.has_class("-narrow")
        title = self.query_one("#title", Remarks)
        title.write([notes.title(self.draft, title.room, cloned=self._cloned)])
        told = {name: self.query_one(f"#{name}", Remarks) for name, _ in SIDE}
        least = 1 if self.has_class("-short") else 2
        told["help"].border_title = Content(row.label if row else "help")
        told["help"].write(notes.help_of(row, told["help"].room, self._reset_key))
        told["facts"].write(notes.facts(self.draft, self.expected, told["facts"].room, least if narrow else MOST_FACTS))
        told["shell"].write(notes.shell(self.line, told["shell"].room, least if narrow else MOST_SHELL))
        if not narrow:
            height = told["changes"].content_region.height
            told["changes"].write(notes.changes(self.draft, self._rows, told["changes"].room, height))

    def _key_of(self, action: str) -> str:
        """Return the key that stands for an action, as the user has bound it."""
        bound = (found.binding for found in self.active_bindings.values() if found.binding.id == action)
        return next((self.app.get_key_display(binding) for binding in bound), "")

    def _say(self, said: str, severity: str = "information", title: str = "") -> None:
        self.notify(said, title=title, severity=severity, markup=False)  # type: ignore[arg-type]
