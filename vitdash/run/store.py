"""Runs as directories: create, list, find, and what the worker last claimed. Must not know events or processes."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import string
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitdash import settings
from vitdash.errors import InputError, RunError
from vitdash.opening import open_regular, read_bounded
from vitdash.run import labels, machine, wire
from vitdash.run.files import write_atomically
from vitdash.run.names import check_name
from vitdash.text import did_you_mean, plain

if TYPE_CHECKING:
    from vitdash.config import RunConfig

LONGEST_CLAIMED_TEXT = 4096
LARGEST_CLAIM_BYTES = 1 << 20
LOG_TAIL_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Claim:
    """What is written in `run.json`: who the run is, and the last that its worker said of itself.

    `claimed_uptime` is when, on the clock of that boot. `process_started` tells the worker from a later process that
    was given the same `pid`. Times are Unix times in seconds, 0 while they have not come. `oom_kills` is how many
    processes the system had killed for want of memory when the worker began, -1 where that is not told. `plugins` are
    what the run was launched with: the SHA-256 of each file by its path, the version of each package by its name. It is
    told, never imported from.
    """

    id: str
    name: str
    claim: str
    host: str
    boot_id: str
    claimed_uptime: float
    created: float
    pid: int = 0
    process_started: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    oom_kills: int = -1
    device: str = ""
    threads: int = 0
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    command: tuple[str, ...] = ()
    plugins: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A run's directory and the places in it."""

    path: Path

    @property
    def id(self) -> str:
        """The run's name for ever: the directory's."""
        return self.path.name

    @property
    def config(self) -> Path:
        """Every knob, resolved; itself a valid preset."""
        return self.path / "config.toml"

    @property
    def events(self) -> Path:
        """The run, event by event."""
        return self.path / "events.jsonl"

    @property
    def checkpoint(self) -> Path:
        """Where training goes on from, or the finished model."""
        return self.path / "checkpoint.pt"

    @property
    def previous(self) -> Path:
        """The checkpoint before, while the run goes on: where the last one is damaged, this one serves."""
        return self.path / "checkpoint.previous.pt"

    @property
    def best(self) -> Path:
        """Weights of the lowest validation loss."""
        return self.path / "best.pt"

    @property
    def diagnostics(self) -> Path:
        """One file for each evaluation."""
        return self.path / "diagnostics"

    @property
    def log(self) -> Path:
        """The worker's stdout and stderr."""
        return self.path / "log.txt"

    @property
    def control(self) -> Path:
        """What the run is asked to do."""
        return self.path / "control"

    @property
    def lock(self) -> Path:
        """Held by the worker while it lives."""
        return self.path / "lock"

    @property
    def labels(self) -> Path:
        """What people have written on it."""
        return self.path / "labels.json"

    @property
    def summary(self) -> Path:
        """Derived from the events so that lists are fast; may be deleted."""
        return self.path / "summary.json"

    def read_claim(self) -> Claim:
        """Return the last claim.

        Raises:
            RunError: there is none, or it cannot be understood.
        """
        try:
            return _parse_claim(read_bounded(self.path / "run.json", LARGEST_CLAIM_BYTES))
        except FileNotFoundError:
            raise RunError(plain(self.id), "has no run.json; this is no run's directory.") from None
        except OSError as error:
            raise RunError(plain(self.path / "run.json"), f"cannot be read: {plain(error.strerror)}.") from None
        except ValueError as error:
            raise RunError(plain(self.path / "run.json"), f"cannot be understood: {plain(error)}.") from None

    def write_claim(self, claim: Claim) -> None:
        """Replace the claim, stamping it with this host, boot and uptime."""
        stamped = dataclasses.replace(
            claim, host=machine.host(), boot_id=machine.boot_id(), claimed_uptime=machine.uptime()
        )
        text = json.dumps(dataclasses.asdict(stamped), indent=1)
        write_atomically(self.path / "run.json", text.encode())

    def log_tail(self, lines: int = 5) -> str:
        """Return the last lines that the worker printed, without control characters."""
        try:
            with open_regular(self.log) as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - LOG_TAIL_BYTES))
                text = file.read(LOG_TAIL_BYTES).decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(plain(line, 500) for line in text.splitlines()[-lines:])


def default_root() -> Path:
    """Return where runs are kept unless a command says otherwise.

    Raises:
        InputError: the user's config file cannot be read.
    """
    return settings.folder("runs") or Path("runs")


def create(
    root: Path,
    name: str,
    config_text: str,
    command: tuple[str, ...],
    *,
    claim: str = "starting",
    plugins: dict[str, str] | None = None,
) -> Run:
    """Create a run's directory with its configuration and its first claim: that it is starting, or queued.

    Raises:
        InputError: the name cannot be used, or `root` cannot be written.
    """
    check_name(name)
    now = time.time()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    letters = random.SystemRandom()
    try:
        root.mkdir(parents=True, exist_ok=True)
        while True:
            suffix = "".join(letters.choices(string.ascii_lowercase, k=4))
            run = Run(root.resolve() / f"{name}-{stamp}-{suffix}")
            try:
                run.path.mkdir()
                break
            except FileExistsError:
                if not root.is_dir():
                    raise
        first = Claim(run.id, name, claim, host="", boot_id="", claimed_uptime=0, created=now, command=command)
        try:
            write_atomically(run.config, config_text.encode())
            run.write_claim(dataclasses.replace(first, plugins=plugins or {}))
        except OSError:
            # Without a claim it is no run: nobody would ever list it, nor delete it.
            shutil.rmtree(run.path, ignore_errors=True)
            raise
    except OSError as error:
        reason = "is a file" if isinstance(error, FileExistsError) else plain(error.strerror)
        hint = "Choose another place with --runs-dir or VITDASH_RUNS."
        raise InputError(plain(root), f"cannot hold runs: {reason}.", hint) from None
    return run


def all_runs(root: Path) -> list[Run]:
    """Return the runs under `root`, oldest first by the date in their names.

    Raises:
        InputError: `root` is a file, or cannot be read.
    """
    try:
        with os.scandir(root) as entries:
            # A name that could drive a terminal is none that `create` gave.
            names = [entry.name for entry in entries if entry.name.isprintable() and not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        hint = "Choose another place with --runs-dir or VITDASH_RUNS."
        raise InputError(plain(root), f"cannot be read: {plain(error.strerror)}.", hint) from None
    base = root.resolve()
    # Paths are put together as text: a dashboard does this twice a second for all runs.
    runs = [Run(base / name) for name in names if os.access(f"{base}/{name}/run.json", os.F_OK)]
    return sorted(runs, key=lambda run: (run.id.split("-")[-3:], run.id))


def dated(run: Run) -> float:
    """Return when a run was created as its id says, in local time; 0 where it says nothing."""
    try:
        return time.mktime(time.strptime("-".join(run.id.split("-")[-3:-1]), "%Y%m%d-%H%M%S"))
    except (ValueError, OverflowError):
        return 0.0


def find(root: Path, reference: str) -> Run:
    """Return the run that is called `reference`, now or when it was created, or whose id alone begins with it.

    Raises:
        InputError: no run fits, or several do.
    """
    runs = all_runs(root)
    fitting = [run for run in runs if run.id == reference] or _called(runs, reference)
    fitting = fitting or [run for run in runs if reference and run.id.startswith(reference)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = ", ".join(run.id for run in fitting[-5:]) + (", …" if len(fitting) > 5 else "")
        raise InputError("RUN", f"'{plain(reference, 80)}' fits {len(fitting)} runs: {shown}.", "Give more of the id.")
    known = [name for run in runs for name in (run.id, _original_name(run), labels.read(run).name) if name]
    hint = did_you_mean(reference, known)
    hint = hint or ("See: vitdash runs" if runs else f"There are no runs in {plain(root)} yet; see --runs-dir.")
    raise InputError("RUN", f"there is no run '{plain(reference, 80)}'.", hint)


def shown_name(run: Run) -> str:
    """Return what a run is called: what it was last renamed to, else the name that it was created with."""
    return labels.read(run).name or _original_name(run)


def read_config(run: Run) -> RunConfig:
    """Return a run's configuration.

    Raises:
        InputError: the file is no valid preset, or names what only a plug-in knows that is not here.
    """
    from vitdash import presets

    try:
        return presets.load_file(run.config)
    except InputError:
        require_plugins(run)
        raise


def require_plugins(run: Run) -> None:
    """Make sure that all is known here that a run's configuration names, if it was started with plug-ins.

    Raises:
        InputError: it is not; says which plug-ins those were.
    """
    from vitdash import presets

    unknown, plugins = presets.unknown_names(run.config), run.read_claim().plugins
    if unknown and plugins:
        raise InputError(run.id, _told_missing(unknown, plugins)) from None


def _told_missing(unknown: list[str], plugins: dict[str, str]) -> str:
    """Return what is missing and how to get it, from what the run was launched with."""
    files = [f"--plugin {path}" for path in plugins if path.startswith("/")]
    packages = [f"the package {name} {version}" for name, version in plugins.items() if not name.startswith("/")]
    with_them = " and ".join([" ".join(files)] * bool(files) + packages)
    them = "it" if len(plugins) == 1 else "them"
    again = f"give {them} again" if files else f"install {them}"
    needed = f"{' and '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} not known here"
    return f"{needed}; the run was started with {with_them}: {again}."


def _called(runs: list[Run], name: str) -> list[Run]:
    """Return the runs that are shown as `name`; if there are none, those that were created so and renamed."""
    shown = {run.id: shown_name(run) for run in runs}
    return [run for run in runs if shown[run.id] == name] or [run for run in runs if _original_name(run) == name]


def _original_name(run: Run) -> str:
    return run.id.rsplit("-", 3)[0]


def _parse_claim(raw: bytes) -> Claim:
    content = wire.parse(raw)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(Claim):
        if field.name in content:
            if not wire.FITS[str(field.type)](content[field.name]):
                raise ValueError(f"'{field.name}' has the wrong type")
            values[field.name] = _harmless(content[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"'{field.name}' is missing")
    return Claim(**values)


def _harmless(value: object) -> object:
    """Return a value of a claim as front ends may show it: without control characters."""
    match value:
        case str():
            return plain(value, LONGEST_CLAIMED_TEXT)
        case list():
            return tuple(map(_harmless, value))
        case dict():
            return {_harmless(key): _harmless(item) for key, item in value.items()}
    return value
