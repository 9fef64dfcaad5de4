"""What people write on a run: another name, tags, a note. Must not know who writes, nor what the run computes."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitdash.errors import InputError, RunError
from vitdash.opening import read_bounded
from vitdash.run import lock, names, wire
from vitdash.run.files import write_atomically
from vitdash.text import count, plain

if TYPE_CHECKING:
    from vitdash.run.store import Run

LONGEST_TAG = 40
MOST_TAGS = 32
LONGEST_NOTE = 2_000
LARGEST_FILE_BYTES = 65_536
PATIENCE_SECONDS = 5.0
_TAG = re.compile(r"[A-Za-z0-9._+-]+\Z")


@dataclass(frozen=True, slots=True)
class Labels:
    """What is written on a run; an empty `name` leaves it the one it was created with."""

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""


NONE = Labels()


def read(run: Run) -> Labels:
    """Return a run's labels; of a file that anyone may have written, what is sound of it."""
    try:
        content = wire.parse(read_bounded(run.labels, LARGEST_FILE_BYTES))
    except (OSError, ValueError):
        return NONE
    return Labels(_sound_name(content.get("name")), _sound_tags(content.get("tags")), _sound_note(content.get("note")))


def change(run: Run, *, name: str | None = None, tags: Iterable[str] | None = None, note: str | None = None) -> Labels:
    """Replace what is given of a run's labels, keep the rest, and return them all.

    Raises:
        InputError: a label is not one that a run may have.
        RunError: the run's directory cannot be written.
    """
    given: dict[str, Any] = {}
    if name is not None:
        given["name"] = names.check_name(name, "NAME") if name else ""
    if tags is not None:
        given["tags"] = _check_tags(tags)
    if note is not None:
        given["note"] = _check_note(note)
    return _edit(run, lambda labels: dataclasses.replace(labels, **given))


def tag(run: Run, words: Iterable[str], *, remove: bool = False) -> Labels:
    """Add tags to a run's, or take them away, and return all its labels.

    Raises:
        InputError: a word is no tag, or there would be too many.
        RunError: the run's directory cannot be written.
    """
    given = _check_tags(words)

    def edited(labels: Labels) -> Labels:
        kept = [word for word in labels.tags if word not in given] if remove else [*labels.tags, *given]
        return dataclasses.replace(labels, tags=_check_tags(kept))

    return _edit(run, edited)


def check_tag(word: str, place: str = "TAG") -> str:
    """Return `word` if a run may be tagged so; `place` is where it was given.

    Raises:
        InputError: it may not.
    """
    if not _is_tag(word):
        allowed = f"Use letters, digits, '.', '_', '+' and '-', at most {LONGEST_TAG} of them."
        raise InputError(place, f"'{plain(word, 60)}' is no tag.", allowed)
    return word


def _edit(run: Run, edit: Callable[[Labels], Labels]) -> Labels:
    """Read, change and write under a lock of its own, so that of two who write at once neither is lost."""
    try:
        held = lock.acquire(run.labels.with_name(".labels.lock"), PATIENCE_SECONDS)
        if held is None:
            raise RunError(run.id, "is being labelled by someone else.", "Try again in a moment.")
        try:
            labels = edit(read(run))
            write_atomically(run.labels, json.dumps(dataclasses.asdict(labels), indent=1).encode())
        finally:
            held.release()
    except OSError as error:
        raise RunError(run.id, f"its labels cannot be written: {plain(error.strerror)}.") from None
    return labels


def _check_tags(words: Iterable[str]) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(words))
    for word in tags:
        check_tag(word)
    if len(tags) > MOST_TAGS:
        raise InputError("TAG", f"a run has at most {MOST_TAGS} tags; these would be {count(len(tags))}.")
    return tags


def _check_note(note: str) -> str:
    cleaned = _cleaned(note)
    if len(cleaned) > LONGEST_NOTE:
        reason = f"a note has at most {count(LONGEST_NOTE)} characters; this one has {count(len(cleaned))}."
        raise InputError("NOTE", reason)
    return cleaned


def _is_tag(word: str) -> bool:
    return len(word) <= LONGEST_TAG and _TAG.match(word) is not None


def _cleaned(note: str) -> str:
    """Return a note of several lines, none of which could drive a terminal."""
    return "\n".join(plain(line, LARGEST_FILE_BYTES) for line in note.splitlines()).strip("\n")


def _sound_name(value: object) -> str:
    return value if isinstance(value, str) and names.is_name(value) else ""


def _sound_tags(value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(word for word in words if isinstance(word, str) and _is_tag(word)))[:MOST_TAGS]


def _sound_note(value: object) -> str:
    return _cleaned(value)[:LONGEST_NOTE] if isinstance(value, str) else ""
