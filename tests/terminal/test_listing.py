"""Lists tell what there is, at any width."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from tests.recorded import finished, progress, record, started
from vitdash import presets, text
from vitdash.run import labels, summary
from vitdash.run.events import Event, RunFailed, Stopped
from vitdash.run.fields import FIGURES as FIELDS
from vitdash.run.fields import Facts, Fields
from vitdash.run.store import Run
from vitdash.terminal import listing

CNN = presets.load("cnn")
WIDTHS = [40, 60, 80, 120]


def console(width: int) -> Console:
    return Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)


def text_of(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


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
