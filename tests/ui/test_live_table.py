"""The live table as people use it: the cursor keeps its row, no number is cut, any column sorts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from vitdash.ui.signs import Sign
from vitdash.ui.table.layout import fit
from vitdash.ui.widgets.live_table import LiveTable, TableCell, TableColumn, TableRow

COLUMNS = (
    TableColumn("run", "run", right=False),
    TableColumn("loss", "val loss"),
    TableColumn("argmax", "argmax"),
    TableColumn("parameters", "params"),
)
BLUE = Sign("●", "#56b4e9")


def row(name: str, loss: float | None, argmax: float, parameters: int = 2_185_610, style: str = "") -> TableRow:
    cells = (
        TableCell(name, name),
        TableCell("" if loss is None else f"{loss:.5f}", loss),
        TableCell(f"{argmax:.4f}", argmax, style),
        TableCell(f"{parameters:,}", parameters),
    )
    return TableRow(name, cells, BLUE)


ROWS = (
    row("vit-l4-h16", 0.01429, 0.9063),
    row("vit-l4-h4", None, 0.8800),
    row("rn18", 0.01189, 0.9206, 11_243_466, "best"),
    row("cnn", 0.01962, 0.9086, 2_002_698),
)


class OneTable(App[None]):
    """A table and what it says."""

    def __init__(self, *, unicode: bool, border: bool) -> None:
        super().__init__()
        self.border = border
        self.unicode = unicode
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        """Show the table."""
        table = LiveTable(unicode=self.unicode)
        table.styles.border = ("round", "white") if self.border else ("", "white")
        yield table

    def on_live_table_moved(self, message: LiveTable.Moved) -> None:
        """Remember."""
        self.heard.append(message)

    def on_live_table_chosen(self, message: LiveTable.Chosen) -> None:
        """Remember."""
        self.heard.append(message)

    def on_live_table_sort_changed(self, message: LiveTable.SortChanged) -> None:
        """Remember."""
        self.heard.append(message)


def using(
    act: Callable[[LiveTable, Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = (60, 12),
    rows: Sequence[TableRow] = ROWS,
    *,
    unicode: bool = True,
    border: bool = False,
) -> list[Message]:
    """Do something with a table, and return what it said."""
    app = OneTable(unicode=unicode, border=border)

    async def use() -> None:
        async with app.run_test(size=size) as pilot:
            table = app.query_one(LiveTable)
            table.show(COLUMNS, rows)
            table.focus()
            await pilot.pause()
            await act(table, pilot)

    asyncio.run(use())
    return app.heard


def text(table: LiveTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def test_rows_stand_under_their_headings() -> None:
    """Numbers end where their heading does; the cursor is on the first row."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        shown = text(table)
        assert shown[0] == "   run           val loss    argmax       params"
        assert shown[1] == "▸● vit-l4-h16     0.01429    0.9063    2,185,610"
        assert all(len(line) in (0, len(shown[0])) for line in shown)

    using(act)


def test_the_cursor_moves_by_keys_and_says_so() -> None:
    """Down, page and end; beyond the end it stays."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        await pilot.press("down")
        assert table.cursor == "vit-l4-h4"
        table.move(-5)
        assert table.cursor == "vit-l4-h16"
        await pilot.press("end", "down")
        assert table.cursor == "cnn"
        await pilot.press("home", "enter")

    heard = using(act)
    assert [type(message).__name__ for message in heard] == ["Moved", "Moved", "Moved", "Moved", "Chosen"]
    assert isinstance(heard[-1], LiveTable.Chosen)
    assert heard[-1].key == "vit-l4-h16"


def test_a_new_row_never_moves_the_cursor() -> None:
    """Nor does a changed one; where its row is gone, the next one takes its place, and nobody is told they moved."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        table.cursor = "rn18"
        table.show(COLUMNS, [row("new", 1.0, 0.1), *ROWS])
        assert table.cursor == "rn18"
        table.show(COLUMNS, [item for item in ROWS if item.key != "rn18"])
        assert table.cursor == "cnn"
        table.show(COLUMNS, [])
        assert table.cursor is None
        table.show(COLUMNS, ROWS)
        assert table.cursor == "vit-l4-h16"

    assert using(act) == []


def test_a_click_on_a_heading_sorts_the_best_first_and_then_the_other_way() -> None:
    """Nothing goes last, either way; the heading says which order it is."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        await pilot.click(table, offset=(text(table)[0].index("argmax"), 0))
        assert table.keys == ["rn18", "cnn", "vit-l4-h16", "vit-l4-h4"]
        assert "▼ argmax" in text(table)[0]
        await pilot.click(table, offset=(text(table)[0].index("val loss"), 0))
        assert table.keys == ["rn18", "vit-l4-h16", "cnn", "vit-l4-h4"]
        assert "▲ val loss" in text(table)[0]
        await pilot.click(table, offset=(text(table)[0].index("val loss"), 0))
        assert table.keys == ["cnn", "vit-l4-h16", "rn18", "vit-l4-h4"]
        assert table.cursor == "vit-l4-h16"

    heard = [message for message in using(act) if isinstance(message, LiveTable.SortChanged)]
    assert [(message.key, message.descending) for message in heard] == [
        ("argmax", True),
        ("loss", False),
        ("loss", True),
    ]


def test_a_column_says_how_it_is_sorted_first_where_no_best_is_known() -> None:
    """Of accuracies people want the highest, of losses the lowest."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        table.show([*COLUMNS[:2], TableColumn("argmax", "argmax", highest_first=True)], [*ROWS[:2], ROWS[3]])
        for _ in range(3):
            table.sort_by_next()
        assert table.keys == ["cnn", "vit-l4-h16", "vit-l4-h4"]

    using(act)


def test_names_sort_by_the_numbers_in_them() -> None:
    """Four comes before sixteen."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        table.sort_by_next()
        assert table.keys == ["cnn", "rn18", "vit-l4-h4", "vit-l4-h16"]
        for _ in range(len(COLUMNS)):
            table.sort_by_next()
        assert table.sort_key == ""
        assert table.keys == [item.key for item in ROWS]

    using(act)


def test_where_there_is_no_room_whole_columns_fall_away() -> None:
    """They are counted below, and reached with the arrows; the first one stays."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        assert table.shown_columns == ["run", "loss"], text(table)
        assert table.border_subtitle == "+2 columns →"
        await pilot.press("right", "right", "right", "right")
        assert table.shown_columns[0] == "run"
        assert table.shown_columns[-1] == "parameters"
        assert "2,185,610" in text(table)[1]
        await pilot.press("left", "left", "left")
        assert table.shown_columns == ["run", "loss"], text(table)

    using(act, (32, 10), border=True)


def test_a_click_on_the_hint_shows_the_columns_that_are_missing() -> None:
    """Below the table; after the last ones come the first again."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        for expected in (["run", "argmax"], ["run", "parameters"], ["run", "loss"]):
            await pilot.click(table, offset=(28, 9))
            assert table.shown_columns == expected

    assert using(act, (32, 10), border=True) == []


def test_without_a_border_the_headings_say_what_is_missing() -> None:
    """At their end, where no number is."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        assert text(table)[0] == "   run          val loss    +2 →"

    using(act, (32, 8))


def test_a_long_name_loses_its_middle_before_a_column_goes() -> None:
    """What tells names apart is often their end."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        assert "a-very-…d-7-of-9" in text(table)[1]
        assert table.shown_columns == ["run", "loss", "argmax", "parameters"]

    using(act, (50, 8), [row("a-very-long-name-of-a-run-with-seed-7-of-9", 0.01, 0.9)])


def test_where_nothing_would_stand_beside_it_a_name_is_shortened_further() -> None:
    """A table of names alone says nothing: the first figure is seen, and of the name as much as there is room for."""
    columns = [TableColumn("run", "run", right=False), TableColumn("argmax", "argmax"), TableColumn("n", "n")]
    assert [placed.width for placed in fit(columns, [20, 17, 1], 36, 4, 0).columns] == [13, 17]
    assert [placed.width for placed in fit(columns, [20, 17, 1], 42, 4, 0).columns] == [16, 17, 1]
    assert [placed.width for placed in fit(columns, [20, 17, 1], 30, 4, 0).columns] == [20]


def test_the_best_and_the_marked_are_told_without_colours() -> None:
    """By boldness and a line under it, and by a sign."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        table.show(COLUMNS, [*ROWS[:3], TableRow("cnn", ROWS[3].cells, BLUE, marked=True)])
        best = next(segment for segment in table.render_line(3) if segment.text == "0.9206")
        assert best.style is not None
        assert best.style.bold
        assert best.style.underline
        assert " ✓● cnn" in text(table)[4]

    using(act)


def test_in_ascii_nothing_else_is_drawn() -> None:
    """Whatever the names are."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        cells = (TableCell("ré·né"), *ROWS[0].cells[1:])
        table.show(COLUMNS, [TableRow("x", cells, Sign("o", "#ffffff"), marked=True)])
        await pilot.press("right", "s")
        table.sort_by_next()
        assert all(line.isascii() for line in text(table))
        assert (table.border_subtitle or "").isascii()

    using(act, (30, 8), unicode=False)


def test_text_from_runs_is_plain() -> None:
    """Neither markup nor control characters reach the terminal."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        assert "[red]x[/] [31m" in text(table)[1]

    using(act, rows=[row("[red]x[/]\x1b[31m", 0.1, 0.2)])


def test_only_lines_that_changed_are_painted() -> None:
    """One changed row is one line; the same again is none; a step of the cursor is two."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        asked: list[int] = []
        render_line = table.render_line

        def note(y: int) -> Strip:
            asked.append(y)
            return render_line(y)

        table.render_line = note  # type: ignore[method-assign]
        table.show(COLUMNS, list(ROWS))
        await pilot.pause()
        assert asked == []
        table.show(COLUMNS, [*ROWS[:3], row("cnn", 0.01900, 0.9090, 2_002_698)])
        await pilot.pause()
        assert asked == [4]
        asked.clear()
        await pilot.press("down")
        await pilot.pause()
        assert asked == [1, 2]

    for border in (False, True):
        using(act, border=border)


def test_the_cursor_stays_in_sight_of_many_rows() -> None:
    """When it moves, when rows come, when the order changes."""
    many = [row(f"run{number}", number / 1000, number / 1000) for number in range(1000)]

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        assert "run999" in text(table)[-1]
        await pilot.press("pageup")
        table.show(COLUMNS, [row("new", 5.0, 0.1), *many])
        await pilot.pause()
        assert table.cursor is not None
        assert any(table.cursor in line for line in text(table))
        table.sort_key, table.descending = "loss", True
        await pilot.pause()
        assert any(line.startswith("▸") for line in text(table))
        await pilot.click(table, offset=(8, 3), times=2)
        await pilot.pause()

    heard = using(act, rows=many)
    assert isinstance(heard[-1], LiveTable.Chosen)


def test_an_empty_table_says_what_to_do() -> None:
    """In its middle, without headings."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        table.empty = "Results come with the first evaluation."
        await pilot.pause()
        assert [line.strip() for line in text(table) if line] == ["Results come with the first", "evaluation."]

    using(act, (30, 8), [])


def test_another_theme_recolours_the_table() -> None:
    """The ground is that of the theme."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        def ground() -> set[object]:
            return {segment.style.bgcolor for segment in table.render_line(3) if segment.style}

        before = ground()
        table.app.theme = "textual-light"
        await pilot.pause()
        assert not before & ground()

    using(act)


def test_the_cursor_looks_fainter_where_the_focus_is_elsewhere() -> None:
    """So one sees which panel the keys go to; the pointer stays."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        def ground() -> object:
            return next(segment.style.bgcolor for segment in table.render_line(1) if segment.style)

        focused = ground()
        table.screen.set_focus(None)
        await pilot.pause()
        assert ground() != focused
        assert text(table)[1].startswith("▸")

    using(act)


def test_a_table_that_was_hidden_comes_back_as_it_was() -> None:
    """At the same columns, with the rows that came meanwhile."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        await pilot.press("right")
        shown = table.shown_columns
        table.display = False
        await pilot.pause()
        table.show(COLUMNS, [*ROWS, row("new", 0.5, 0.5)])
        await pilot.pause()
        table.display = True
        await pilot.pause()
        assert table.shown_columns == shown
        assert any("new" in line for line in text(table))

    using(act, (30, 8))


def test_a_table_shown_while_it_was_hidden_says_below_what_is_missing() -> None:
    """On the screen, not only in what it knows."""

    async def act(table: LiveTable, pilot: Pilot[None]) -> None:
        table.display = False
        await pilot.pause()
        table.show(COLUMNS, [*ROWS, row("new", 0.5, 0.5)])
        table.display = True
        await pilot.pause()
        await pilot.pause()
        below = "".join(segment.text for segment in table.render_lines(Region(0, 9, 32, 1))[0])
        assert "+2 columns" in below

    using(act, (32, 10), ROWS[:0], border=True)
