"""The user's config file: which settings there are, and the file read strictly. Must not know who asks for them.

Whoever needs a setting calls `load()` when it is needed: a broken file stops the commands that depend on it, no other.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vitdash import keys, toml
from vitdash.compute import ComputeKnobs
from vitdash.errors import InputError
from vitdash.knobs import Knob, Value, knob, knobs_of
from vitdash.text import plain

THEMES = {
    "dark": "tokyo-night",
    "light": "textual-light",
    "terminal-dark": "ansi-dark",
    "terminal-light": "ansi-light",
    "catppuccin-latte": "catppuccin-latte",
    "catppuccin-mocha": "catppuccin-mocha",
    "dracula": "dracula",
    "gruvbox": "gruvbox",
    "monokai": "monokai",
    "nord": "nord",
    "solarized-dark": "solarized-dark",
    "solarized-light": "solarized-light",
    "tokyo-night": "tokyo-night",
}
"""Our names of themes, and Textual's."""


@dataclasses.dataclass(frozen=True, slots=True)
class Folders:
    """Where things are kept."""

    runs: str = knob("", "Folder of the runs; empty is ./runs, wherever vitdash is started.")
    data: str = knob("", "Folder of the data sets; empty is the user's data folder.")


@dataclasses.dataclass(frozen=True, slots=True)
class Plugins:
    """Code of the user's own."""

    files: tuple[str, ...] = knob(
        (), "Plug-ins: Python files by their whole paths. What is in them is run, so list only what you trust."
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Screen:
    """How the dashboard looks and behaves."""

    theme: str = knob(
        "auto",
        "Colours; auto is dark, or light where the terminal says that its background is.",
        choices=("auto", *THEMES),
    )
    refresh_hz: int = knob(
        0, "Times a second that curves are redrawn; 0 is 4, or 2 over SSH.", label="refresh rate",
        minimum=0, maximum=30, unit="Hz",
    )  # fmt: skip
    bell: bool = knob(False, "Ring the terminal's bell when a run ends.")
    terminal_title: bool = knob(True, "Say in the terminal's title how the runs get on.")
    unicode: str = knob(
        "auto", "Draw with more than ASCII; auto goes by the locale.", choices=("auto", "always", "never")
    )


TABLES: dict[str, type] = {"folders": Folders, "compute": ComputeKnobs, "plugins": Plugins, "screen": Screen}
"""The file's tables, besides [keys], whose keys are the actions of the dashboard."""

VARIABLES = {("folders", "runs"): "VITDASH_RUNS", ("folders", "data"): "VITDASH_DATA"}
"""Environment variables that come before the file, by table and key."""


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All settings; `stated` are those that the file states, by table and key."""

    folders: Folders = Folders()
    compute: ComputeKnobs = dataclasses.field(default_factory=ComputeKnobs)
    plugins: Plugins = Plugins()
    screen: Screen = Screen()
    keys: keys.Keymap = dataclasses.field(default_factory=keys.defaults)
    stated: frozenset[tuple[str, str]] = frozenset()

    def value(self, table: str, name: str) -> Value:
        """Return a setting as the file would state it."""
        value: Value = ",".join(self.keys[name]) if table == "keys" else getattr(getattr(self, table), name)
        return value

    def source(self, table: str, name: str) -> str:
        """Return where a setting comes from: the name of an environment variable, "config file" or "default"."""
        variable = VARIABLES.get((table, name), "")
        if variable and os.environ.get(variable):
            return variable
        return "config file" if (table, name) in self.stated else "default"


def declared() -> Iterator[tuple[str, Knob]]:
    """Yield table and declaration of every setting, in the order of the file."""
    for table, known in _known().items():
        for item in known.values():
            yield table, item


def path() -> Path:
    """Return where the file lies, whether it is there or not."""
    if given := os.environ.get("VITDASH_CONFIG", ""):
        return _expanded(given).absolute()
    from platformdirs import user_config_path

    return user_config_path("vitdash") / "config.toml"


def folder(name: str) -> Path | None:
    """Return the folder for "runs" or "data" that the environment names, else the config file; None if neither does.

    Raises:
        InputError: the file is needed, and cannot be read or is no valid one.
    """
    given = os.environ.get(VARIABLES["folders", name]) or getattr(load().folders, name)
    return _expanded(given) if given else None


def plugin_files() -> tuple[Path, ...]:
    """Return the plug-ins that the config file lists.

    Raises:
        InputError: the file cannot be read or is no valid one.
    """
    return tuple(map(_expanded, load().plugins.files))


def load() -> Settings:
    """Return the settings of the user's file; without a file, the defaults.

    Raises:
        InputError: the file cannot be read or is no valid one; the message names file, table and key.
    """
    try:
        text = toml.read(path(), "config file")
    except FileNotFoundError:
        return Settings()
    return parse(text, plain(path()))


def parse(text: str, where: str) -> Settings:
    """Read settings from TOML; `where` stands in errors.

    Raises:
        InputError: the text is no valid config file.
    """
    known = _known()
    content = toml.parse(text, where)
    toml.check_tables(content, known, where)
    loose = {key: value for key, value in content.items() if not isinstance(value, dict)}
    toml.check_values({}, loose, where, "", known)
    tables: dict[str, Any] = {
        name: toml.read_table(table, content.get(name, {}), where, f"[{name}] ", known)
        for name, table in TABLES.items()
    }
    stated = frozenset((table, key) for table, values in content.items() for key in values)
    bound = toml.check_values(known["keys"], content.get("keys", {}), where, "[keys] ", known)
    settings = Settings(**tables, keys=_read_keys(bound, where), stated=stated)
    _check_paths(settings, where)
    return settings


def _known() -> dict[str, Mapping[str, Knob]]:
    known: dict[str, Mapping[str, Knob]] = {name: knobs_of(table) for name, table in TABLES.items()}
    known["keys"] = {action.id: Knob(action.id, ",".join(action.keys), action.description) for action in keys.ACTIONS}
    return known


def _read_keys(bound: Mapping[str, Value], where: str) -> keys.Keymap:
    keymap = keys.defaults()
    for action, text in bound.items():
        try:
            keymap[action] = keys.parse(str(text))
        except ValueError as error:
            raise InputError(where, f"[keys] {action}: {error}.") from None
    try:
        keys.check(keymap)
    except ValueError as error:
        raise InputError(where, f"[keys] {error}.", "Give one of them another key.") from None
    return keymap


def _check_paths(settings: Settings, where: str) -> None:
    """Refuse paths that would lead elsewhere from every folder that vitdash is started in."""
    named = [("[folders] runs", settings.folders.runs), ("[folders] data", settings.folders.data)]
    for place, given in [*named, *(("[plugins] files", file) for file in settings.plugins.files)]:
        if given and not _expanded(given).is_absolute():
            hint = "Write the whole path, from / or from ~/ on."
            raise InputError(where, f"{place}: '{plain(given, 60)}' depends on where vitdash is started.", hint)


def _expanded(given: str) -> Path:
    # Not Path.expanduser: that raises for a user who does not exist, and there a folder is simply missing.
    return Path(os.path.expanduser(given))  # noqa: PTH111
