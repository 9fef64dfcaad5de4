"""The screen on which a sweep is put together: what is typed above, what it comes to below. Launches nothing."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input, Label

from vitdash import keys, text
from vitdash.errors import InputError, VitdashError
from vitdash.run import sweep, sweep_words
from vitdash.run.known import Known
from vitdash.run.sweep import Member, Plan
from vitdash.ui import bindings, sweep_text
from vitdash.ui.ink import Line
from vitdash.ui.sweep_text import FILTER, JOBS, MATRIX, NAME, PRESETS, SEEDS, SETTINGS, SweepText
from vitdash.ui.widgets.key_line import KeyLine
from vitdash.ui.widgets.live_table import LiveTable, TableCell, TableColumn, TableRow
from vitdash.ui.widgets.remarks import Remarks
from vitdash.ui.wrapping import wrapped

ROWS = ((PRESETS,), (MATRIX,), (SETTINGS,), (FILTER,), (SEEDS, JOBS, NAME))
SHOWN = (
    ("start_sweep", "Start"),
    ("leave_sweep", "Leave"),
    ("skip_member", "Skip"),
    ("earlier_member", "Earlier"),
    ("later_member", "Later"),
    ("more_at_once", "More"),
    ("fewer_at_once", "Fewer"),
    ("train_again", "Again"),
    ("copy_sweep", "Copy"),
)
MOST_SUMS = 4
"""Lines that may be said between the fields and the table."""
SKIPPED = "left out"


@dataclass(frozen=True, slots=True)
class SweepWanted:
    """What the screen was left with: a plan with the members that are wanted, in their order, and its shell's line."""

    plan: Plan
    command: tuple[str, ...]


class Sweep(Screen[SweepWanted | None]):
    """Asks what is to be varied. `known` returns the runs that there are; it may take its time."""

    BINDINGS: ClassVar[list[BindingType]] = bindings.of(keys.SWEEP, SHOWN)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    Sweep {
        layout: vertical;
        & #title { height: 1; padding: 0 1; background: $primary 30%; overflow: hidden; }
        & #fields { height: auto; padding: 0 1; }
        & #fields Horizontal { height: 1; }
        & Label { width: 9; color: $text-muted; }
        & Label.-wrong { color: $text-error; text-style: bold; }
        & Input { width: 1fr; background: $surface; }
        & #seeds, & #jobs { max-width: 16; margin-right: 2; }
        & .-beside { width: 6; }
        & #sums { height: auto; max-height: 4; padding: 0 1; }
        & #preview { height: 1fr; }
        &.-tall #fields, &.-tall #preview {
            border: round $foreground 25%; border-title-color: $text-accent; border-title-style: bold;
        }
        &.-tall #preview:focus { border: round $border; }
    }
    """
    table = query_one("#preview", LiveTable)
    sums = query_one("#sums", Remarks)

    def __init__(
        self,
        initial: Mapping[str, str],
        *,
        known: Callable[[], Known],
        options: tuple[str, ...] = (),
        unicode: bool = True,
    ) -> None:
        super().__init__()
        self._initial = dict(initial)
        self._find_known = known
        self._known: Known | None = None
        self._options = options
        self._unicode = unicode
        self._again = False
        self._order: list[str] = []
        self._skipped: set[str] = set()
        self._planning: SweepText | None = None
        self._planned: SweepText | None = None
        self.plan: Plan | None = None
        self.problem: InputError | None = None

    def compose(self) -> ComposeResult:
        """Arrange the fields over what they come to."""
        yield Remarks(id="title")
        with Vertical(id="fields") as fields:
            fields.border_title = Content("what is varied")
            for row in ROWS:
                with Horizontal():
                    for place, name in enumerate(row):
                        title, example = sweep_text.FIELDS[name]
                        yield Label(title, id=f"label-{name}", classes="-beside" if place else "")
                        yield Input(self._initial.get(name, ""), placeholder=example, id=name, compact=True)
        yield Remarks(id="sums")
        table = LiveTable(unicode=self._unicode, id="preview")
        table.border_title = Content("what it comes to")
        table.empty = "Nothing yet: say above what is to be varied."
        yield table
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the matrix: the preset is known already."""
        self.query_one(f"#{MATRIX}", Input).focus()
        self._plan_anew()

    # ── what is typed ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def typed(self) -> SweepText:
        """What stands in the fields."""
        return SweepText({name: self.query_one(f"#{name}", Input).value for name in sweep_text.FIELDS}, self._again)

    @property
    def up_to_date(self) -> bool:
        """Whether what is shown is what the fields come to."""
        return self._planning is None and self.typed == self._planned

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._plan_anew()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def _plan_anew(self) -> None:
        # One at a time: what is typed meanwhile is planned next, and all between is never asked for.
        typed = self.typed
        if self._planning is None and typed != self._planned:
            self._planning = typed
            self._compute(typed)

    @work(thread=True, group="plan")
    def _compute(self, typed: SweepText) -> None:
        found, problem = None, None
        try:
            if self._known is None:
                self._known = self._find_known()
            found = sweep.plan(typed.wanted(), self._known, typed.jobs)
        except InputError as error:
            problem = error
        except VitdashError as error:
            problem = InputError(error.title, error.message, error.hint)
        if self.is_attached:
            self.app.call_from_thread(self._take, typed, found, problem)

    def _take(self, typed: SweepText, found: Plan | None, problem: InputError | None) -> None:
        self._planning, self._planned = None, typed
        # What was listed stays while something is wrong: it says what the last sound text came to.
        self.plan, self.problem = found or self.plan, problem
        if self.is_attached:
            self._show()
            self._plan_anew()

    # ── what it comes to ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def arranged(self) -> tuple[Member, ...]:
        """All members in the order that somebody wants, those that are left out too."""
        members = self.plan.members if self.plan else ()
        places = {key: place for place, key in enumerate(self._order)}
        return tuple(sorted(members, key=lambda member: places.get(member.fingerprint, len(places))))

    @property
    def chosen(self) -> tuple[Member, ...]:
        """The members that starting the sweep would line up, or leave as they are."""
        return tuple(member for member in self.arranged if member.fingerprint not in self._skipped)

    @property
    def _left(self) -> Plan | None:
        """The plan without what is left out."""
        return dataclasses.replace(self.plan, members=self.chosen) if self.plan else None

    def _show(self) -> None:
        wrong = sweep_text.place_of(self.problem) if self.problem else ""
        for name in sweep_text.FIELDS:
            self.query_one(f"#label-{name}", Label).set_class(name == wrong, "-wrong")
        members = self.arranged
        varied = tuple(dict.fromkeys(name for member in members for name in member.values))
        self.table.show(_columns(varied), [self._row(member, varied) for member in members])
        self._tell()

    def _tell(self) -> None:
        title = self.query_one("#title", Remarks)
        name = self.plan.name if self.plan and not self.problem else ""
        line = Line(("sweep", "strong"), (f"  {text.plain(name, 60)}", "accent"))
        title.write([line.add("  trains anew what there is", "warning") if self._again else line])
        if self.problem is not None:
            place = "" if self.problem.title in sweep_text.PLACES else f"{self.problem.title}: "
            told = [Line((text.plain(f"{place}{self.problem.message} {self.problem.hint}", 1000), "error"))]
        elif self.plan is None:
            told = [Line((f"reading what there is already {'…' if self._unicode else '...'}", "muted"))]
        else:
            told = [Line((sentence, "")) for sentence in sweep_words.sums(self._left or self.plan, self._again_key)]
        self.sums.write(wrapped(told, max(20, self.size.width - 2))[:MOST_SUMS])

    @property
    def _again_key(self) -> str:
        """How the key is written that trains anew what there is."""
        bound = (item.binding for item in self.active_bindings.values() if item.binding.action == "train_again")
        return next(map(self.app.get_key_display, bound), "--again")

    def _row(self, member: Member, varied: tuple[str, ...]) -> TableRow:
        out = member.fingerprint in self._skipped
        style = "dim" if out or not member.to_do else ""
        figures = [TableCell(sweep_words.value(member.values.get(name)), style=style) for name in varied]
        cells = (
            TableCell(member.name, style=style),
            TableCell(SKIPPED if out else sweep_words.fate(member), style=style),
            TableCell(sweep_words.time(member), member.seconds, style),
            *figures,
            TableCell(text.count(member.config.parameters), member.config.parameters, style),
        )
        return TableRow(member.fingerprint, cells)

    # ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def action_start_sweep(self) -> None:
        """Leave with what is listed, unless something is wrong or nothing is left."""
        if not self.up_to_date:
            self._say("It is still being worked out; again in a moment.", "warning")
        elif self.problem is not None:
            self._say(f"{self.problem.message} {self.problem.hint}".strip(), "error", self.problem.title)
            self.query_one(f"#{sweep_text.place_of(self.problem)}", Input).focus()
        elif (left := self._left) is None or not (left.to_do or left.untagged):
            self._say("Nothing is to be lined up.", "warning")
        else:
            # Without the program's own name, as a command in a shell notes itself.
            command = tuple(self.typed.words(self._options)[1:])
            self.dismiss(SweepWanted(left, command))

    def action_train_again(self) -> None:
        """Train anew what there is already, too, or leave it."""
        self._again = not self._again
        self._plan_anew()

    def action_copy_sweep(self) -> None:
        """Copy the shell's line, and show it: not every terminal lets itself be told."""
        try:
            line = shlex.join(self.typed.words(self._options))
        except InputError as error:
            self._say(f"{error.message} {error.hint}".strip(), "error", error.title)
            return
        self.app.copy_to_clipboard(line)
        self._say(line, title="Copied")

    @on(LiveTable.Chosen)
    def _row_chosen(self, event: LiveTable.Chosen) -> None:
        event.stop()
        self.action_skip_member()

    @on(LiveTable.Moved)
    def _row_moved(self, event: LiveTable.Moved) -> None:
        event.stop()

    @on(LiveTable.SortChanged)
    def _sorted(self, event: LiveTable.SortChanged) -> None:
        # The order is that of the queue; a heading changes nothing of it.
        event.stop()

    def action_skip_member(self) -> None:
        """Leave the run under the cursor out, or take it in again; go on to the next."""
        if (key := self.table.cursor) is not None:
            self._skipped ^= {key}
            self._show()
            self.table.action_step(1)

    def action_earlier_member(self) -> None:
        """Let the run under the cursor start one place earlier."""
        self._move(-1)

    def action_later_member(self) -> None:
        """Let the run under the cursor start one place later."""
        self._move(1)

    def action_more_at_once(self) -> None:
        """Let one run more train at once."""
        self._change_jobs(1)

    def action_fewer_at_once(self) -> None:
        """Let one run fewer train at once."""
        self._change_jobs(-1)

    def action_leave_sweep(self) -> None:
        """Leave without a sweep."""
        self.dismiss(None)

    def _move(self, by: int) -> None:
        order = [member.fingerprint for member in self.arranged]
        if (key := self.table.cursor) in order:
            place = order.index(key)
            order.insert(max(0, place + by), order.pop(place))
            self._order = order
            self._show()

    def _change_jobs(self, by: int) -> None:
        try:
            self.query_one(f"#{JOBS}", Input).value = str(max(1, self.typed.jobs + by))
        except InputError as error:
            self._say(error.message, "error", error.title)

    def _say(self, said: str, severity: str = "information", title: str = "") -> None:
        self.notify(text.plain(said, 1000), title=title, severity=severity, markup=False)  # type: ignore[arg-type]


def _columns(varied: tuple[str, ...]) -> list[TableColumn]:
    return [
        TableColumn("run", "run", right=False),
        TableColumn("state", "state", right=False),
        TableColumn("time", "time"),
        *(TableColumn(f"knob-{name}", name) for name in varied),
        TableColumn("params", "params"),
    ]
