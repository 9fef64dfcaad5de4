"""Where plug-ins are looked for: installed packages and files that were named. Must not know what is done with them."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from vitdash.errors import InputError
from vitdash.plugins import KINDS
from vitdash.text import plain

if TYPE_CHECKING:
    from importlib import metadata

FAILURES = (Exception, SystemExit)
"""What an import may end in, a program's exit included; Ctrl-C stays the user's."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """A name that a plug-in offers something under. `load` imports it and may raise anything.

    `source` is the path of a file, or the name of a package and then `version` is that package's.
    """

    kind: str
    name: str
    source: str
    version: str
    load: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Problem:
    """A plug-in, or one thing of it, that is skipped."""

    source: str
    reason: str
    kind: str = ""
    name: str = ""

    def __str__(self) -> str:
        what = f"{KINDS[self.kind]} '{plain(self.name, 60)}' of " if self.kind else ""
        return f"{what}plug-in {plain(self.source)} is skipped: {plain(self.reason, LONGEST_REASON).rstrip('.')}."


def imported(place: str) -> Any:  # noqa: ANN401 - whatever lives there
    """Return what lives at "package.module:name"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def described(error: BaseException) -> str:
    """Return what went wrong in code that is not ours, in a few words."""
    return plain(f"{type(error).__name__}: {error}".rstrip(": "), LONGEST_REASON)


def check_file(path: Path) -> None:
    """Make sure that `path` can be a plug-in.

    Raises:
        InputError: it is missing, a directory, or no Python file.
    """
    if problem := _file_problem(path):
        hint = "A plug-in is one Python file; see docs/extending.md."
        raise InputError(plain(path), f"{problem}.", hint)


def from_file(path: Path) -> list[Offer | Problem]:
    """Import the file and return what it offers, or why it offers nothing."""
    source = str(path)
    if problem := _file_problem(path):
        return [Problem(source, problem)]
    try:
        module = _import(path)
    except FAILURES as error:
        return [Problem(source, described(error))]
    found = [item for kind in KINDS for item in _stated(module, kind, source)]
    return found or [Problem(source, f"it states none of {', '.join(map(str.upper, KINDS))}")]


def from_packages() -> list[Offer | Problem]:
    """Return what installed packages offer, in the order of their names; nothing of them is imported."""
    # Imported here: it costs more than all of vitdash that a command with built-in names needs.
    from importlib import metadata

    found: list[Offer | Problem] = []
    packages: dict[str, metadata.Distribution] = {}
    for package in metadata.distributions():
        # Whatever stands in a package's metadata, and however it is broken, it is the package's trouble.
        with contextlib.suppress(Exception):
            packages.setdefault(package.name.lower().replace("_", "-"), package)
    for name in sorted(packages):
        try:
            found += list(_entries(packages[name]))
        except Exception as error:  # as above: any other package must still be found
            found.append(Problem(name, described(error)))
    return found


def _entries(package: metadata.Distribution) -> Iterator[Offer]:
    # Most packages have none of ours: their text is not parsed.
    if "vitdash." not in (package.read_text("entry_points.txt") or ""):
        return
    for entry in package.entry_points:
        room, _, kind = entry.group.partition(".")
        if room == "vitdash" and kind in KINDS:
            yield Offer(kind, entry.name, package.name, package.version, _quietly(entry.load))


def _stated(module: ModuleType, kind: str, source: str) -> Iterator[Offer | Problem]:
    stated = getattr(module, kind.upper(), {})
    if not isinstance(stated, Mapping) or not all(isinstance(name, str) for name in stated):
        yield Problem(source, f"its {kind.upper()} is no dictionary by name")
        return
    for name, value in stated.items():
        yield Offer(kind, name, source, "", lambda value=value: value)  # type: ignore[misc]


def _file_problem(path: Path) -> str:
    if path.is_dir():
        return "is a directory"
    if not path.is_file():
        return "there is no such file"
    return "" if path.suffix == ".py" else "is no Python file: its name does not end in .py"


def _import(path: Path) -> ModuleType:
    import hashlib

    # Two files of one name are two modules; dataclasses look theirs up in sys.modules.
    name = f"vitdash_plugin_{path.stem}_{hashlib.sha256(bytes(path)).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        _quietly(lambda: spec.loader.exec_module(module))()  # type: ignore[union-attr]
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _quietly(work: Callable[[], object]) -> Callable[[], object]:
    """Return `work` with its prints sent to stderr: stdout may be JSON that a program reads."""

    def done() -> object:
        with contextlib.redirect_stdout(sys.stderr):
            return work()

    return done
