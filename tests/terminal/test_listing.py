"""Lists and pages tell what there is, at any width, with the way on where there is one."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from tests.recorded import FIGURES, finished, progress, record, started
from vitdash import presets, text
from vitdash.export import rows
from vitdash.run import labels, summary
from vitdash.run.events import Evaluated, Event, RunFailed, Stopped
from vitdash.run.fields import FIGURES as FIELDS
from vitdash.run.fields import Facts, Fields
from vitdash.run.store import Run
from vitdash.terminal import listing, pages

CNN = presets.load("cnn")
WIDTHS = [40, 60, 80, 120]


def console(width: int) -> Console:
    return Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)


def text_of(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def page(run: Run, width: int = 200) -> str:
    """Return the page of one run."""
    shown = console(width)
    (row,) = rows.read_rows([run])
    pages.run(shown, row, run.read_claim(), str(run.path), run.log_tail())
    return text_of(shown)


def failed(root: Path, title: str = "diverged") -> Run:
    """Record a run that failed after its first record."""
    trouble = RunFailed(title=title, message="the loss is not finite after 640 images.", traceback="")
    events: list[Event] = [started(CNN), progress(640), trouble]
    return record(root, CNN, events, claim="failed", name="broken", log="first\nlast \x1b[31mwords\n")


def facts(*runs: Run) -> list[Facts]:
    """Return runs as lists take them."""
    return [Facts(summary.summarise(run)) for run in runs]


def words_with_digits(text: str) -> set[str]:
    return {word for word in text.split() if any(character.isdigit() for character in word)}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_of_runs_fits_any_terminal(root: Path, width: int) -> None:
    """No line is too long and no number cut; run and state always stay."""
    rn18 = presets.load("vit-l8-h8-mlp1024")
    runs = [
        record(root, CNN, finished(CNN)),
        record(root, rn18, finished(rn18)),
        record(root, CNN, [started(CNN), progress(640), Stopped(images_seen=640)], claim="stopped"),
        failed(root),
    ]
    found = facts(*runs)
    wide, narrow = console(400), console(width)
    listing.runs(wide, found)
    listing.runs(narrow, found)
    drawn = text_of(narrow)
    assert max(map(cell_len, drawn.splitlines())) <= width
    assert words_with_digits(drawn) <= words_with_digits(text_of(wide))
    for run, state in zip(runs, ("finished", "finished", "stopped", "failed"), strict=True):
        assert run.id in drawn
        assert state in drawn


def test_the_list_of_runs_states_what_is_known_and_no_more(root: Path) -> None:
    """A run without an evaluation has no figures; one that cannot be read says so and hides no other."""
    early = record(root, CNN, [started(CNN), progress(640, loss=0.08)], claim="stopped", name="early")
    torn = record(root, CNN, [], name="torn")
    (torn.path / "run.json").write_text("{")
    shown = console(400)
    listing.runs(shown, facts(early, torn, record(root, CNN, finished(CNN))))
    _, first, second, third = text_of(shown).splitlines()[-4:]
    assert first.split()[1:6] == ["stopped", "640", "/", "2,000,000", "0.08000"]
    assert second.split()[1] == "unreadable"
    assert third.split()[1:9] == ["finished", "2,000,000", "/", "2,000,000", "0.03000", "0.01962", "0.9086", "0.9181"]


def test_names_and_tags_are_listed_where_there_are_any(root: Path) -> None:
    """A column that no run has anything in is not there; a renamed run is still called by its id, too."""
    run, other = record(root, CNN, finished(CNN)), record(root, CNN, finished(CNN))
    before, after = console(400), console(400)
    listing.runs(before, facts(run, other))
    labels.change(run, name="best-so-far", tags=["good", "old"])
    listing.runs(after, facts(run, other))
    assert not {"name", "tags"} & set(text_of(before).split())
    first, second = text_of(after).splitlines()[-2:]
    assert first.split()[:3] == [run.id, "best-so-far", "finished"]
    assert first.endswith("  good, old")
    assert second.split()[:2] == [other.id, "finished"]


@pytest.mark.parametrize("width", WIDTHS)
def test_chosen_columns_are_shown_or_named(root: Path, width: int) -> None:
    """In the order they were asked for, an absent value as "-"; what does not fit is said, the first stays."""
    vit = presets.load("vit-l8-h8-mlp1024")
    runs = [record(root, vit, finished(vit)), record(root, CNN, finished(CNN)), failed(root)]
    fields = [Fields()[name] for name in ("run", "heads", "accuracy", "parameters", "seconds", "state", "created")]
    shown = console(width)
    listing.chosen(shown, facts(*runs), fields)
    drawn = text_of(shown)
    table, _, left_out = drawn.partition("Not enough room here for: ")
    assert max(map(cell_len, table.splitlines())) <= width
    kept = [field for field in fields if field.heading not in left_out.split(".")[0].split(", ")]
    for item in facts(*runs):
        cells = [field.written(item).replace(" ", "") or "-" for field in kept]
        assert "".join(cells) in "".join(table.split())
    assert kept == fields[: len(kept)]
    assert len(kept) >= 3
    assert (width >= 80) is (left_out == "")


def test_no_long_note_takes_the_room_of_figures(root: Path) -> None:
    """It is shortened on one line; `show` and JSON have all of it."""
    run = record(root, CNN, finished(CNN))
    labels.change(run, note="a note that goes on and on, for more than a line\nand a second one")
    shown = console(200)
    listing.chosen(shown, facts(run), [Fields()["note"], Fields()["accuracy"]])
    assert "a note that goes on and on, for more th…  0.9086\n" in text_of(shown)


def test_on_a_terminal_a_last_line_counts_the_runs(root: Path) -> None:
    """How many of how many, and the room they take; a pipe gets lines of runs only."""
    found = facts(record(root, CNN, finished(CNN)), failed(root))
    room = text.size(sum(item.disk for item in found))
    for of, line in ((None, f"2 runs, {room}"), (2, f"2 runs, {room}"), (1_234, f"2 of 1,234 runs, {room}")):
        shown = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
        listing.runs(shown, found, of=of)
        assert text_of(shown).splitlines()[-1] == line
    piped = console(80)
    listing.chosen(piped, found, [FIELDS[0]], of=9)
    assert len(text_of(piped).splitlines()) == 3


@pytest.mark.parametrize("width", WIDTHS)
def test_the_results_of_a_run_fit_any_terminal(root: Path, width: int) -> None:
    """Loss and accuracies stay; what was left out can be had, and how is said in one piece."""
    vit = presets.load("vit-l8-h16-cs784")
    (row,) = rows.read_rows([record(root, vit, finished(vit))])
    shown = console(width)
    pages.results(shown, [row])
    table, _, notice = text_of(shown).partition("\n" if width > 300 else "not fit here.")
    assert notice.endswith(f"vitdash export {row.id}\n")
    assert max(map(cell_len, table.splitlines()[:-1])) <= width
    for value in ("ViT (magenta)", "0.01962", "0.9086", "0.9181"):
        assert value in table


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_of_presets_fits_any_terminal(width: int) -> None:
    """Names and sizes stay, at forty columns too."""
    configs, _ = presets.load_all()
    shown = console(width)
    listing.presets(shown, configs, {})
    lines = text_of(shown).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert {"vit-l8-h12-d768", "25,453,962", "cnn", "2,002,698"} <= set(text_of(shown).split())


def test_broken_presets_are_listed_with_their_trouble() -> None:
    """Below the others, each in a line; a name that would drive the terminal is shown without that."""
    shown = console(80)
    listing.presets(shown, {"a\x1b[31mb": CNN}, {"x": "x.toml: is empty."})
    assert "a [31mb" in text_of(shown)
    assert text_of(shown).endswith("x.toml: is empty.\n")
    nothing = console(80)
    listing.presets(nothing, {}, {"x": "x.toml: is empty."})
    assert text_of(nothing) == "x.toml: is empty.\n"


def test_the_page_of_a_run_shows_results_beside_the_reported_ones(root: Path) -> None:
    """With the difference, in the same format – and only where both were read after as many images."""
    shown = page(record(root, CNN, finished(CNN, FIGURES | {"accuracy": 0.9})))
    assert "accuracy" not in shown
    assert "validation loss  0.01962  reported 0.01962, difference +0.00000\n" in shown
    assert "argmax           0.9000  reported 0.9086, difference -0.0086\n" in shown
    assert "svc held-out     0.9111\n" in shown
    short = CNN.replace({"max_inputs": 60_000})
    assert "reported" not in page(record(root, short, finished(short)))


def test_the_page_of_a_run_shows_what_it_is_and_every_knob(root: Path) -> None:
    """State, place, machine, and the configuration table by table."""
    run = record(root, CNN, finished(CNN))
    shown = page(run)
    for line in (
        f"run          {run.id}",
        "state        finished",
        "images       2,000,000 of 2,000,000",
        "parameters   2,002,698",
        "time         1h 07m",
        f"directory    {run.path}",
        "[model]",
        "kernel        3 pixels",
        "learning_rate        0.0003",
        "keep_optimizer           false",
    ):
        assert f"{line}\n" in shown
    assert "cpu, 2 threads, " in shown
    assert "momentum" not in shown
    assert "resume" not in shown


def test_the_page_of_a_failed_run_says_why_and_how_to_go_on(root: Path) -> None:
    """The reason first, the worker's last words without their escapes, the next command."""
    run = failed(root)
    shown = page(run)
    assert "state        failed: diverged: the loss is not finite after 640 images.\n" in shown
    assert "results  no evaluation yet\n" in shown
    assert "last lines of its log\nfirst\nlast  [31mwords\n" in shown
    assert shown.endswith(f"Go on with: vitdash resume {run.id}\n")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_a_run_breaks_between_words_only(root: Path, width: int) -> None:
    """On a narrow terminal a long value goes on below itself: a number folded in two would be two numbers."""
    run = record(root, CNN, finished(CNN))
    narrow = page(run, width)
    assert words_with_digits(narrow) == words_with_digits(page(run))
    too_long = [line for line in narrow.splitlines() if len(line) > width]
    assert all(str(run.path) in line or run.id in line for line in too_long)


def test_the_page_says_where_figures_were_read_if_the_run_went_on(root: Path) -> None:
    """Stopped at 75,040 images, evaluated at 60,000: both are said."""
    evaluated = Evaluated(images_seen=60_000, epoch=1.0, loss=0.02, accuracy=0.9)
    events = [started(CNN), progress(60_000), evaluated, progress(75_000), Stopped(images_seen=75_040)]
    shown = page(record(root, CNN, events, claim="stopped"))
    assert "images       75,040 of 2,000,000\n" in shown
    assert "evaluated at     60,000 images\nvalidation loss  0.02000\n" in shown


def test_one_thread_is_no_threads(root: Path) -> None:
    """Small numbers read as people say them."""
    run = record(root, CNN, finished(CNN))
    run.write_claim(dataclasses.replace(run.read_claim(), threads=1))
    assert "cpu, 1 thread, " in page(run)
