"""The user's own files: config, presets, plug-ins. Must not know what they are for."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vitdash import catalog, keys, presets, settings
from vitdash.doctor.finding import Finding, note, ok, trouble
from vitdash.errors import InputError
from vitdash.plugins import KINDS
from vitdash.text import plain


def look_at_config() -> Iterator[Finding]:
    """Look at the config file and the keys that it gives to actions."""
    path = settings.path()
    shown = plain(path, 500)
    try:
        found = settings.load()
    except InputError as error:
        yield trouble("config file", str(error), "Correct it; until then, commands that need it refuse to start.")
        return
    if path.exists():
        count = len(found.stated)
        yield ok("config file", f"{shown}, {count} setting{'' if count == 1 else 's'}")
    elif os.environ.get("VITDASH_CONFIG"):
        yield note(
            "config file", f"{shown}, which VITDASH_CONFIG names, is not there.", "Write it: vitdash config init"
        )
    else:
        yield ok("config file", f"none; it would be {shown}")
    for action, key, reason in keys.swallowed(found.keys):
        told = f"[keys] {action}: '{key}' may never arrive: {reason}."
        yield note("keys", told, "Choose another key, if it does not work.")


def look_at_plugins() -> Iterator[Finding]:
    """Look at every plug-in, which imports them."""
    problems = catalog.problems()
    for problem in problems:
        yield trouble("plug-ins", problem, "Correct it, or take it off: uninstall the package, name the file no more.")
    added = [f"{KINDS[shelf.kind]} {name}" for shelf in catalog.SHELVES for name in shelf if shelf.offer(name)]
    if added or not problems:
        yield ok("plug-ins", ", ".join(added) or "none")


def look_at_presets() -> Iterator[Finding]:
    """Look at every preset, the user's own among them."""
    configs, problems = presets.load_all()
    for problem in problems.values():
        yield trouble("presets", problem, f"Correct it, or remove it from {plain(presets.user_directory(), 500)}.")
    own = len(set(configs) & {path.stem for path in presets.user_directory().glob("*.toml")})
    yield ok("presets", f"{len(configs)}, {own} of your own")
