"""The settings that hold, and where each comes from. Must not know how they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash import data, settings
from vitdash.knobs import Value
from vitdash.run import store


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by table and name; `source` is a variable of the environment, "config file" or "default"."""

    table: str
    name: str
    value: Value
    source: str


def read() -> list[Setting]:
    """Return every setting in the order of the file, folders as whole paths.

    Raises:
        InputError: the config file cannot be read or is no valid one.
    """
    found = settings.load()
    folders = {"runs": str(store.default_root().absolute()), "data": str(data.directory(""))}
    return [
        Setting(
            table,
            item.name,
            folders[item.name] if table == "folders" else found.value(table, item.name),
            found.source(table, item.name),
        )
        for table, item in settings.declared()
    ]
