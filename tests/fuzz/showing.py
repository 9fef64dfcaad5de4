"""Everything that front ends make of a run's folder, as texts: tables, pages, exports, what the dashboard draws.

The dashboard's part is its pure half (cards, curves, log, table); `test_terminal_output.py` tries the whole of it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from vitdash import catalog
from vitdash.errors import VitdashError
from vitdash.export import comparison, rendering, report, sheet
from vitdash.run import lines, removal, selection, summary
from vitdash.run.both_logs import BothLogs
from vitdash.run.events import Event
from vitdash.run.fields import Facts, Fields
from vitdash.run.fleet import Fleet
from vitdash.run.history import RunHistory
from vitdash.run.store import Run
from vitdash.terminal import comparing, listing, live, pages
from vitdash.text import accuracy, figure, loss, pace
from vitdash.ui import log_pages, log_rows, result_rows, run_drawing, run_facts
from vitdash.ui.board import Board
from vitdash.ui.curves import ACCURACIES, Charted, Curves
from vitdash.ui.insides import read as read_inside
from vitdash.ui.notices import Notices
from vitdash.ui.plot.paper import Scene
from vitdash.ui.plot.series import Series
from vitdash.ui.plot.sheet import Sheet
from vitdash.ui.signs import Signs

WIDTHS = (40, 120)
FORMATS = ("markdown", "csv", "json", "svg", "tensorboard")


def printed(show: Callable[[Console], object], width: int = 120) -> str:
    """Return what is printed on a console that has no colours."""
    file = io.StringIO()
    show(Console(file=file, width=width, markup=False, emoji=False, highlight=False, color_system=None))
    return file.getvalue()


def listed(root: Path) -> Iterator[str]:
    """Yield what the lists say of all runs below a folder."""
    summaries = summary.summarise_all(root)
    facts, fields = [Facts(item) for item in summaries], Fields(summaries)
    for width in WIDTHS:
        yield printed(lambda console: listing.runs(console, facts), width)
    if facts:
        yield printed(lambda console: listing.chosen(console, facts, [fields[name] for name in fields]), 1000)
    yield json.dumps([selection.describe(item) for item in facts], allow_nan=False)


def told(run: Run) -> Iterator[str]:
    """Yield what is told of one run: its page, itself as every format has it, a comparison, a report."""
    yield from _refusable(lambda: printed(lambda console: pages.run(console, sheet.read(run), all_knobs=True)))
    yield from _refusable(lambda: printed(lambda console: pages.run(console, sheet.read(run), matrix=True), 40))
    yield from _refusable(lambda: json.dumps(sheet.describe(sheet.read(run)), allow_nan=False))
    for to in FORMATS:
        yield from _refusable(lambda to=to: _made(run, to))  # type: ignore[misc]
    for to in ("markdown", "csv", "json"):
        yield from _refusable(lambda to=to: rendering.make_groups([run], to))  # type: ignore[misc]
    yield from _refusable(lambda: printed(lambda console: comparing.show(console, comparison.read([run]))))
    yield from _refusable(lambda: report.page(report.read([run], "a run")))
    yield from _refusable(lambda: json.dumps(removal.describe(removal.weigh(run, with_diagnostics=True))))


def followed(history: RunHistory, events: list[Event]) -> Iterator[str]:
    """Yield what is shown while a run goes on: the live view, and its lines."""
    for width in WIDTHS:
        yield live.draw(history, None, "", live.Canvas(width, unicode=width > 80)).plain
    yield from map(lines.stamped, events)


def drawn(root: Path) -> Iterator[str]:
    """Yield what the dashboard draws of all runs below a folder."""
    fleet = Fleet(root, read_only=True)
    try:
        fleet.look()
        for run_id in fleet.runs:
            if (read := fleet.read_events(run_id)) is not None:
                fleet.adopt(run_id, read)
        board = Board(fleet, Signs(dark=True, unicode=True))
        board.arrange()
        yield Notices().look(fleet.runs.values()).title or ""
        for known in board.shown:
            facts = run_facts.gather(known, board.sign(known), name=board.name(known))
            for width in WIDTHS:
                yield from (line.text for line in run_drawing.card(facts, width))
                yield run_drawing.line(facts, width, 20).text
            inside = read_inside(known)
            yield inside.why_not
            logs = BothLogs(known.run).look(earlier=True)
            for drawn_lines in (log_pages.happened(logs.events, progress=True), log_pages.printed(logs)):
                yield from (line.text for line in drawn_lines)
            yield from (line.text for line in log_pages.why_it_failed(logs))
            yield logs.problem
        for view in result_rows.VIEWS:
            columns, rows = result_rows.build(board.shown, board, view)
            yield from (column.heading for column in columns)
            yield from (cell.text for row in rows for cell in row.cells)
        book = log_rows.LogBook()
        for width in WIDTHS:
            runs = [
                (known.run.id, board.name(known), board.sign(known), known.followed.events)
                for known in board.charted()
                if known.followed
            ]
            yield from (line.text for line in book.rows(runs, width))
        yield from _charts(board)
    finally:
        fleet.close()


def _charts(board: Board) -> Iterator[str]:
    charted = [Charted(known, board.sign(known), board.name(known)) for known in board.charted()]
    planned = max((run_facts.planned(run.known) for run in charted), default=0) or 1
    curves = Curves()
    shown: list[tuple[str, list[Series], Callable[[float], str]]] = [
        ("loss", curves.loss(charted), loss),
        ("learning rate", curves.learning_rate(charted), figure),
        ("images/s", curves.pace(charted), pace),
        *((kind, curves.accuracy(charted, kind), accuracy) for kind in ACCURACIES),
    ]
    for title, series, write in shown:
        for width, height, log in ((120, 20, False), (120, 20, True), (40, 8, False)):
            sheet_of = Sheet(write, unicode=log)
            scene = Scene(tuple(series), planned, width, height, title, "nothing", log, 2, cursor=planned / 2)
            sheet_of.draw(scene)
            yield from ("".join(text for text, _ in sheet_of.line(line)) for line in range(height))


def _made(run: Run, to: str) -> str:
    catalog.load("--format", catalog.EXPORTERS, to)
    made = rendering.make([run], to, reported=True)
    return made if isinstance(made, str) else "\n".join(made)


def _refusable(make: Callable[[], str]) -> Iterator[str]:
    """Yield a text, or the sentence that says why there is none."""
    try:
        yield make()
    except VitdashError as error:
        yield str(error)
