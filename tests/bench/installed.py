"""Makes the checkout start as an installed package does. Must not know what is measured."""

from __future__ import annotations

import compileall
from pathlib import Path

import vitdash


def compile_bytecode() -> None:
    """Leave bytecode beside the sources, as pip does when it installs.

    Where PYTHONDONTWRITEBYTECODE is set, as in many containers, a checkout would else be compiled at each start: half
    as long again until the dashboard shows something.
    """
    compileall.compile_dir(Path(vitdash.__file__).parent, quiet=2)
