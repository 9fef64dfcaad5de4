"""What people do with trainings, through the installed command: watch, interrupt, close the terminal, script."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.commands import COMMAND, environment, vitdash, vitdash_on_terminal
from vitdash.run import state, store
from vitdash.run.events import Event
from vitdash.run.log import EventReader
from vitdash.run.state import State
from vitdash.run.store import Run

DEADLINE_SECONDS = 90.0
SMALL = ("--preset", "cnn", "--dataset", "digits", "--set", "width=4", "--set", "code_size=16", "--set", "threads=1")
SHORT = ("train", *SMALL, "--max-inputs", "1500")
LONG = ("train", *SMALL, "--max-inputs", "8000")


class Terminal:
    """The command on a terminal of its own, whose screen is read until something appears."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self._controller, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=cwd,
            env=environment() | {"TERM": "xterm-256color"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        self.text = ""

    def wait_for(self, words: str) -> None:
        """Read until `words` have appeared."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while words not in self.text:
            assert time.monotonic() < deadline, f"{words!r} never came; the terminal has {self.text[-2000:]!r}"
            if select.select([self._controller], [], [], 1.0)[0]:
                self.text += os.read(self._controller, 65_536).decode(errors="replace")

    def ends_with(self) -> int:
        """Read the rest and return the exit code."""
        while True:
            try:
                chunk = os.read(self._controller, 65_536)
            except OSError:
                break
            if not chunk:
                break
            self.text += chunk.decode(errors="replace")
        return self.process.wait(DEADLINE_SECONDS)

    def close(self) -> None:
        """Close the window, as a lost connection does: whoever has it as its terminal gets SIGHUP."""
        os.close(self._controller)


def only_run(folder: Path) -> Run:
    (run,) = store.all_runs(folder / "runs")
    return run


def assert_whole(run: Run) -> None:
    """Assert that a run finished with one unbroken series of events."""
    assert state.derive(run) is State.FINISHED
    seqs = [item.seq for item in EventReader(run.events).from_file() if isinstance(item, Event)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_training_on_a_terminal_ends_with_the_table(tmp_path: Path) -> None:
    """The first two minutes: progress with pace and time left, then the figures, columns dropped whole at 80."""
    code, text = vitdash_on_terminal(*SHORT, cwd=tmp_path, columns=80)
    assert code == 0
    for word in (
        "digits",
        "parameters",
        "1,500",
        "loss",
        "accuracy",
        "argmax",
        "/s",
        "finished in",
        "CNN (light green)",
    ):
        assert word in text
    assert_whole(only_run(tmp_path))


def test_a_training_without_a_terminal_is_lines_and_a_markdown_table(tmp_path: Path) -> None:
    """No colour, no bars, one line an evaluation; the table as it would be exported, and the export the same."""
    done = vitdash(*SHORT, "--export", "results.md", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert sum("validation loss" in line and "epoch" in line for line in lines) == 2
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 3
    assert (tmp_path / "results.md").read_text().splitlines() == table


def test_quiet_prints_the_table_only_and_json_the_events_themselves(tmp_path: Path) -> None:
    """What scripts get: no word more than the result, or each line of the log as it was recorded."""
    quiet = vitdash(*SHORT, "--quiet", cwd=tmp_path)
    assert [line[0] for line in quiet.stdout.splitlines()] == ["|", "|", "|"]
    told = vitdash(*SHORT, "--json", "--runs-dir", "other", cwd=tmp_path)
    (run,) = store.all_runs(tmp_path / "other")
    assert [json.loads(line) for line in told.stdout.splitlines()] == [
        json.loads(line) for line in run.events.read_text().splitlines()
    ]


def test_ctrl_c_stops_with_a_checkpoint_says_how_to_go_on_and_that_works(tmp_path: Path) -> None:
    """Once is enough; the exit code tells a script that the end was not reached."""
    terminal = Terminal(*LONG, cwd=tmp_path)
    terminal.wait_for("argmax")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ends_with() == 130
    run = only_run(tmp_path)
    assert state.derive(run) is State.STOPPED
    assert f"vitdash resume {run.id}" in terminal.text.replace("\r\n", "")
    assert "Traceback" not in terminal.text
    done = vitdash("resume", run.id, "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert_whole(run)


def test_ctrl_c_during_start_up_leaves_nothing_running(tmp_path: Path) -> None:
    """Before there is anything to see, an interruption reaches the worker all the same."""
    terminal = Terminal(*LONG, cwd=tmp_path)
    terminal.wait_for("starting")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ends_with() == 130
    assert state.derive(only_run(tmp_path)) is State.STOPPED


@pytest.mark.parametrize("how", ["kill", "close"])
def test_whoever_watches_may_die_the_training_goes_on(tmp_path: Path, how: str) -> None:
    """The terminal closed, the command killed: training finishes, and `tail -f` shows every event once."""
    terminal = Terminal(*LONG, cwd=tmp_path)
    terminal.wait_for("argmax")
    if how == "kill":
        terminal.process.kill()
    terminal.close()
    terminal.process.wait(DEADLINE_SECONDS)
    run = only_run(tmp_path)
    assert state.derive(run) is State.RUNNING
    told = vitdash("tail", "-f", run.id, "--json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    seqs = [json.loads(line)["seq"] for line in told.stdout.splitlines()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert_whole(run)


def test_a_pipe_that_closes_leaves_the_training_running(tmp_path: Path) -> None:
    """`| head -1` gets its line; the run goes on, and stderr says where it is."""
    with subprocess.Popen(
        [*COMMAND, *LONG], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "started" in process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(DEADLINE_SECONDS) == 141
    run = only_run(tmp_path)
    assert said == f"vitdash: {run.id} goes on in the background. Watch it: vitdash tail -f {run.id}\n"
    assert vitdash("tail", "-f", run.id, cwd=tmp_path).returncode == 0
    assert_whole(run)


def test_a_detached_training_is_paused_resumed_and_stopped_from_anywhere(tmp_path: Path) -> None:
    """Each command says what came of it; the run is listed and shown all the while."""
    begun = vitdash(*LONG, "--detach", "--name", "mine", cwd=tmp_path)
    assert begun.returncode == 0
    run = only_run(tmp_path)
    assert begun.stdout.startswith(f"{run.id} runs in the background.")
    with subprocess.Popen(
        [*COMMAND, "tail", "-f", "mine"], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    ) as tail:
        assert tail.stdout is not None
        while "learning rate" not in tail.stdout.readline():
            assert tail.poll() is None
        assert vitdash("pause", "mine", cwd=tmp_path).stdout == f"{run.id}: paused\n"
        assert "paused" in vitdash("runs", cwd=tmp_path).stdout
        assert vitdash("resume", "mine", cwd=tmp_path).stdout == f"{run.id}: running\n"
        assert vitdash("stop", "mine", cwd=tmp_path).stdout == f"{run.id}: stopped\n"
        assert "stopped" in tail.stdout.read()
    shown = vitdash("show", "mine", cwd=tmp_path).stdout
    assert "stopped" in shown
    assert f"vitdash resume {run.id}" in shown


def test_a_failed_training_says_why_and_exits_with_one(tmp_path: Path) -> None:
    """One sentence with the reason and what to do; `show` has it too."""
    wild = ("--set", "optimizer=sgd", "--set", "learning_rate=100", "--set", "momentum=0.99")
    done = vitdash(*LONG, *wild, cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "diverged" in line
    assert "Traceback" not in done.stderr + done.stdout
    assert "diverged" in vitdash("show", only_run(tmp_path).id, cwd=tmp_path).stdout
