"""The installed command in real pseudo-terminals, good ones and poor ones: what it shows, and what it leaves behind."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands import COMMAND
from tests.recorded import finished, progress, record, started
from tests.run.bare_runs import rewrite
from tests.run.waiting import until
from tests.ui.terminal import Terminal, surroundings
from vitdash import presets
from vitdash.run import lock, state
from vitdash.run.state import State
from vitdash.run.store import Run

CNN = presets.load("cnn")
CHECKOUT = Path(__file__).parents[2]
POOR: dict[str, dict[str, str | None]] = {
    "no colour": {"NO_COLOR": "1"},
    "16 colours": {"TERM": "xterm", "COLORTERM": None},
    "ascii": {"LC_ALL": "C"},
    "ascii, 16 colours, none wanted": {"LC_ALL": "C", "TERM": "vt100", "COLORTERM": None, "NO_COLOR": "1"},
    "latin": {"LC_ALL": "de_DE.ISO-8859-1"},
    "light": {"COLORFGBG": "0;15"},
}


@contextmanager
def dashboard(
    root: Path, *arguments: str, columns: int = 120, rows: int = 40, environment: Mapping[str, str | None] | None = None
) -> Iterator[Terminal]:
    """Open the installed command on the runs of a folder."""
    given = {"VITDASH_RUNS": str(root), **(environment or {})}
    terminal = Terminal([*COMMAND, *arguments], cwd=root.parent, columns=columns, rows=rows, environment=given)
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.fixture
def runs(root: Path) -> Path:
    """Return a folder with two finished runs."""
    record(root, CNN, finished(CNN), name="first")
    record(root, CNN, finished(CNN), name="second")
    return root


def assert_left(terminal: Terminal) -> None:
    """Check that the terminal is as it was: main screen, no mouse reports, a cursor."""
    modes = terminal.modes
    assert not any(modes[number] for number in (1049, 1000, 1003, 1006, 2004))
    assert modes[25]
    assert "Traceback" not in terminal.text


@pytest.mark.parametrize("name", POOR)
def test_a_poor_terminal_gets_the_whole_dashboard(runs: Path, name: str) -> None:
    """All runs and their figures; in ASCII where that is all there is, in sixteen colours where there are no more."""
    environment = POOR[name]
    with dashboard(runs, environment=environment) as terminal:
        terminal.until(lambda: "second" in terminal.text and "0.9086" in terminal.text and "first" in terminal.text)
        terminal.press("q")
        assert terminal.wait() == 0
        assert_left(terminal)
        if "LC_ALL" in environment:
            assert max(terminal.received) <= 126
        if environment.get("TERM"):
            assert b"38;2;" not in terminal.received
            assert b"38;5;" not in terminal.received


@pytest.mark.parametrize(("columns", "rows"), [(60, 15), (80, 24), (200, 60)])
def test_any_size_shows_the_runs(runs: Path, columns: int, rows: int) -> None:
    """From the smallest terminal on."""
    with dashboard(runs, columns=columns, rows=rows) as terminal:
        terminal.until(lambda: "second" in terminal.text and "first" in terminal.text)
        terminal.press("q")
        assert terminal.wait() == 0


def test_another_size_is_taken_at_once(runs: Path) -> None:
    """As when a multiplexer is attached from another window."""
    with dashboard(runs) as terminal:
        terminal.until("second")
        for columns, rows in ((80, 24), (60, 15), (200, 60)):
            terminal.resize(columns, rows)
            terminal.until(lambda: "second" in terminal.text and "first" in terminal.text)
        terminal.press("q")
        assert terminal.wait() == 0


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_terminal_that_cannot_be_redrawn_is_told_what_there_is(runs: Path, term: str) -> None:
    """One line and the code of a refusal, nothing drawn."""
    with dashboard(runs, environment={"TERM": term}) as terminal:
        assert terminal.wait() == 2
        said = bytes(terminal.received).decode()
        assert said.startswith("vitdash: dashboard: needs a terminal that can be redrawn, and TERM is ")
        assert "vitdash train" in said
        assert "\x1b" not in said


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
@pytest.mark.parametrize("command", [(), ("watch", "first"), ("replay", "first")])
def test_where_one_stream_is_no_terminal_it_is_named(runs: Path, name: str, command: tuple[str, ...]) -> None:
    """`vitdash 2>file` too: the full screen is drawn there."""
    controller, terminal = pty.openpty()
    with (runs.parent / "file").open("w+b") as file:
        streams = [file.fileno() if stream == name else terminal for stream in ("stdin", "stdout", "stderr")]
        done = subprocess.Popen(
            [*COMMAND, *command],
            env=surroundings({"VITDASH_RUNS": str(runs)}),
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            start_new_session=True,
        )
        assert done.wait(60) == 2
        written = Path(file.name).read_text() if name == "stderr" else os.read(controller, 4096).decode()
    os.close(controller)
    os.close(terminal)
    assert written.startswith(f"vitdash: dashboard: needs a terminal, and {name} is no terminal. Without it: vitdash ")


def test_a_broken_config_file_is_named_in_one_line(runs: Path, tmp_path: Path) -> None:
    """Before anything is drawn."""
    (tmp_path / "config.toml").write_text("[screen]\ntheme = 'neon'\n")
    with dashboard(runs, environment={"VITDASH_CONFIG": str(tmp_path / "config.toml")}) as terminal:
        assert terminal.wait() == 2
        assert "[screen] theme" in terminal.text
        assert "1049" not in str(bytes(terminal.received))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_usable(runs: Path, number: signal.Signals) -> None:
    """Mouse mode and the other screen would stay on otherwise."""
    with dashboard(runs) as terminal:
        terminal.until("second")
        terminal.tell(number)
        assert terminal.wait() == 128 + number
        assert_left(terminal)


def test_quit_typed_before_there_is_anything_to_see_is_heard(runs: Path) -> None:
    """It waits in the terminal, and is read before the first picture is drawn."""
    with dashboard(runs) as terminal:
        terminal.press("q")
        assert terminal.wait() == 0
        assert_left(terminal)


def test_old_mouse_reports_end_nothing(runs: Path) -> None:
    """A multiplexer that is attached again sends them; beyond column 95 they are no UTF-8."""
    with dashboard(runs) as terminal:
        terminal.until("second")
        terminal.press(b"\x1b[M \xff!", b"\x1b[M#\xfe\xfd")
        terminal.resize(100, 30)
        terminal.until(lambda: "second" in terminal.text)
        terminal.press("q")
        assert terminal.wait() == 0
        assert_left(terminal)


@pytest.fixture
def training(root: Path) -> Iterator[Run]:
    """Return a run that is being trained: its lock is held, somewhere else than in the dashboard."""
    run = record(root, CNN, [started(CNN), progress(640), progress(1280)], name="busy", claim="running")
    rewrite(run, claim="running")
    held = lock.acquire(run.lock)
    assert held is not None
    rewrite(run, claim="running")
    yield run
    held.release()


@pytest.mark.parametrize("way", ["kill -9", "closed"])
def test_whatever_happens_to_the_screen_training_goes_on(root: Path, training: Run, way: str) -> None:
    """Killed, or its window closed: the run neither ends nor is asked to."""
    with dashboard(root) as terminal:
        terminal.until("busy")
        before = training.control.exists()
        if way == "closed":
            terminal.hang_up()
            assert terminal.process.wait(60) == 128 + signal.SIGHUP
        else:
            terminal.tell(signal.SIGKILL)
            terminal.process.wait(60)
    assert state.derive(training) is State.RUNNING
    assert training.control.exists() is before


def test_the_title_says_how_far_it_is_and_is_given_back(root: Path, training: Run) -> None:
    """What a taskbar shows; afterwards it is what it was."""
    with dashboard(root) as terminal:
        terminal.until(lambda: terminal.title.endswith("% busy – vitdash"))
        terminal.press("q")
        terminal.until("Leave vitdash?")
        terminal.press("l")
        assert terminal.wait() == 0
        assert_left(terminal)
        assert b"\x1b[22;2t" in terminal.received
        assert b"\x1b[23;2t" in terminal.received


def test_a_worker_that_is_killed_is_shown_as_lost_within_two_seconds(root: Path) -> None:
    """It says nothing any more; only its lock does."""
    run = record(root, CNN, [started(CNN), progress(640)], name="busy", claim="running")
    rewrite(run, claim="running")
    hold = "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); input()"
    holder = subprocess.Popen([sys.executable, "-c", hold, run.lock], stdin=subprocess.PIPE)
    until(lambda: lock.is_held(run.lock), "the lock is held")
    with dashboard(root) as terminal:
        terminal.until("running")
        holder.kill()
        holder.wait()
        terminal.until("lost", seconds=5.0)
    if holder.stdin is not None:
        holder.stdin.close()


def test_watching_shows_only_what_is_named_and_changes_nothing(runs: Path, training: Run) -> None:
    """Stopping, pausing, starting: none of it from there; leaving asks nothing."""
    with dashboard(runs, "watch", "busy", "first") as terminal:
        terminal.until(lambda: "busy" in terminal.text and "first" in terminal.text)
        assert "only watching" in terminal.text
        assert "second" not in terminal.text
        terminal.press("X", " ", "n")
        terminal.press("q")
        assert terminal.wait() == 0
    assert state.derive(training) is State.RUNNING
    assert not training.control.exists()


def test_a_replay_stands_still_when_it_is_told_to(runs: Path) -> None:
    """One key, as for a run that trains; nothing is asked of the run itself."""
    with dashboard(runs, "replay", "first", "--speed", "0.1") as terminal:
        terminal.until("replay")
        terminal.press(" ")
        terminal.until("The replay stands still.")
        terminal.press(" ")
        terminal.until("The replay goes on.")
        terminal.press("q")
        assert terminal.wait() == 0


def test_a_recorded_run_is_played_in_the_real_dashboard(runs: Path) -> None:
    """From the first event to the last; nothing is written beside it."""
    before = sorted(runs.rglob("*"))
    with dashboard(runs, "replay", "first", "--speed", "1000") as terminal:
        terminal.until(lambda: "finished" in terminal.text and "0.9086" in terminal.text)
        assert "second" not in terminal.text
        terminal.press("q")
        assert terminal.wait() == 0
    assert sorted(runs.rglob("*")) == before
