"""A table gives up whole columns where room is short, the least needed first, and never cuts a value."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from vitdash.terminal import grid
from vitdash.terminal.grid import GridColumn

COLUMNS = [
    GridColumn("run", ("cnn-20261123-070616-xacj", "rn18-20261123-070616-upbn"), left=True),
    GridColumn("state", ("finished", "running"), left=True),
    GridColumn("validation loss", ("0.01962", ""), 1, bold=frozenset({0})),
    GridColumn("images", ("2,000,000 / 2,000,000", "640 / 2,000,000"), 3),
    GridColumn("svc", ("", ""), 2),
    GridColumn("argmax", ("0.9086", "0.1234"), 2),
]


def shown(columns: list[GridColumn], width: int) -> tuple[list[str], int]:
    """Return the printed lines and how many columns were left out."""
    output = io.StringIO()
    left_out = grid.show(Console(file=output, width=width, highlight=False, markup=False, emoji=False), columns)
    return output.getvalue().splitlines(), left_out


@pytest.mark.parametrize(
    ("width", "left_out", "lines"),
    [
        (
            120,
            0,
            [
                "                                     validation",
                "run                        state           loss                 images  argmax",
                "cnn-20261123-070616-xacj   finished     0.01962  2,000,000 / 2,000,000  0.9086",
                "rn18-20261123-070616-upbn  running                     640 / 2,000,000  0.1234",
            ],
        ),
        (
            60,
            1,
            [
                "                                     validation",
                "run                        state           loss  argmax",
                "cnn-20261123-070616-xacj   finished     0.01962  0.9086",
                "rn18-20261123-070616-upbn  running               0.1234",
            ],
        ),
        (
            40,
            3,
            [
                "run                        state",
                "cnn-20261123-070616-xacj   finished",
                "rn18-20261123-070616-upbn  running",
            ],
        ),
        (
            32,
            1,
            [
                "run",
                "            validation",
                "  state           loss  argmax",
                "cnn-20261123-070616-xacj",
                "  finished     0.01962  0.9086",
                "rn18-20261123-070616-upbn",
                "  running               0.1234",
            ],
        ),
    ],
)
def test_columns_go_by_rank_until_the_rest_fits(width: int, left_out: int, lines: list[str]) -> None:
    """The highest rank goes first; where even the lasting ones do not fit, the first has a line of its own."""
    assert shown(COLUMNS, width) == (lines, left_out)


def test_an_empty_column_is_not_shown_and_not_counted() -> None:
    """Nobody has an svc: that is no column that was left out."""
    lines, left_out = shown(COLUMNS, 200)
    assert "svc" not in " ".join(lines)
    assert left_out == 0


def test_a_wide_character_takes_its_two_cells() -> None:
    """Alignment counts what the terminal draws, not code points."""
    columns = [GridColumn("model", ("数字", "cnn"), left=True), GridColumn("loss", ("0.1", "0.2"))]
    lines, _ = shown(columns, 40)
    assert [cell_len(line) for line in lines[1:]] == [11, 11]


def test_the_best_is_bold_wherever_it_stands() -> None:
    """The escape sequences embrace the value itself, after wide characters and in a line of its own too."""
    columns = [
        GridColumn("model", ("数字", "cnn"), left=True, bold=frozenset({0})),
        GridColumn("loss", ("0.1", "0.2"), bold=frozenset({0})),
    ]
    for width in (40, 10):
        output = io.StringIO()
        console = Console(file=output, width=width, force_terminal=True, color_system="standard", legacy_windows=False)
        grid.show(console, columns)
        assert "\x1b[1m数字" in output.getvalue()
        assert output.getvalue().count("\x1b[1m") == 2
        assert "\x1b[1m0.2" not in output.getvalue()


CELLS = st.text("0123456789.,abc-", max_size=12)


@given(st.data(), st.integers(1, 5), st.sampled_from([20, 40, 60, 80, 120]))
def test_every_value_that_is_shown_is_shown_whole(data: st.DataObject, rows: int, width: int) -> None:
    """Whatever the columns: a value stands there entirely or its column does not, and no line is too long."""
    cells = st.lists(CELLS, min_size=rows, max_size=rows).map(tuple)
    first = GridColumn("run", data.draw(cells), left=True)
    others = st.builds(GridColumn, st.sampled_from(["loss", "validation loss", "x"]), cells, st.integers(1, 5))
    columns = [first, *data.draw(st.lists(others, max_size=8))]
    lines, left_out = shown(columns, width)
    assert max(map(len, lines)) <= width
    allowed = {word for column in columns for cell in column.cells for word in cell.split()}
    allowed |= {word for column in columns for word in column.heading.split()}
    assert {word for line in lines for word in line.split()} <= allowed
    filled = [column for column in columns[1:] if any(column.cells)]
    assert left_out <= len(filled)
    if left_out:
        fitting = sum(column.narrowest + grid.GAP for column in (first, *filled)) - grid.GAP
        assert fitting > width
