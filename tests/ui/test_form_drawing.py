"""Rows of the form and of the panel of knobs: what stands in a line, at any width."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import origin
from vitdash.ui.form import drawing, notes, rows
from vitdash.ui.form.command_line import CommandLine
from vitdash.ui.form.draft import Draft
from vitdash.ui.form.drawing import Pen
from vitdash.ui.form.layout import Layout
from vitdash.ui.form.line_edit import LineEdit
from vitdash.ui.widgets.knob_panel import KnobPanel

PEN = Pen(20)


def row(draft: Draft, key: str) -> rows.Row:
    """Return a row of the form."""
    found = rows.row_of(rows.sections(draft), key)
    assert found is not None
    return found


def test_a_changed_value_has_a_marker_and_what_it_was() -> None:
    """The marker carries the meaning where there is no colour."""
    draft = Draft(presets.load("cnn"))
    draft.type("batch_size", "128")
    assert drawing.resting(row(draft, "batch_size"), 60, PEN).text == "  ● batch size          128 images  was 64"
    assert drawing.resting(row(draft, "seed"), 60, PEN).text == "    seed                0"


def test_a_wrong_value_has_a_marker_and_the_reason() -> None:
    """As much of it as there is room for; the help has all of it."""
    draft = Draft(presets.load("cnn"))
    draft.type("seed", "x")
    assert drawing.resting(row(draft, "seed"), 60, PEN).text.startswith(
        "  ✘ seed                x  'x' is not allowed."
    )
    assert drawing.resting(row(draft, "seed"), 34, PEN).text == "  ✘ seed                x"


def test_a_unit_is_whole_or_not_there() -> None:
    """Half a word misleads."""
    draft = Draft(presets.load("cnn"))
    assert drawing.resting(row(draft, "max_inputs"), 40, PEN).text == "    max inputs          2,000,000 images"
    assert drawing.resting(row(draft, "max_inputs"), 39, PEN).text == "    max inputs          2,000,000"


@given(
    width=st.integers(30, 140),
    key=st.sampled_from([row.key for section in rows.sections(Draft(presets.load("cnn"))) for row in section.rows]),
    text=st.text(max_size=80),
    helps=st.booleans(),
)
def test_no_row_is_wider_than_its_column(width: int, key: str, text: str, *, helps: bool) -> None:
    """Whatever is typed."""
    draft = Draft(presets.load("cnn"))
    draft.type(key, text)
    pen = Pen(min(20, width - 20), helps=helps)
    edit = LineEdit()
    edit.load(text)
    assert drawing.resting(row(draft, key), width, pen).width <= width
    edit.go(len(text) // 2)
    if text.isascii():
        assert drawing.editing(row(draft, key), edit, width, pen).width <= width + 1


def test_sections_are_shared_out_to_two_columns_in_order() -> None:
    """Down the first column, then the second; what has no effect is passed by."""
    layout = Layout(rows.sections(Draft(presets.load("cnn"))), 2)
    one = Layout(rows.sections(Draft(presets.load("cnn"))), 1)
    assert layout.order == one.order
    assert layout.height < one.height * 0.6
    assert "momentum" not in layout.order
    assert layout.places["momentum"].column == 0
    assert layout.at(0, 0) == "Run"


@pytest.mark.parametrize(
    ("acts", "text", "caret"),
    [
        (["insert"], "x", 1),
        (["backspace"], "", 0),
        (["end", "backspace"], "12", 2),
        (["home", "delete", "insert"], "x23", 1),
        (["end", "insert"], "123x", 4),
    ],
)
def test_a_field_is_edited_as_people_expect(acts: list[str], text: str, caret: int) -> None:
    """All is selected first, so that typing replaces; after home or end it is edited."""
    edit = LineEdit()
    edit.load("123")
    known: dict[str, Callable[[], None]] = {
        "insert": lambda: edit.insert("x"),
        "backspace": edit.backspace,
        "delete": edit.delete,
        "home": lambda: edit.go(0),
        "end": lambda: edit.go(99),
    }
    for act in acts:
        known[act]()
    assert (edit.text, edit.caret) == (text, caret)


def test_the_shell_s_line_breaks_between_options_and_says_where_it_is_cut() -> None:
    """`--set` and its value stay together."""
    line = CommandLine(("vitdash", "train", "--preset", "cnn", "--set", "seed=5", "--set", "data_dir=/a b"))
    assert [part.text.rstrip() for part in notes.shell(line, 34, 9)] == [
        "$ vitdash train --preset cnn",
        "  --set seed=5",
        "  --set 'data_dir=/a b'",
    ]
    assert notes.shell(line, 34, 1)[0].text == "$ vitdash train --preset cnn …"


class Panel(App[None]):
    """The panel alone."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield KnobPanel(id="knobs")


def panel_says(config: RunConfig | None) -> str:
    """Return what the panel says of a run."""

    async def play() -> str:
        app = Panel()
        async with app.run_test(size=(44, 20)) as pilot:
            panel = app.query_one(KnobPanel)
            panel.show(config, origin.changes(config) if config else None)
            await pilot.pause()
            return panel.text

    return asyncio.run(play())


def test_the_panel_says_what_to_press_before_there_is_a_run() -> None:
    """Nothing empty without a way on."""
    assert "press n" in " ".join(panel_says(None).split())


def test_the_panel_marks_what_the_preset_has_otherwise() -> None:
    """With what it was there; what decides the result stands first."""
    said = panel_says(presets.load("cnn").replace({"width": 64})).splitlines()
    assert said[0].split() == ["convolutions", "3"]
    assert said[1].split() == ["●", "width", "64", "was", "32"]
    assert [line for line in said if "●" in line] == [said[1]]
    assert any(line.split() == ["max", "inputs", "2,000,000", "images"] for line in said)
