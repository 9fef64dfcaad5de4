"""The installed command in a pseudo-terminal, from an empty folder to an exported table, with a real training."""

from __future__ import annotations

import re
from pathlib import Path

from tests.commands import COMMAND
from tests.ui.terminal import Terminal, opened
from vitdash.run import state, store
from vitdash.run.state import State

TRAINING_SECONDS = 300.0
"""Torch alone takes its time to load on a busy machine, and this run is evaluated, probed and saved."""


def find(terminal: Terminal, words: str, row: str) -> None:
    """Go to a knob of the form by typing what it is called; F7 works in texts too."""
    terminal.press("\x1b[18~")
    # In a text, a question mark is a question mark.
    terminal.until(lambda: "? Help" not in terminal.text)
    terminal.press("\x15", *words, "\r")
    terminal.until(row)


def test_a_form_a_training_and_a_table_without_leaving_the_terminal(root: Path, tmp_path: Path) -> None:
    """n, a wrong value, a right one, launch; watch it to its end; look inside; export; leave. All of it by keys."""
    table = tmp_path / "table.md"
    with opened(COMMAND, cwd=tmp_path, environment={"VITDASH_RUNS": str(root)}) as terminal:
        terminal.until("No runs yet")
        terminal.press("n")
        terminal.until("new run")
        find(terminal, "dataset", "▸   dataset")
        terminal.press(*"digits", "\r")
        terminal.until("1 changed")
        find(terminal, "max inputs", "▸   max inputs")
        terminal.press(*"40k")
        terminal.until("'40k' is not allowed")
        terminal.press("\x15", *"2000", "\r")
        terminal.until("2 changed")
        terminal.press("\x1b[15~")
        terminal.until("starting")
        terminal.until(lambda: "finished" in terminal.text, TRAINING_SECONDS)
        (run,) = store.all_runs(root)
        assert state.derive(run) is State.FINISHED
        terminal.until(lambda: bool(re.search(r"argmax 0\.\d{4}", terminal.text)))
        terminal.press("i")
        terminal.until("worst mistakes: true")
        terminal.press("q")
        terminal.until("presets")
        terminal.press("e")
        terminal.until("export the table to")
        terminal.press("\x15", *str(table), "\r")
        terminal.until("Written")
        terminal.press("q")
        assert terminal.wait() == 0
    (evaluated,) = re.findall(r"0\.\d{4} ", table.read_text())[:1]
    assert float(evaluated) > 0.1
