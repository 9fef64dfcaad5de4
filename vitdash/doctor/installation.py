"""What is installed, asked of the installation: nothing is imported. Must not know what the libraries are used for."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata

import vitdash
from vitdash.doctor.finding import Finding, ok, trouble

LIBRARIES = ("torch", "torchvision", "scikit-learn", "textual", "rich", "typer")
FIRST_PAIR = 15
"""torch 2.X belongs with torchvision 0.(X + 15).

Source: the table of versions in torchvision's README.
"""


def look() -> Iterator[Finding]:
    """Look at vitdash, Python and the libraries."""
    yield ok("vitdash", f"{vitdash.__version__}, Python {platform.python_version()} ({sys.executable})")
    found = {name: version(name) for name in LIBRARIES}
    there = [f"{name} {number}" for name, number in found.items() if number]
    if missing := [name for name, number in found.items() if not number]:
        remedy = f"Install: {sys.executable} -m pip install {' '.join(missing)}"
        yield trouble("libraries", f"{', '.join(missing)} not installed; there is {', '.join(there)}.", remedy)
    else:
        yield ok("libraries", ", ".join(there))


def version(name: str) -> str:
    """Return the version of an installed library, or "" if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def mismatch(torch: str, torchvision: str) -> str:
    """Return in what two versions do not belong together, or "" if they may."""
    torch_build, torchvision_build = (number.partition("+")[2] for number in (torch, torchvision))
    first, second = re.match(r"2\.(\d+)", torch), re.match(r"0\.(\d+)", torchvision)
    if first and second and int(first[1]) + FIRST_PAIR != int(second[1]):
        return f"torch {torch} belongs with torchvision 0.{int(first[1]) + FIRST_PAIR}, not with {torchvision}"
    if torch and torchvision and torch_build != torchvision_build:
        kind = "CPU-only torch" if torch_build.startswith("cpu") else "torch"
        return f"{kind} {torch} stands beside torchvision {torchvision}, which is of another build"
    return ""
