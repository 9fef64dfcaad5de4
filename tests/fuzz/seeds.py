"""A run's folder to start from, made by vitdash's own writers, and the bytes of each of its files."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from pathlib import Path

from tests.recorded import diagnosed, finished, progress, started
from tests.run.happenings import numbered
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.run import summary
from vitdash.run.events import (
    DiagnosticsSaved,
    Evaluated,
    Event,
    Paused,
    Phase,
    ProbeFailed,
    Resumed,
    RunFailed,
    Stopped,
    encode,
)
from vitdash.run.history import fold
from vitdash.run.labels import Labels
from vitdash.run.store import Claim, Run

ID = "a-run-20260101-000000-abcd"
MODIFIED = 1_764_000_000_000_000_000
CONFUSION = [[1 if column in (row, (row + 1) % 10) else 0 for column in range(10)] for row in range(10)]


@functools.cache
def config() -> RunConfig:
    """Return the configuration of the run."""
    found = presets.load("cnn")
    changes = {"dataset": "digits", "width": "4", "code_size": "16", "max_inputs": "1280", "threads": "2"}
    return found.replace(found.parse(changes | {"data_dir": "/nowhere"}))


def lines_of(happened: list[Event]) -> bytes:
    """Return events as a log has them."""
    return b"".join(map(encode, numbered(happened)))


def whole_log() -> bytes:
    """Return the log of a run that ended well."""
    return lines_of(finished(config()))


def other_logs() -> list[bytes]:
    """Return logs with everything else that may happen."""
    halfway = Evaluated(images_seen=640, epoch=0.5, loss=0.02, accuracy=0.9)
    begun = [Phase(name="load", done=0, total=0), started(config()), progress(640), halfway]
    return [
        lines_of([*begun, ProbeFailed(images_seen=640, probe="svc", message="no memory"), Stopped(images_seen=640)]),
        lines_of([*begun, RunFailed(title="diverged", message="not finite.", traceback="Traceback:\n  File x\n")]),
        lines_of([*begun, Paused(images_seen=640), Resumed(from_images=640, from_seq=5), progress(1280)]),
        lines_of(
            [*begun, DiagnosticsSaved(images_seen=640, file="diagnostics/000000000640.json"), Paused(images_seen=640)]
        ),
        lines_of([Phase(name="download", done=3, total=10), *begun[1:], Resumed(from_images=0, from_seq=1)]),
        b'{"seq": 1, "time": 1.0, "type": "FromTheFuture", "what": [1, 2]}\n' + whole_log(),
        b"",
    ]


def logs() -> list[bytes]:
    """Return all of them."""
    return [whole_log(), *other_logs()]


def piped() -> list[bytes]:
    """Return what comes through a pipe."""
    return [whole_log(), b'{"type": "Tick", "images_seen": 1, "loss": 1, "accuracy": 1, "images_per_second": 1}\n']


def only(name: str) -> list[bytes]:
    """Return what one of the functions here returns, and an empty object."""
    return [globals()[name](), b"{}"]


def claims() -> list[bytes]:
    """Return the claims of runs in different states."""
    queued = claim(claim="queued", command=("sweep", "cnn", "--runs-dir", "x"))
    return [claim(), claim(claim="running"), queued]


def claim(**changes: object) -> bytes:
    """Return a `run.json`."""
    found = Claim(
        id=ID,
        name="a-run",
        claim="finished",
        host="elsewhere",
        boot_id="1",
        claimed_uptime=1.5,
        created=1_764_000_000.0,
        started=1_764_000_001.0,
        ended=1_764_000_100.0,
        device="cpu",
        threads=2,
        versions={"torch": "2.14.1", "python": "3.11.7"},
        command=("train", "--preset", "cnn"),
        plugins={"/home/me/plugin.py": "0" * 64, "a-package": "1.0"},
    )
    return json.dumps(dataclasses.asdict(dataclasses.replace(found, **changes))).encode()  # type: ignore[arg-type]


def labels() -> bytes:
    """Return a `labels.json`."""
    return json.dumps(dataclasses.asdict(Labels("another", ("first", "b.2"), "two\nlines"))).encode()


def diagnostics() -> bytes:
    """Return the diagnostics of the last evaluation."""
    return json.dumps(diagnosed(CONFUSION, images_seen=1280)).encode()


def cache() -> bytes:
    """Return a `summary.json` that is true of the whole log."""
    figures = summary.figures_of(fold(numbered(finished(config()))))
    key = [summary.VERSION, len(whole_log()), MODIFIED]
    return json.dumps({"key": key, "figures": dataclasses.asdict(figures)}).encode()


def pulses() -> list[bytes]:
    """Return signs of life."""
    told = ({"uptime": 1.5, "usual": 0.5, "waits": ""}, {"uptime": 0, "usual": 0, "waits": "room on its disk"})
    return [json.dumps(content).encode().ljust(256) for content in told]


def printed_log() -> bytes:
    """Return what a worker may have printed."""
    return b"loading\n\x1b[33mwarning:\x1b[0m slow\n 10%|#  |\r100%|###|\r\n\ttab\xff\nTraceback (most recent call)\n"


def printed_logs() -> list[bytes]:
    """Return it, a link, and more than one looks at."""
    return [printed_log(), b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", b"x" * 20_000]


def files() -> dict[str, bytes]:
    """Return every file of the run by its place in the folder."""
    return {
        "config.toml": presets.dump(config()).encode(),
        "run.json": claim(),
        "events.jsonl": whole_log(),
        "labels.json": labels(),
        "control": b"3 pause\n",
        "log.txt": printed_log(),
        "diagnostics/000000001280.json": diagnostics(),
    }


def make_run(folder: Path) -> None:
    """Write the run below a folder."""
    run = run_in(folder)
    (run.path / "diagnostics").mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (run.path / name).write_bytes(content)
    os.utime(run.events, ns=(MODIFIED, MODIFIED))


def run_in(folder: Path) -> Run:
    """Return the run below a folder."""
    return Run(folder / "runs" / ID)
