"""Brings the dashboard's panels up to date: those on the screen, where something changed. Must not start anything."""

from __future__ import annotations

from collections.abc import Sequence

from vitdash.run.diagnostics import Diagnostics, Embedding
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.text import accuracy, count
from vitdash.ui import result_rows, run_facts, seed_groups
from vitdash.ui.board import MOST_UNREAD, Board
from vitdash.ui.curves import Charted, Curves
from vitdash.ui.insides import Inside
from vitdash.ui.log_rows import LogBook
from vitdash.ui.mean_curves import MeanCurves, Shared
from vitdash.ui.preset_facts import PresetFacts
from vitdash.ui.run_facts import RunFacts
from vitdash.ui.screens.dashboard import DashboardScreen
from vitdash.ui.titles import entitle
from vitdash.ui.widgets.header import Overview
from vitdash.ui.widgets.image_grid import Picture

NO_RUNS = (
    "No runs yet.\n\nd  trains a small network on the bundled digits: short, nothing to download.\n"
    "n  starts a run from a preset.\n?  lists every key."
)
NONE_FIT = "No run fits the filter. Escape shows all."
NO_RESULTS = "Results come with the first evaluation. n starts a run, d one on digits."
STILL_READING = "The results of many runs come in a moment."
NO_EFFECTS = "Nothing can be said of knobs: no two runs with results on one data set differ in any."
NO_CURVES = "Comes with the first records."
NO_POINTS = "Comes with the first evaluation."
NO_CHARTED = "Curves of runs come here."
NOTHING_HAPPENED = "Nothing has happened yet."
WORST_IMAGES = 6


class Painter:
    """Knows what each panel shows already."""

    def __init__(self, screen: DashboardScreen, board: Board) -> None:
        self._screen = screen
        self._board = board
        self._curves = Curves()
        self._means = MeanCurves()
        self._log = LogBook()
        self._facts: dict[str, RunFacts] = {}
        self._shown: dict[str, object] = {}
        self._best_mean: tuple[dict[str, float], tuple[str, str]] | None = None
        self.machine: tuple[str, ...] = ()
        self.notice = ""

    def paint(self, changed: set[str] | None = None) -> None:
        """Draw what is new; `changed` are the ids of the runs that changed, None for anything."""
        self._paint_runs(changed)
        self._paint_header()
        self._paint_charts()
        self._paint_results()
        self._paint_log()

    def forget(self) -> None:
        """Draw everything again: a theme has changed."""
        self._shown.clear()
        self._facts.clear()

    def show_presets(self, found: Sequence[PresetFacts], filter_text: str) -> None:
        """Show the presets that fit."""
        self._screen.presets.show(found, filter_text)

    def show_inside(self, known: Standing | None, inside: Inside) -> None:
        """Show a run's last evaluation from inside, and its knobs; or why there is nothing to show."""
        screen, found = self._screen, inside.found
        screen.knobs.show(known.config if known else None, inside.changes)
        name = f" · {self._board.name(known)}" if known else ""
        entitle(screen.images, f"worst mistakes{name}" + (f" · {count(found.images_seen)}" if found else ""))
        entitle(screen.confusion, f"confusion{name}")
        entitle(screen.embedding, f"embedding{name}")
        for widget in (screen.images, screen.confusion, screen.embedding):
            widget.empty = inside.why_not
        screen.images.show(_pictures(found) if found else (), found.image_size if found else 0)
        screen.confusion.show(found.classes if found else (), found.confusion if found else ())
        points = found.embedding if found else Embedding((), (), (), ())
        classes = found.classes if found else ()
        screen.embedding.show(points.x, points.y, points.true, classes, points.predicted)

    def _paint_header(self) -> None:
        board = self._board
        best, best_run = self._best() if self._are_comparable() else ("", "")
        lefts = [facts.left for facts in self._facts.values() if facts.left is not None]
        selected = board.selected
        dataset = selected.config.data.dataset if selected and selected.config else ""
        self._screen.header.overview = Overview(
            tally=board.tally(),
            jobs=board.feed.jobs,
            dataset=dataset,
            machine=self.machine,
            best=best,
            best_run=best_run,
            of_means=board.together,
            left=max(lefts, default=None),
            notice=self.notice,
        )

    def _best(self) -> tuple[str, str]:
        """Return the best accuracy and whose it is: of a run, or of a group where seeds are taken together."""
        board = self._board
        found = {
            known.run.id: known.short.figures.results["accuracy"]
            for known in board.feed.runs.values()
            if "accuracy" in known.short.figures.results
        }
        if not found:
            return "", ""
        if not board.together:
            best = max(found, key=found.__getitem__)
            return accuracy(found[best]), board.name(board.feed.runs[best])
        # Groups are gathered again where a figure is new, not with each picture.
        if self._best_mean is None or self._best_mean[0] != found:
            self._best_mean = found, seed_groups.best(board.gather(list(board.feed.runs.values())))
        return self._best_mean[1]

    def _are_comparable(self) -> bool:
        """Return whether a best accuracy means something: of runs on one data set."""
        if too_many_unread(self._board):
            return False
        datasets = {
            known.config.data.dataset
            for known in self._board.feed.runs.values()
            if known.short.figures.results and known.config is not None
        }
        return len(datasets) == 1

    def _paint_runs(self, changed: set[str] | None) -> None:
        board = self._board
        facts = [self._facts_of(known, anew=changed is None or known.run.id in changed) for known in board.shown]
        self._facts = {item.id: item for item in facts}
        empty = NONE_FIT if board.feed.runs else NO_RUNS
        screen = self._screen
        screen.runs.show(facts, board.selected_id, cards=not screen.is_narrow, empty=empty)
        hidden = len(board.feed.runs) - len(facts)
        order = board.order[1] if board.order[0] else ""
        marked = f"{len(board.marked)} marked" if board.marked else ""
        note = board.selected.short.labels.note.partition("\n")[0] if board.selected else ""
        beside = " · ".join(filter(None, (order, f"{hidden} filtered out" if hidden else "", marked, note)))
        entitle(screen.runs, f"runs · {len(facts)}" if facts else "runs", beside)

    def _facts_of(self, known: Standing, *, anew: bool) -> RunFacts:
        """Return what is known of a run; of one that rests, what was known before, where that is still so."""
        board, run_id = self._board, known.run.id
        asked, _ = board.asked.get(run_id, (None, None))
        name, marked, turn = board.name(known), run_id in board.marked, board.turn(run_id)
        before = self._facts.get(run_id)
        if before is None or anew or asked or known.state.active:
            fresh = True
        else:
            told = (before.name, before.marked, before.turn, before.version)
            fresh = told != (name, marked, turn, known.version)
        if before is not None and not fresh:
            return before
        return run_facts.gather(known, board.sign(known), name=name, asked=asked, marked=marked, turn=turn)

    def _paint_charts(self) -> None:
        board, screen = self._board, self._screen
        charted = [Charted(known, board.sign(known), board.name(known)) for known in board.charted()]
        groups = self._shared() if board.together else {}
        planned = max((run_facts.planned(run.known) for run in charted), default=0) or 1
        versions = tuple((run.known.run.id, run.known.version, run.name, run.sign) for run in charted)
        kind = screen.accuracy_kind
        for name in ("loss", "accuracy", "learning_rate", "pace"):
            key = (versions, planned, kind if name == "accuracy" else "", tuple(groups.values()))
            if self._shown.get(name) == key or not screen.seen(name):
                continue
            self._shown[name] = key
            series = (
                self._curves.accuracy(charted, kind) if name == "accuracy" else getattr(self._curves, name)(charted)
            )
            told = NO_POINTS if name == "accuracy" else NO_CURVES
            screen.chart(name).empty = told if charted else NO_CHARTED
            screen.chart(name).show(self._means.of(series, groups) if groups else series, planned)
        self._curves.forget_others({run.known.run.id for run in charted})

    def _shared(self) -> dict[str, Shared]:
        """Return what the curves of each run's group are drawn with."""
        board = self._board
        found: dict[str, Shared] = {}
        groups = board.charted_groups()
        signs, labels = board.signs_of(groups), seed_groups.labels(groups)
        for group in groups:
            shared = Shared(group.key, labels[group.key], signs[group.key])
            found |= dict.fromkeys((member.id for member in group.members), shared)
        return found

    def _paint_results(self) -> None:
        board, screen = self._board, self._screen
        if not screen.seen("results"):
            return
        if too_many_unread(board):
            screen.results.empty = STILL_READING
            return
        grouped = screen.table_view in result_rows.GROUPED
        # Of a group it is told as well how many of its runs have not come as far.
        shown = list(board.shown) if grouped else result_rows.with_results(board.shown)
        key = tuple(
            (
                known.run.id,
                board.name(known),
                known.state,
                known.run.id in board.marked,
                *known.short.figures.results.values(),
            )
            for known in shown
        )
        if self._shown.get("results") == (key, screen.table_view):
            self._follow_selection()
            return
        self._shown["results"] = (key, screen.table_view)
        columns, rows = result_rows.build(shown, board, screen.table_view)
        screen.results.empty = NO_EFFECTS if screen.table_view == result_rows.EFFECTS else NO_RESULTS
        screen.results.show(columns, rows)
        self._follow_selection()

    def _follow_selection(self) -> None:
        """Let the table point at the run that keys act on."""
        table, selected = self._screen.results, self._board.selected_id
        if selected != table.cursor and selected in table.keys:
            table.cursor = selected

    def _paint_log(self) -> None:
        board, screen = self._board, self._screen
        if not screen.seen("log"):
            return
        width = screen.log_lines.scrollable_content_region.width
        followed = [(known, known.followed.events) for known in board.charted() if known.followed is not None]
        key = (width, tuple((known.run.id, board.name(known), len(events)) for known, events in followed))
        if self._shown.get("log") == key or not width:
            return
        self._shown["log"] = key
        runs = [(known.run.id, board.name(known), board.sign(known), events) for known, events in followed]
        screen.log_lines.show(self._log.rows(runs, width), NOTHING_HAPPENED)


def _pictures(found: Diagnostics) -> list[Picture]:
    names = found.classes
    return [
        Picture(item.image, f"{names[item.true]} ← {names[item.predicted]}", item.true != item.predicted)
        for item in found.worst
    ]


def too_many_unread(board: Board) -> bool:
    """Return whether so many configurations have not been read yet that nobody should wait for them."""
    return sum(not known.is_read for known in board.feed.runs.values()) > MOST_UNREAD


def is_worth_watching(board: Board) -> bool:
    """Return whether anything on the board may change soon."""
    return any(known.state.active or known.state is State.QUEUED for known in board.feed.runs.values())
