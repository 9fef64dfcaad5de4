"""Data sets as files on this machine: where they lie, how they get there. Must not know what is in them."""

from __future__ import annotations

import os
from pathlib import Path


def directory(given: str) -> Path:
    """Return the absolute path of the folder that data sets are kept in: `given`, else VITDASH_DATA, else the user's.

    Source: where each system keeps a user's data: `platformdirs.user_data_path`.
    """
    if chosen := given or os.environ.get("VITDASH_DATA", ""):
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("vitdash") / "datasets"
