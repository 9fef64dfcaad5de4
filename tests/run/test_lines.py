"""Every event has a line of plain text that says what happened, with numbers as everywhere else."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harmless import is_harmless
from tests.recorded import progress, started
from vitdash import presets
from vitdash.run import lines
from vitdash.run.events import (
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    Probed,
    ProbeFailed,
    Resumed,
    RunFailed,
    RunFinished,
    RunStarted,
    Skipped,
    Stopped,
    TrainProgress,
    Warned,
)

CNN = presets.load("cnn")
SAID: dict[str, tuple[Event, str]] = {
    "started": (
        started(CNN, "cnn-1"),
        "started cnn-1 on fashion-mnist: 2,002,698 parameters, 2,000,000 images, cpu, 2 threads",
    ),
    "started on a GPU": (
        dataclasses.replace(started(CNN.replace({"execution": "captured"}), "cnn-1"), device="cuda"),
        "started cnn-1 on fashion-mnist: 2,002,698 parameters, 2,000,000 images, cuda, captured, tf32, 2 threads",
    ),
    "loading": (Phase(name="load", done=0, total=0), "loading"),
    "evaluating": (Phase(name="evaluate", done=0, total=10_000), "evaluating"),
    "probing beside": (Phase(name="probe_beside", done=0, total=1), "probing the embedding meanwhile"),
    "downloading": (Phase(name="download", done=5_100_000, total=30_900_000), "downloading 5.1 MB of 30.9 MB"),
    "downloading blindly": (Phase(name="download", done=5_100_000, total=0), "downloading 5.1 MB"),
    "a phase of tomorrow": (Phase(name="quantise\x1b[1m", done=0, total=0), "quantise [1m"),
    "progress": (
        progress(640, loss=0.0312345, accuracy=0.85, pace=812.4),
        "        640  loss 0.03123  accuracy 0.8500  learning rate 0.0003  812/s",
    ),
    "evaluated": (
        Evaluated(images_seen=2_000_000, epoch=100 / 3, loss=0.01962, accuracy=0.9086),
        "  2,000,000  validation loss 0.01962  argmax 0.9086  epoch 33.33",
    ),
    "probed": (
        Probed(images_seen=60_000, probe="svc", values={"svc": 0.9181, "svc_held_out": 0.9111, "k": 1.0}, seconds=3.14),
        "     60,000  svc 0.9181  svc held-out 0.9111  k 1.0000  in 3.1s",
    ),
    "a probe that failed": (
        ProbeFailed(images_seen=60_000, probe="knn", message="ValueError: no\nneighbours"),
        "     60,000  probe knn failed: ValueError: no neighbours",
    ),
    "a warning": (Warned(message="gone on from\nits predecessor"), "warning: gone on from its predecessor"),
    "small and large figures": (
        Probed(images_seen=640, probe="mine", values={"tiny": 0.000012345, "huge": 123456.0}, seconds=0.0),
        "        640  tiny 1.234e-05  huge 1.235e+05  in 0.0s",
    ),
    "diagnostics": (
        DiagnosticsSaved(images_seen=60_000, file="diagnostics/1.json"),
        "     60,000  saved diagnostics/1.json",
    ),
    "checkpoint": (CheckpointSaved(images_seen=20_032, file="checkpoint.pt"), "     20,032  saved checkpoint.pt"),
    "paused": (Paused(images_seen=640), "        640  paused"),
    "resumed": (Resumed(from_images=640, from_seq=9), "        640  resumed"),
    "stopped": (Stopped(images_seen=640), "        640  stopped"),
    "finished": (
        RunFinished(images_seen=2_000_000, seconds=4023.0, results={"accuracy": 0.9}),
        "  2,000,000  finished in 1h 07m",
    ),
    "failed": (
        RunFailed(title="diverged", message="the loss is not finite.\nLower it.", traceback="Traceback"),
        "failed: diverged: the loss is not finite. Lower it.",
    ),
    "skipped": (Skipped(reason="unknown type 'X'"), "a line of the log was skipped: unknown type 'X'"),
}


def names(parent: type[Event]) -> set[str]:
    return {name for child in parent.__subclasses__() for name in {child.__name__, *names(child)}}


@pytest.mark.parametrize("name", SAID)
def test_an_event_is_told_in_one_line(name: str) -> None:
    """People, pipes and screen readers read the same sentence, the position first."""
    event, line = SAID[name]
    assert lines.line(event) == line


def test_no_event_of_the_protocol_is_left_without_a_line() -> None:
    """Whoever adds an event learns here that it has to be told."""
    assert {type(event).__name__ for event, _ in SAID.values()} == names(Event)


def test_a_stamped_line_begins_with_the_time_of_day() -> None:
    """In the reader's own time zone, so that it compares with the clock on the wall."""
    stamped = lines.stamped(dataclasses.replace(Paused(images_seen=640), time=1_764_000_000.0))
    assert stamped[2] == stamped[5] == ":"
    assert stamped[8:] == "          640  paused"


@given(st.text(max_size=40))
def test_text_of_a_log_cannot_drive_the_terminal(text: str) -> None:
    """A run directory may come from anywhere; its words are shown as words."""
    config = {"data": {"dataset": text}}
    events: list[Event] = [
        RunFailed(title=text, message=text, traceback=text),
        Skipped(reason=text),
        CheckpointSaved(images_seen=1, file=text),
        Phase(name=text, done=0, total=0),
        Probed(images_seen=1, probe=text, values={text: 0.5}, seconds=0.0),
        ProbeFailed(images_seen=1, probe=text, message=text),
        dataclasses.replace(started(CNN, text), config=config, device=text),
    ]
    assert all(is_harmless(lines.line(event)) for event in events)


@pytest.mark.parametrize("config", [{}, {"data": 3}, {"data": {}}])
def test_a_start_without_its_configuration_is_still_told(config: dict[str, object]) -> None:
    """What another program left out is a question mark, no traceback."""
    event: RunStarted = dataclasses.replace(started(CNN, "cnn-1"), config=config, threads=1)
    assert lines.line(event) == "started cnn-1 on ?: 2,002,698 parameters, 2,000,000 images, cpu, 1 thread"


def test_small_rates_and_losses_keep_their_digits() -> None:
    """The last steps of a cosine schedule have a learning rate that is not simply 0."""
    event = TrainProgress(images_seen=1, loss=1.25e-6, accuracy=1.0, learning_rate=3.2e-10, images_per_second=0.5)
    assert lines.line(event).endswith("loss 1.250e-06  accuracy 1.0000  learning rate 3.2e-10  0.5/s")
