"""What the fuzzer must know of a reader. The table of all of them is in `readers.py`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz.mutation import Shape

MEMORY_BYTES = 512 << 20


def late(name: str, *given: object) -> Callable[..., Any]:
    """Return a function of this folder by its module and name, imported when it is called: some import torch."""
    module, _, function = name.partition(".")

    def call(*arguments: object) -> Any:
        return getattr(importlib.import_module(f"tests.fuzz.{module}"), function)(*given, *arguments)

    return call


def _nothing(folder: Path) -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Something of vitdash's that reads what anyone may have written.

    `read` is given an input and a folder of its own, which `prepare` was given before, and returns the texts that a
    terminal would be shown of it. `show`, which takes longer, makes of what was read all that front ends do: it is
    asked for inputs that were new, and for others now and then. The branches of `modules` are the parser's. `memory` is
    what reading may take.
    """

    name: str
    about: str
    read: Callable[[bytes, Path], Iterable[str]]
    modules: tuple[str, ...]
    seeds: Callable[[], list[bytes]]
    words: tuple[bytes, ...] = ()
    shape: Shape = Shape.BYTES
    prepare: Callable[[Path], None] = _nothing
    show: Callable[[Path], Iterable[str]] | None = None
    memory: int = MEMORY_BYTES
