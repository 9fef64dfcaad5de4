"""Readers of files in a run's folder, and of the user's own. Each writes its input where that file lies."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.fuzz import seeds, showing
from tests.fuzz.seeds import make_run, run_in
from vitdash import presets, settings, template
from vitdash.doctor import in_force
from vitdash.export import sheet
from vitdash.run import control, diagnostics, labels, lines, machine, pulse, queue, recording, state, store, summary
from vitdash.run.both_logs import BothLogs
from vitdash.run.events import Event, News, Paused, Tick, encode
from vitdash.run.history import RunHistory
from vitdash.run.log import EventReader, EventWriter
from vitdash.run.states import States
from vitdash.run.worker_log import LogTail
from vitdash.terminal import insight, setup
from vitdash.text import duration
from vitdash.ui import log_pages


def prepare(folder: Path) -> None:
    """Make the run, and let nothing of the user's be read."""
    make_run(folder)
    os.environ |= {"VITDASH_CONFIG": str(folder / "config.toml"), "VITDASH_RUNS": str(folder / "runs")}
    os.environ |= {"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "HOME": str(folder)}


def read_log(raw: bytes, folder: Path) -> Iterator[str]:
    """Follow a log in pieces and whole, fold and tell it, and let the next worker go on with it."""
    run = run_in(folder)
    path = run.events
    path.write_bytes(raw)
    follower, news = EventReader(path), EventReader(path).from_file()
    cuts = sorted({0, len(raw) // 3, len(raw) // 2, len(raw) - 1, len(raw)})
    path.write_bytes(b"")
    heard: list[News] = []
    for before, until in pairwise(cuts):
        with path.open("ab") as file:
            file.write(raw[max(0, before) : until])
        heard += follower.from_file()
    assert heard == news, "read in pieces it is another log"
    history, events = RunHistory(), [item for item in news if isinstance(item, Event)]
    for event in events:
        history.apply(event)
    yield from showing.followed(history, events)
    figures = summary.figures_of(history)
    assert all(value == value for value in figures.results.values()), "a result is no number"
    yield json.dumps(figures.results, allow_nan=False)
    writer = EventWriter(path)
    writer.append(Paused(images_seen=1))
    writer.close()
    last = [item for item in follower.from_file() if isinstance(item, Paused)]
    assert len(last) == 1, "the next worker is not heard"
    os.utime(path, ns=(seeds.MODIFIED, seeds.MODIFIED))


def read_pipe(raw: bytes, folder: Path) -> Iterator[str]:
    """Offer bytes on the pipe of a run whose log is sound: only what the log has is taken for events."""
    path = run_in(folder).events
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    reader = EventReader(path, read_end)
    news = reader.from_pipe()
    os.write(write_end, raw[: 1 << 15])
    news += reader.from_pipe()
    os.close(write_end)
    news += reader.from_pipe()
    events = [item for item in news if isinstance(item, Event)]
    assert b"".join(map(encode, events)) == path.read_bytes(), "the log says something else"
    yield from (lines.line(item) for item in events)
    assert all(encode(item) for item in news if isinstance(item, Tick))


def show(folder: Path) -> Iterator[str]:
    """Show the run in every way there is, first without a cache of what it came to."""
    run_in(folder).summary.unlink(missing_ok=True)
    yield from show_with_cache(folder)


def show_with_cache(folder: Path) -> Iterator[str]:
    """Show the run in every way there is, as its cache says what it came to."""
    yield from showing.listed(folder / "runs")
    yield from showing.told(run_in(folder))
    yield from showing.drawn(folder / "runs")


def read_claim(raw: bytes, folder: Path) -> Iterator[str]:
    """Look at a run with this claim, and show it."""
    run = run_in(folder)
    (run.path / "run.json").write_bytes(raw)
    yield summary.summarise(run).problem
    yield from map(str, States(folder / "runs").look().values())
    claim = run.read_claim()
    yield state.derive(run, claim)
    store.require_plugins(run)
    yield from (claim.name, claim.host, claim.device, *claim.command)
    run.write_claim(claim)
    assert (run.read_claim().name, run.read_claim().command) == (claim.name, claim.command)


def read_labels(raw: bytes, folder: Path) -> Iterator[str]:
    """Read labels, show them, and write them again."""
    run = run_in(folder)
    run.labels.write_bytes(raw)
    found = labels.read(run)
    yield from (found.name, *found.tags, found.note)
    labels.change(run, name=found.name, tags=found.tags, note=found.note)
    assert labels.read(run) == found, "written again it is something else"


def read_control(raw: bytes, folder: Path) -> Iterator[str]:
    """Read an order, and give the next."""
    path = run_in(folder).control
    path.write_bytes(raw)
    found = control.read(path)
    assert found.number >= 0
    given = control.give(path, control.Word.STOP)
    assert given.number > found.number
    assert control.read(path) in (given, control.NOTHING)
    yield str(found.word)


def read_config(raw: bytes, folder: Path) -> Iterator[str]:
    """Read a preset and a run's configuration, show both, and write them again."""
    run = run_in(folder)
    run.config.write_bytes(raw)
    yield from presets.unknown_names(run.config)
    config = presets.load_file(run.config)
    presets.load_matrix(str(run.config))
    again = presets.dump(config)
    assert presets.parse(again, "again", run.config.stem) == config, "written again it is something else"
    yield again
    yield f"{config.parameters} {config.fingerprint()}"


def read_settings(raw: bytes, folder: Path) -> Iterator[str]:
    """Read the user's config file and show what is in force."""
    path = settings.path()
    path.write_bytes(raw)
    settings.load()
    found = in_force.read()
    yield showing.printed(lambda console: setup.settings(console, path, found, ""))
    yield from map(str, settings.plugin_files())


def read_diagnostics(raw: bytes, folder: Path) -> Iterator[str]:
    """Read an evaluation from inside."""
    run = run_in(folder)
    diagnostics.file_of(run, 1280).write_bytes(raw)
    yield from diagnostics.read(run, 1280).classes


def show_diagnostics(folder: Path) -> Iterator[str]:
    """Show an evaluation from inside, as text of any width, and as JSON."""
    run = run_in(folder)
    found = diagnostics.read(run, 1280)
    for width in showing.WIDTHS:
        yield showing.printed(lambda console: insight.matrix(console, found), width)
        yield showing.printed(lambda console: insight.by_class(console, found), width)
        yield showing.printed(lambda console: insight.confusions(console, found), width)
    yield json.dumps(sheet.describe(sheet.read(run)), allow_nan=False)
    yield from show(folder)


def read_cache(raw: bytes, folder: Path) -> Iterator[str]:
    """Summarise a run whose cache says this: one that is not true is none."""
    run = run_in(folder)
    run.summary.write_bytes(raw)
    found = summary.summarise(run)
    yield found.problem
    yield found.figures.reason


def read_printed(raw: bytes, folder: Path) -> Iterator[str]:
    """Show what a worker printed."""
    run = run_in(folder)
    run.log.write_bytes(raw[: len(raw) // 2])
    tail = LogTail(run.log)
    tail.read()
    with run.log.open("ab") as file:
        file.write(raw[len(raw) // 2 :])
    tail.read()
    tail.read_earlier()
    yield from tail.lines
    yield tail.problem
    yield run.log_tail()
    yield from (line.text for line in log_pages.printed(BothLogs(run).look(earlier=True)))


def show_printed(folder: Path) -> Iterator[str]:
    """Show the run as one that failed: then its last lines are told."""
    (run_in(folder).path / "run.json").write_bytes(seeds.claim(claim="failed"))
    yield from show(folder)


def read_pulse(raw: bytes, folder: Path) -> Iterator[str]:
    """Read a worker's last sign of life."""
    run = run_in(folder)
    run.lock.write_bytes(raw)
    found = pulse.read(run.lock)
    if found is not None:
        yield found.waits
        yield duration(found.stalled(found.uptime + 1e6) or 0.0)


def show_pulse(folder: Path) -> Iterator[str]:
    """Show the run as one that computes: then it is told what its worker waits for."""
    run = run_in(folder)
    (run.path / "run.json").write_bytes(seeds.claim(claim="running", host=machine.host(), boot_id=machine.boot_id()))
    # Whoever holds the lock lives, as far as anybody can tell.
    with run.lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield from show(folder)


def read_queue(raw: bytes, folder: Path) -> Iterator[str]:
    """Read who waits, with a run that does."""
    root = folder / "runs"
    (root / "queue.json").write_bytes(raw)
    (run_in(folder).path / "run.json").write_bytes(seeds.claim(claim="queued"))
    found = queue.read(root)
    assert 1 <= found.jobs <= queue.MOST_JOBS
    waiting = queue.waiting(root, States(root).look())
    assert [run.id for run in waiting] == [seeds.ID], "another one waits"
    yield from (run.id for run in waiting)


def read_recording(raw: bytes, folder: Path) -> Iterator[str]:
    """Play a recording to its end, and back."""
    path = folder / "sent.jsonl"
    path.write_bytes(raw)
    found = recording.find(folder / "none", str(path))
    now = 0.0
    played = recording.Replay(found, 1000.0, now=lambda: now)
    for now in (0.0, found.seconds / 2000, 1e9):  # noqa: B007 - the clock that the replay looks at
        played.poll()
    played.seek(0.0)
    played.poll()
    yield found.name
    known = next(iter(played.runs.values()))
    yield known.short.name
    if known.config is not None:
        yield presets.dump(known.config)
    yield from (line for line in map(lines.stamped, found.events))


def preset_seeds() -> list[bytes]:
    """Return some presets of different kinds, and a run's configuration."""
    found = presets.available()
    return [found[name].read_bytes() for name in ("cnn", "rn18", "vit-l4-h16")] + [
        seeds.files()["config.toml"],
        b'[model]\narchitecture = "vit"\nheads = 8\n[matrix]\nheads = [4, 8]\nseed = [0, 1]\n',
    ]


def settings_seeds() -> list[bytes]:
    """Return config files that state everything, and little."""
    everything = re.sub(r"(?m)^#(\w+ +=)", r"\1", template.text())
    return [
        everything.encode(),
        b'[folders]\nruns = "~/runs"\n[compute]\nthreads = 2\n[screen]\ntheme = "nord"\nbell = true\n',
        b'[keys]\nquit = "Q, ctrl+x"\nhelp = "f1"\n[plugins]\nfiles = ["/home/me/plugin.py"]\n',
    ]
