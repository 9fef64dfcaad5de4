"""Data sets as files on this machine: where they lie, how they get there. Must not know what is in them."""

from __future__ import annotations

from pathlib import Path

from vitdash import settings


def directory(given: str) -> Path:
    """Return the absolute path of the folder that data sets are kept in.

    It is `given`, else what VITDASH_DATA names, else the config file; else where this system keeps a user's data.

    Source: `platformdirs.user_data_path`.

    Raises:
        InputError: the user's config file is needed, and cannot be read.
    """
    if chosen := Path(given).expanduser() if given else settings.folder("data"):
        return chosen.absolute()
    from platformdirs import user_data_path

    return user_data_path("vitdash") / "datasets"
