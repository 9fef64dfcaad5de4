"""The installed command in a real terminal trains a real network, by keys alone, and shows how well it does."""

from __future__ import annotations

from pathlib import Path

from tests.commands import COMMAND
from tests.ui.terminal import opened
from vitdash.run import state, store, summary
from vitdash.run.state import State

F5, RIGHT = "\x1b[15~", "\x1b[C"
TRAINING_SECONDS = 300.0


def test_a_stranger_trains_on_digits_and_sees_the_result(root: Path) -> None:
    """From an empty folder: the form, a knob wrong at first, the launch, the end, inside, the table, and out."""
    with opened(COMMAND, cwd=root.parent, columns=120, rows=40, environment={"VITDASH_RUNS": str(root)}) as terminal:
        terminal.until("No runs yet")
        terminal.press("n")
        terminal.until("Nothing yet")

        terminal.press("/", "max")
        terminal.until("max inputs  2000000")
        terminal.press("\r", "0")
        terminal.until("1 not allowed")
        terminal.press("\x7f", "2000")
        terminal.until("max inputs 2,000")

        terminal.press("/", "width")
        terminal.until("width  32")
        terminal.press("\r", "4")
        terminal.until("width 4")

        terminal.press("/", "dataset")
        terminal.until(lambda: "◂ fashion-mnist" in terminal.text)
        terminal.press("\r", RIGHT, RIGHT)
        terminal.until("--set dataset=digits")
        assert "vitdash train --preset cnn" in terminal.text

        terminal.press(F5)
        terminal.until(lambda: "runs · 1" in terminal.text)
        terminal.until("✔ finished", TRAINING_SECONDS)
        terminal.until(lambda: "argmax 0." in terminal.text)
        (run,) = store.all_runs(root)
        accuracy = summary.summarise(run).figures.results["accuracy"]
        assert f"{accuracy:.4f}" in terminal.text
        assert state.derive(run) is State.FINISHED
        config = store.read_config(run)
        assert (config.train.max_inputs, config.data.dataset) == (2000, "digits")

        terminal.press("i")
        terminal.until("worst mistakes: true")
        terminal.press("q")
        terminal.until("presets")
        terminal.press("e")
        terminal.until("export the table to")
        terminal.press("\x15", f"{root.parent}/table.md", "\r")
        terminal.until("Written")
        assert f"{accuracy:.4f}" in (root.parent / "table.md").read_text()

        terminal.press("q")
        assert terminal.wait() == 0

    with opened(COMMAND, cwd=root.parent, environment={"VITDASH_RUNS": str(root)}) as terminal:
        terminal.until(lambda: "✔ finished" in terminal.text and f"{accuracy:.4f}" in terminal.text)
        terminal.press("q")
        assert terminal.wait() == 0
