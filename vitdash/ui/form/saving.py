"""A configuration written as a preset of the user's own. Must not know screens."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import IO

from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError, VitdashError
from vitdash.run.names import LONGEST_NAME, is_name
from vitdash.text import plain


def problem(name: str) -> str:
    """Return what keeps a new preset from being called `name`, or ""."""
    try:
        _check(name)
    except VitdashError as error:
        return str(error)
    return ""


def save(config: RunConfig, name: str) -> Path:
    """Write `config` as the preset `name` into the user's own folder; nothing is ever replaced.

    Raises:
        InputError: it cannot be called so, or is there already.
        RunError: the file cannot be written.
    """
    _check(name)
    path = presets.user_directory() / f"{name}.toml"
    description = dataclasses.replace(
        config.description,
        preset=name,
        family="yours",
        source=f"Made in the dashboard from {config.description.preset}",
    )
    text = presets.dump(dataclasses.replace(config, description=description))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            _write(file, path, text)
    except FileExistsError:
        raise InputError(plain(path, 500), "is there already.", "Give the preset another name.") from None
    except OSError as error:
        raise RunError(plain(path, 500), f"cannot be written: {plain(error.strerror)}.") from None
    return path


def _check(name: str) -> None:
    if not is_name(name):
        allowed = f"Use letters, digits, '.', '_', '+' and '-', at most {LONGEST_NAME}, first a letter or digit."
        raise InputError("preset", f"one cannot be called '{plain(name, 80)}'.", allowed)
    if name.endswith(".toml"):
        raise InputError("preset", "the name goes without .toml.")
    if name in presets.available():
        raise InputError("preset", f"there is a '{name}' already, and none is ever replaced.", "Take another name.")


def _write(file: IO[str], path: Path, text: str) -> None:
    """Write all of a file that was just created, or leave none."""
    try:
        file.write(text)
        file.flush()
    except OSError:
        path.unlink(missing_ok=True)
        raise
