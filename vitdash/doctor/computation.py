"""Whether torch works here: tried in a process of its own, for it takes seconds and may not come back."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

from vitdash.doctor import installation
from vitdash.doctor.finding import Finding, note, ok, trouble
from vitdash.run import machine, wire
from vitdash.text import plain, threads

SUBJECT = "torch"
LIMIT_SECONDS = 120.0
COMMAND = ("-P", "-m", "vitdash.engine.torch_report")
REINSTALL = f"{sys.executable} -m pip install --force-reinstall torch torchvision"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What the process says: seconds of importing, device, its name and threads, or what went wrong."""

    seconds: float = 0.0
    device: str = ""
    name: str = ""
    threads: int = 0
    problem: str = ""


def look(limit_seconds: float = LIMIT_SECONDS) -> Finding:
    """Import torch and torchvision together and say what came of it."""
    torch = installation.version("torch")
    mismatch = installation.mismatch(torch, installation.version("torchvision"))
    try:
        report = _ask(limit_seconds)
    except subprocess.TimeoutExpired:
        told = f"importing torch and torchvision takes more than {limit_seconds:g} seconds."
        return trouble(SUBJECT, told, "Try it again; if it stays so, look at the disk that Python is installed on.")
    except OSError as error:
        return trouble(SUBJECT, f"no process to try it in could be started: {plain(error.strerror)}.", "Try it again.")
    if report.problem:
        why = f" {mismatch}." if mismatch else ""
        told = f"cannot be imported together with torchvision: {plain(report.problem, 400)}.{why}"
        return trouble(SUBJECT, told, _remedy(torch))
    told = _works(report)
    return note(SUBJECT, f"{told} But {mismatch}.", _remedy(torch)) if mismatch else ok(SUBJECT, told)


def _ask(limit_seconds: float) -> Report:
    """Return what the process reports.

    Raises:
        subprocess.TimeoutExpired: it takes too long.
        OSError: it cannot be started.
    """
    done = subprocess.run(
        [sys.executable, *COMMAND],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=limit_seconds,
        check=False,
    )
    try:
        # Libraries may have printed something of their own before.
        content = wire.parse(done.stdout.splitlines()[-1])
        fields = {field.name: str(field.type) for field in dataclasses.fields(Report)}
        return Report(**{key: value for key, value in content.items() if wire.FITS[fields[key]](value)})
    except (ValueError, LookupError):
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no word"])[-1]
        return Report(problem=f"the process ended with {done.returncode} and {last}")


def _works(report: Report) -> str:
    cores = machine.cores()
    device = f"{report.device} ({report.name})" if report.name else report.device
    share = f"{threads(report.threads)} for {cores} core" + ("" if cores == 1 else "s")
    return f"works, on {plain(device)}, with {share}; importing it took {report.seconds:.1f} s."


def _remedy(torch: str) -> str:
    index = f" --index-url {CPU_INDEX}" if torch.partition("+")[2].startswith("cpu") else ""
    return f"Install both in one command from one place: {REINSTALL}{index}"
