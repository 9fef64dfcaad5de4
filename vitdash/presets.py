"""Presets: TOML files of values, read strictly and written back. The only module that knows where presets lie."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from vitdash import catalog, matrix, plugins, settings, toml
from vitdash.architectures import Architecture
from vitdash.compute import ComputeKnobs
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knob_tables import OTHER_TABLES, TABLES, Description, Reported
from vitdash.knobs import knobs_of
from vitdash.matrix import Matrix
from vitdash.plugins.shelf import Shelf
from vitdash.text import did_you_mean, one_of, plain

_NAMING: tuple[tuple[str, str, Shelf[Any]], ...] = (
    ("model", "architecture", catalog.ARCHITECTURES),
    ("data", "dataset", catalog.DATASETS),
    ("probe", "probes", catalog.PROBES),
)
Table = TypeVar("Table")


def shipped_directory() -> Path:
    """Return where the shipped presets lie: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "shipped_presets"
    return installed if installed.is_dir() else package.parent / "presets"


def user_directory() -> Path:
    """Return where the user's own presets lie; it need not exist."""
    from platformdirs import user_config_path

    return user_config_path("vitdash") / "presets"


def available() -> dict[str, Path]:
    """Return the files of all presets by name; a user's own preset comes before a shipped one of the same name."""
    found: dict[str, Path] = {}
    for directory in (shipped_directory(), user_directory()):
        if directory.is_dir():
            found |= {path.stem: path for path in sorted(directory.glob("*.toml"))}
    return found


def load(name: str) -> RunConfig:
    """Load a preset by name, or from a path: anything with a slash or the ending `.toml`.

    Raises:
        InputError: there is no such preset, or it is not a valid one.
    """
    return load_file(find(name))


def find(name: str) -> Path:
    """Return the file of a preset by name, or from a path: anything with a slash or the ending `.toml`.

    Raises:
        InputError: there is no preset of such a name.
    """
    if "/" in name or name.endswith(".toml"):
        # Not Path.expanduser: that raises for a user who does not exist, and there a file is simply missing.
        return Path(os.path.expanduser(name))  # noqa: PTH111
    known = available()
    if name not in known:
        hint = did_you_mean(name, known) or f"Presets: {', '.join(known)}."
        raise InputError("PRESET", f"there is no preset '{plain(name, 60)}'.", hint)
    return known[name]


def load_matrix(name: str) -> Matrix:
    """Return what a preset says a sweep is to vary, empty where it says nothing; named as for `load`.

    Raises:
        InputError: there is no such preset, or it is not a valid one.
    """
    path = find(name)
    config = load_file(path)
    where = plain(path)
    content = toml.parse(toml.read(path, "preset"), where).get("matrix")
    return {} if content is None else matrix.read(content, config, where)


def load_for_new_run(name: str) -> RunConfig:
    """Load a preset as a new run begins with it: where it leaves device and threads open, they are the user's own.

    What a command says comes after this, so that `--device auto` is heard too.

    Raises:
        InputError: as `load` does, or the user's config file cannot be read.
    """
    preferred = dataclasses.asdict(settings.load().compute)
    config = load(name)
    unsaid = {key for key, item in knobs_of(ComputeKnobs).items() if getattr(config.compute, key) == item.default}
    return config.replace({key: value for key, value in preferred.items() if key in unsaid})


def load_all() -> tuple[dict[str, RunConfig], dict[str, str]]:
    """Return all presets by name, and what is wrong with those that do not load."""
    configs, problems = {}, {}
    for name, path in available().items():
        try:
            configs[name] = load_file(path)
        except InputError as error:
            problems[name] = str(error)
    return configs, problems


def load_file(path: Path) -> RunConfig:
    """Load the preset in a file.

    Raises:
        InputError: it cannot be read or is not a valid preset; the message names file, table and key.
    """
    where = plain(path)
    try:
        text = toml.read(path, "preset")
    except FileNotFoundError:
        raise InputError(where, "there is no such file.", "See: vitdash presets") from None
    return parse(text, where, plain(path.stem))


def parse(text: str, where: str, name: str) -> RunConfig:
    """Read a preset from TOML; `where` stands in errors, `name` is its name unless it states one.

    Raises:
        InputError: the text is not a valid preset.
    """
    if not text.strip():
        raise InputError(where, "is empty; a preset needs at least a [model] table with an architecture.")
    content = toml.parse(text, where)
    toml.check_tables(content, (*TABLES, "extended", "reported", "matrix"), where)
    header = {key: value for key, value in content.items() if not isinstance(value, dict)}
    description = _read(Description, header, where)
    description = dataclasses.replace(
        description, preset=description.preset or name, title=description.title or description.preset or name
    )
    others: dict[str, Any] = {
        name: _read(table, content.get(name, {}), where, f"[{name}] ") for name, table in OTHER_TABLES.items()
    }
    model = _read_model(content.get("model"), where)
    reported = _read_reported(content.get("reported"), where)
    extended_at = _read_extended(content.get("extended"), where)
    config = RunConfig(description=description, model=model, reported=reported, extended_at=extended_at, **others)
    try:
        config.check()
    except InputError as error:
        raise InputError(
            where, f"{_table_of(config, error.title)} {error.title}: {error.message}", error.hint
        ) from None
    # What a sweep varies concerns no single run, but a mistake in it is told whoever reads the file.
    if "matrix" in content:
        matrix.read(content["matrix"], config, where)
    return config


def unknown_names(path: Path) -> list[str]:
    """Return what the preset in a file names and no catalogue knows, such as "architecture 'mlp'"; [] if unreadable."""
    try:
        content = toml.parse(toml.read(path, "preset"), plain(path))
    except (FileNotFoundError, InputError):
        return []
    found = []
    for table, key, shelf in _NAMING:
        values = content.get(table)
        stated = values.get(key, []) if isinstance(values, dict) else []
        names = stated if isinstance(stated, list) else [stated]
        unknown = [name for name in names if isinstance(name, str) and name not in shelf]
        found += [f"{plugins.KINDS[shelf.kind]} '{plain(name, 60)}'" for name in unknown]
    return found


def dump(config: RunConfig) -> str:
    """Write a configuration as a preset that states every knob that has an effect; `parse` reads it back equal."""
    import tomli_w

    return tomli_w.dumps(tables(config))


def tables(config: RunConfig) -> dict[str, Any]:
    """Return a configuration as the plain values that a preset is made of."""
    content: dict[str, Any] = dict(dataclasses.asdict(config.description))
    for table, declared, value in config.knobs():
        first: dict[str, Any] = {"architecture": config.model.name} if table == "model" else {}
        content.setdefault(table, first)[declared.name] = list(value) if isinstance(value, tuple) else value
    if config.reported is not None:
        content["reported"] = dataclasses.asdict(config.reported)
    if config.extended_at:
        content["extended"] = {"at": list(config.extended_at)}
    return content


def _read_model(content: Mapping[str, Any] | None, where: str) -> Architecture:
    if content is None or "architecture" not in content:
        known = one_of(catalog.ARCHITECTURES)
        raise InputError(where, f"[model] needs the key 'architecture': {known}.")
    values = dict(content)
    name = values.pop("architecture")
    if not isinstance(name, str) or name not in catalog.ARCHITECTURES:
        hint = catalog.ARCHITECTURES.hint(str(name)) or f"Allowed: {one_of(catalog.ARCHITECTURES)}."
        raise InputError(where, f"[model] there is no architecture '{plain(name, 60)}'.", hint)
    return _read(catalog.load("architecture", catalog.ARCHITECTURES, name), values, where, "[model] ")


def _read_reported(content: Mapping[str, Any] | None, where: str) -> Reported | None:
    if content is None:
        return None
    if missing := [key for key in knobs_of(Reported) if key not in content]:
        raise InputError(where, f"[reported] lacks {', '.join(missing)}.")
    return _read(Reported, content, where, "[reported] ")


def _read_extended(content: Mapping[str, Any] | None, where: str) -> tuple[int, ...]:
    if content is None:
        return ()
    at = content.get("at")
    whole = isinstance(at, list) and all(type(end) is int and 0 < end <= 10**12 for end in at)
    if content.keys() != {"at"} or not whole or not isinstance(at, list):
        raise InputError(where, "[extended] has one key, 'at': a list of numbers of images.", "vitdash writes it.")
    return tuple(at)


def _read(table: type[Table], content: Mapping[str, Any], where: str, place: str = "") -> Table:
    siblings = {name: knobs_of(sibling) for name, sibling in OTHER_TABLES.items()}
    return toml.read_table(table, content, where, place, siblings)


def _table_of(config: RunConfig, knob_name: str) -> str:
    tables = (f"[{table}]" for table in TABLES if knob_name in knobs_of(type(getattr(config, table))))
    return next(tables, "[model]")
