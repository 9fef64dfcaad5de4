"""What a run is asked to do: a numbered word in a file, from anyone, at any time. Must not know who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vitdash.opening import open_regular
from vitdash.run.files import write_atomically


class Word(StrEnum):
    """What can be asked of a run."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Order:
    """A word and its number; a worker obeys only numbers above the one it was launched after.

    So a `stop` that was meant for an earlier life of the run cannot end a resumed one.
    """

    number: int
    word: Word


NOTHING = Order(0, Word.RUN)
_HIGHEST_NUMBER = 2**53


def read(path: Path) -> Order:
    """Return the order in the file; where none can be read, nothing is asked: no file may end a worker."""
    try:
        with open_regular(path) as file:
            number, word = file.read(64).split()
        order = Order(int(number), Word(word.decode()))
    except (OSError, ValueError):
        return NOTHING
    return order if 0 < order.number <= _HIGHEST_NUMBER else NOTHING


def give(path: Path, word: Word) -> Order:
    """Ask for `word`, with the next number.

    Raises:
        OSError: the file cannot be written.
    """
    order = Order(read(path).number + 1, word)
    write_atomically(path, f"{order.number} {order.word}\n".encode())
    return order
