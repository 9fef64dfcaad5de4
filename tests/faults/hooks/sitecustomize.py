"""Python imports this at its start where the folder is on PYTHONPATH: in the processes of a fault case, in no other."""

from __future__ import annotations

import os

if os.environ.get("VITDASH_FAULTS"):
    from tests.faults import plants, troubles

    troubles.install()
    plants.install(os.environ.get("VITDASH_PLANT", ""))
