"""The live view fits its terminal: whole facts, whole numbers, readable without colour and without Unicode."""

from __future__ import annotations

import dataclasses

import pytest
from rich.text import Text

from tests.recorded import progress, started
from vitdash import presets
from vitdash.run.events import Evaluated, Event, Paused, Phase, Probed, ProbeFailed, RunStarted, Tick
from vitdash.run.history import RunHistory
from vitdash.terminal import live
from vitdash.terminal.live import Canvas

CONFIG = presets.load("vit-l8-h8-mlp1024")
RUN_ID = "vit-l8-h8-mlp1024-20261123-070616-mbex"
WIDTHS = [*range(20, 50), 60, 80, 120]


def history(*events: Event) -> RunHistory:
    """Return the fold of `events`, numbered and a second apart where they state no time of their own."""
    folded = RunHistory()
    for number, event in enumerate(events, 1):
        folded.apply(dataclasses.replace(event, seq=number, time=event.time or 1000.0 + number))
    return folded


def busy() -> RunHistory:
    """Return a run in which everything that the view knows has happened."""
    records = [progress(64_000 * step, loss=0.1 / step, accuracy=0.5 + step / 40, pace=812.4) for step in range(1, 14)]
    evaluated = [
        Evaluated(images_seen=60_000 * epoch, epoch=float(epoch), loss=0.02 / epoch, accuracy=0.8 + epoch / 200)
        for epoch in range(1, 14)
    ]
    probed = Probed(images_seen=780_000, probe="svc", values={"svc": 0.91812, "svc_held_out": 0.91234}, seconds=3.1)
    return history(started(CONFIG, RUN_ID), *records, *evaluated, probed, Phase(name="probe", done=0, total=1))


TICK = Tick(images_seen=833_280, loss=0.0123456, accuracy=0.8765, images_per_second=805.3)
DOWNLOAD = history(Phase(name="download", done=24_123_456, total=30_876_543))
SCENES = {
    "nothing yet": (RunHistory(), None, ""),
    "loading": (history(Phase(name="load", done=0, total=0)), None, ""),
    "downloading": (DOWNLOAD, None, ""),
    "started": (history(started(CONFIG, RUN_ID)), None, ""),
    "first batch": (history(started(CONFIG, RUN_ID)), TICK, ""),
    "busy": (busy(), TICK, ""),
    "between batches": (busy(), None, ""),
    "stopping": (busy(), TICK, "stopping: saving a checkpoint… (Ctrl-C again leaves it to do that alone)"),
    "paused": (history(started(CONFIG, RUN_ID), progress(640), Paused(images_seen=640)), None, ""),
}


def numbers(text: str) -> set[str]:
    """Return the words that have a digit in them."""
    return {word.strip("().,") for word in text.split() if any(character.isdigit() for character in word)}


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("scene", SCENES)
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(scene: str, unicode: bool) -> None:
    """What does not fit is left out whole: half a number would be another number."""
    past, tick, notice = SCENES[scene]
    whole = numbers(live.draw(past, tick, notice, Canvas(400, unicode)).plain)
    for width in WIDTHS:
        drawn = live.draw(past, tick, notice, Canvas(width, unicode)).plain
        assert max(Text(line).cell_len for line in drawn.split("\n")) <= width, drawn
        assert numbers(drawn) <= whole | {CONFIG.description.preset}, drawn


@pytest.mark.parametrize("scene", SCENES)
def test_a_terminal_without_unicode_gets_ascii_only(scene: str) -> None:
    """An old locale shows no question marks in place of bars, dots and ellipses."""
    past, tick, notice = SCENES[scene]
    for width in WIDTHS:
        assert live.draw(past, tick, notice, Canvas(width, unicode=False)).plain.isascii()


@pytest.mark.parametrize("unicode", [True, False])
def test_the_bar_can_be_read_without_colour(unicode: bool) -> None:
    """Done and to come are different characters, in the share that the percentage says."""
    past = history(started(CONFIG, RUN_ID), progress(500_000))
    line = live.draw(past, None, "", Canvas(120, unicode)).plain.split("\n")[1]
    bar, percentage = line.split()[:2]
    assert len(set(bar)) == 2
    assert bar.count(bar[0]) * 4 == len(bar)
    assert percentage == "25%"


def test_a_wide_terminal_shows_everything() -> None:
    """Run, data, size, device; done, planned, pace, time left; loss, accuracy, validation, probes, what is going on."""
    drawn = live.draw(busy(), TICK, "", Canvas(120)).plain
    for fact in (
        f"{RUN_ID} · fashion-mnist · 6,395,274 parameters · cpu ×2",
        "41%  833,280 / 2,000,000  805/s",
        "loss      0.01235",
        "accuracy  0.8765",
        "val. loss 0.00154",
        "argmax    0.8650",
        "svc 0.9181  svc held-out 0.9123",
        "probing the embedding…",
    ):
        assert fact in drawn


def test_what_is_done_while_it_trains_is_said_while_figures_move() -> None:
    """From its beginning to its figures, between whatever phases."""
    beside = Phase(name="probe_beside", done=0, total=1)
    evaluating = Phase(name="evaluate", done=0, total=10)
    going = [started(CONFIG, RUN_ID), progress(640), beside, progress(1280), evaluating]
    probed = Probed(images_seen=640, probe="svc", values={"svc": 0.9}, seconds=3.0)
    last_lines = [
        live.draw(history(*events), None, "", Canvas(80)).plain.splitlines()[-1]
        for events in (going[:4], going, [*going, progress(1920)], [*going, progress(1920), probed])
    ]
    assert last_lines[:3] == ["probing the embedding meanwhile…", "evaluating…", "probing the embedding meanwhile…"]
    assert "svc 0.9000" in last_lines[3]


def test_one_hundred_percent_is_said_only_at_the_end() -> None:
    """99.9% is not done: the last evaluation may take minutes."""
    past = history(started(CONFIG, RUN_ID), progress(1_999_999))
    assert "99%" in live.draw(past, None, "", Canvas(80)).plain
    past = history(started(CONFIG, RUN_ID), progress(2_000_000))
    drawn = live.draw(past, None, "", Canvas(80)).plain
    assert "100%" in drawn
    assert "left" not in drawn


def test_a_notice_stands_before_what_the_run_says() -> None:
    """After Ctrl-C the answer is what counts."""
    assert live.draw(busy(), None, "stopping…", Canvas(80)).plain.endswith("\nstopping…")
    assert live.draw(history(started(CONFIG), Paused(images_seen=0)), None, "", Canvas(80)).plain.endswith("\npaused")


@pytest.mark.parametrize("config", [{}, {"data": 3}, {"data": {"dataset": "a\x1b[31mb\nc"}}])
def test_a_log_from_anywhere_can_be_drawn(config: dict[str, object]) -> None:
    """Fields that another program wrote oddly are shown as plain text, not trusted and not stumbled over."""
    odd: RunStarted = dataclasses.replace(
        started(CONFIG, "\x1b[2Jrun"), config=config, device="\x1b[31mcpu", planned_images=0
    )
    drawn = live.draw(history(odd, progress(640)), TICK, "", Canvas(80)).plain
    assert "\x1b" not in drawn
    assert drawn.startswith("[2Jrun · ")


def test_the_figures_of_all_probes_of_a_position_are_shown_and_which_of_them_failed() -> None:
    """Several probes look one after the other; the last is not the only one."""
    told = history(
        started(CONFIG, RUN_ID),
        Probed(images_seen=640, probe="old", values={"old": 0.1}, seconds=0.1),
        Probed(images_seen=1280, probe="svc", values={"svc": 0.9}, seconds=0.1),
        Probed(images_seen=1280, probe="mine", values={"spread": 12345.0}, seconds=0.1),
        Probed(images_seen=1280, probe="silent", values={}, seconds=0.1),
        ProbeFailed(images_seen=1280, probe="knn", message="KeyError"),
    )
    drawn = live.draw(told, None, "", Canvas(80)).plain
    assert drawn.splitlines()[-1] == "svc 0.9000  spread 1.234e+04  knn failed"
