"""A run as a card and as a line: true in every state, and whole at every width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.recorded import progress
from tests.ui.standings import computing, ended, failed, half_way, lost, queued
from vitdash.run.control import Word
from vitdash.run.events import Phase
from vitdash.run.fleet import Fleet
from vitdash.ui import run_drawing, run_facts
from vitdash.ui.ink import Line, elided, fitted
from vitdash.ui.run_facts import RunFacts
from vitdash.ui.signs import Sign

SIGN = Sign("●", "#ffffff")
NUMBER = re.compile(r"\d[\d.,]*(?:/s|%)?")


def facts_of(root: Path, asked: Word | None = None, turn: int | None = None) -> RunFacts:
    fleet = Fleet(root, read_only=True)
    fleet.look()
    fleet.poll()
    (known,) = fleet.runs.values()
    return run_facts.gather(known, SIGN, asked=asked, turn=turn)


def text(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)


def test_a_card_of_a_running_run_says_how_far_how_well_and_how_fast(root: Path) -> None:
    """Figures that were recorded, and a curve of each."""
    with computing(root):
        drawn = text(run_drawing.card(facts_of(root), 60))
    assert "▶ running" in drawn
    assert "50%" in drawn
    assert "500/s" in drawn
    assert re.search(r"loss 0\.02250 [▁-█]+", drawn)
    assert re.search(r"argmax 0\.8800 [▁-█]", drawn)


def test_what_was_asked_is_shown_until_it_has_happened(root: Path) -> None:
    """A key that was pressed must be seen to have done something."""
    with computing(root):
        assert "pausing…" in text(run_drawing.card(facts_of(root, Word.PAUSE), 40))


def test_a_phase_is_shown_as_what_it_is(root: Path) -> None:
    """Nothing looks stalled that downloads."""
    with computing(root, events=[Phase(name="download", done=12_000_000, total=30_000_000)]):
        assert "downloading 12.0 MB of 30.0 MB" in text(run_drawing.card(facts_of(root), 44))
        assert "downloading" in run_drawing.line(facts_of(root), 78, 8).text


def test_what_is_done_while_it_trains_hides_no_figure(root: Path) -> None:
    """A probe that is fitted beside training is mentioned after the loss, which goes on."""
    with computing(root, events=[*half_way(), Phase(name="probe_beside", done=0, total=1), progress(1_000_640)]):
        drawn = text(run_drawing.card(facts_of(root), 60))
        assert re.search(r"loss 0\.03000 .* probing …", drawn)
        assert "loss 0.03000" in run_drawing.line(facts_of(root), 78, 8).text


def test_a_failed_run_says_why(root: Path) -> None:
    """The morning after, the reason stands where the run does."""
    failed(root)
    assert "diverged: the loss is not finite." in text(run_drawing.card(facts_of(root), 50))
    assert "diverged" in run_drawing.line(facts_of(root), 78, 10).text


def test_a_lost_run_is_not_said_to_run(root: Path) -> None:
    """No lock, no worker; what it had computed is still told."""
    lost(root)
    drawn = text(run_drawing.card(facts_of(root), 60))
    assert "lost" in drawn
    assert "running" not in drawn
    assert "0.8800" in drawn


def test_a_queued_run_says_when_it_is_its_turn(root: Path) -> None:
    """How long still begins with how many before."""
    queued(root)
    assert "next in line" in text(run_drawing.card(facts_of(root, turn=1), 44))
    assert "2nd in line" in text(run_drawing.card(facts_of(root, turn=2), 44))


def test_what_was_not_computed_is_absent_never_zero(root: Path) -> None:
    """Before the first record there is no loss, no accuracy and no rate."""
    with computing(root, events=[]):
        drawn = text(run_drawing.card(facts_of(root), 60))
    assert not re.search(r"loss|argmax|/s", drawn)


@pytest.mark.parametrize("kind", ["running", "finished", "failed", "queued"])
def test_no_line_is_wider_than_its_room_and_no_number_is_cut(root: Path, kind: str) -> None:
    """Whole figures or none: half a number misleads."""
    if kind == "running":
        with computing(root):
            facts = facts_of(root)
    else:
        {"finished": ended, "failed": failed, "queued": queued}[kind](root)
        facts = facts_of(root, turn=1 if kind == "queued" else None)
    widest = [*run_drawing.card(facts, 200), run_drawing.line(facts, 200, len(facts.name))]
    whole = set(NUMBER.findall(f"{facts.name} {text(widest)}"))
    for width in (20, 30, 38, 56, 78, 100, 150):
        for line in [*run_drawing.card(facts, width), run_drawing.line(facts, width, len(facts.name))]:
            assert line.width <= width, line.text
            assert set(NUMBER.findall(line.text)) <= whole | set(NUMBER.findall(facts.name)) or "…" in line.text, (
                line.text
            )


def test_names_are_shortened_where_they_say_least() -> None:
    """What tells variants apart stands at their end."""
    assert elided("vit-l8-h16-cs784", 10) == "vit-…cs784"
    assert fitted("waits for a slot", 10) == "waits for…"
    assert elided("cnn", 10) == "cnn"
