"""A training is shown as its output can show it: redrawn, in lines, as JSON, or not at all."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterable

import pytest
from rich.console import Console

from tests.recorded import finished, started
from vitdash import presets
from vitdash.run.events import News, Phase, RunFailed, Tick
from vitdash.run.history import RunHistory
from vitdash.terminal import console as consoles
from vitdash.terminal import views
from vitdash.terminal.views import JsonView, LineView, LiveView, QuietView, View

CNN = presets.load("cnn")
TICK = Tick(images_seen=1_000_064, loss=0.04, accuracy=0.7, images_per_second=812.4)


def terminal(output: io.StringIO, width: int = 80) -> Console:
    return Console(file=output, force_terminal=True, color_system=None, width=width, height=24, legacy_windows=False)


def show(view: View, news: Iterable[News]) -> None:
    """Show `news` as a watcher does: folded first, ticks not at all."""
    history = RunHistory()
    for number, item in enumerate(news, 1):
        numbered = item if isinstance(item, Tick) else dataclasses.replace(item, seq=number, time=1000.0 + number)
        if not isinstance(numbered, Tick):
            history.apply(numbered)
        view.show(numbered, history)


def test_lines_tell_what_matters_and_nothing_a_hundred_times() -> None:
    """A log in CI: start, evaluations, probes, end – no line for each record or checkpoint."""
    output = io.StringIO()
    show(LineView(Console(file=output, width=200)), [*finished(CNN), TICK])
    told = [line[10:].strip() for line in output.getvalue().splitlines()]
    assert [line.split("  ")[-2:] if "  " in line else line for line in told] == [
        "started a-run on fashion-mnist: 2,002,698 parameters, 2,000,000 images, cpu, 2 threads",
        ["argmax 0.9086", "epoch 33.33"],
        ["svc held-out 0.9111", "in 3.0s"],
        ["2,000,000", "finished in 1h 07m"],
    ]


def test_everything_is_told_to_whoever_asks_for_it() -> None:
    """`vitdash tail` shows each event, ticks are none."""
    output = io.StringIO()
    events = finished(CNN)
    show(LineView(Console(file=output, width=200), everything=True), [*events, TICK])
    assert len(output.getvalue().splitlines()) == len(events)


def test_a_download_is_told_in_lines_too() -> None:
    """Minutes without a word look like a hang."""
    output = io.StringIO()
    show(LineView(Console(file=output, width=200)), [Phase(name="download", done=10**6, total=10**7)])
    assert "downloading 1.0 MB of 10.0 MB" in output.getvalue()


def test_json_is_the_events_themselves() -> None:
    """One object a line, ticks and our own notices left out, ready for jq."""
    output = io.StringIO()
    view = JsonView(Console(file=output))
    show(view, [*finished(CNN), TICK])
    view.notice("stopping…")
    events = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [event["seq"] for event in events] == list(range(1, 9))
    assert events[-1]["type"] == "RunFinished"


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Not a character, whatever happens."""
    view = QuietView()
    show(view, [*finished(CNN), TICK])
    view.notice("stopping…")
    view.close()
    assert capsys.readouterr() == ("", "")


def test_the_live_view_leaves_the_terminal_as_it_was() -> None:
    """The cursor is hidden while it draws and back when it ends, also after a failure."""
    output = io.StringIO()
    view = LiveView(terminal(output))
    show(view, [started(CNN, "cnn-1"), TICK, RunFailed(title="diverged", message="x", traceback="")])
    assert "cnn-1 · fashion-mnist" in output.getvalue()
    view.close()
    assert output.getvalue().count("\x1b[?25l") == output.getvalue().count("\x1b[?25h") == 1


def test_a_notice_is_drawn_at_once() -> None:
    """Ctrl-C is answered before the next batch is done."""
    output = io.StringIO()
    view = LiveView(terminal(output))
    show(view, [started(CNN, "cnn-1")])
    view.notice("stopping: saving a checkpoint…")
    assert "stopping: saving a checkpoint…" in output.getvalue()
    view.close()


def test_the_view_is_chosen_by_what_the_output_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is redrawn; a dumb or tiny one and a pipe get lines; options come first."""
    monkeypatch.setenv("TERM", "xterm-256color")
    live = views.choose(terminal(io.StringIO()))
    live.close()
    assert isinstance(live, LiveView)
    assert isinstance(views.choose(terminal(io.StringIO(), width=consoles.NARROWEST_LIVE - 1)), LineView)
    assert isinstance(views.choose(Console(file=io.StringIO())), LineView)
    assert isinstance(views.choose(terminal(io.StringIO()), quiet=True), QuietView)
    assert isinstance(views.choose(terminal(io.StringIO()), quiet=True, as_json=True), JsonView)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(views.choose(terminal(io.StringIO())), LineView)
