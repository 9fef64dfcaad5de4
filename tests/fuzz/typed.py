"""Readers of what is typed: conditions, keys, names, knobs, and a command line that is being completed."""

from __future__ import annotations

import contextlib
import functools
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.fuzz.seeds import run_in
from vitdash import keys, matrix, presets
from vitdash.completion import answer
from vitdash.data import addresses
from vitdash.errors import InputError
from vitdash.run import labels, names, references, selection, store, summary
from vitdash.run.fields import Facts, Fields


def read_expression(raw: bytes, folder: Path) -> Iterator[str]:
    """Read a condition, an order and columns, and apply them to a run."""
    text = raw.decode(errors="surrogateescape")
    facts = [Facts(item) for item in summary.summarise_all(folder / "runs")]
    fields = Fields(item.summary for item in facts)
    yield from _told(lambda: selection.order(text, fields)(facts))
    yield from _told(lambda: [fields[field.name].written(facts[0]) for field in selection.columns(text, fields)])
    condition = selection.condition(text, fields)
    yield str(condition.holds(facts[0]))


def expressions() -> list[bytes]:
    """Return expressions that use all of the language."""
    return [
        text.encode()
        for text in (
            "0.8 < accuracy <= 0.95 and preset ~ 'cnn'",
            "not (heads in [4, 8] or tags == absent) and -accuracy + 1 * 2 / 3 // 1 % 5 >= 0",
            "svc or accuracy",
            '"first" in tags and "x\\"y" !~ name',
            "accuracy != absent and 1_000 == 1e3 and state not in ['lost']",
            "true and false == bias",
            "-accuracy,age",
            "run,accuracy,width",
            "cnn a-run",
        )
    ]


def read_keys(raw: bytes, folder: Path) -> Iterator[str]:
    """Read keys, and what they would do."""
    try:
        found = keys.parse(raw.decode(errors="replace"))
        keymap = keys.defaults() | {"quit": found}
        keys.swallowed(keymap)
        keys.check(keymap)
    except ValueError as error:
        # Whoever asks makes a sentence of it.
        raise InputError("[keys] quit", f"{error}.") from None
    assert keys.parse(",".join(found)) == found, "written again they are other keys"
    yield from found


def read_names(raw: bytes, folder: Path) -> Iterator[str]:
    """Take a text for a reference, a name, a tag, a note, and a preset."""
    text, run = raw.decode(errors="surrogateescape"), run_in(folder)
    root = run.path.parent
    yield from _told(lambda: [run.id for run in references.find_all(root, [text])])
    yield from _told(lambda: [store.find(root, text).id])
    yield from _told(lambda: [names.check_name(text)])
    yield from _told(lambda: [labels.change(run, note=text).note])
    yield from _told(lambda: [*labels.tag(run, text.split(), remove=len(raw) % 2 == 0).tags])
    yield from _told(lambda: [labels.change(run, name=text).name])
    assert labels.read(run) == labels.change(run), "what was written is not what is read"
    yield from _told(lambda: [presets.dump(presets.load(text))])
    yield from _told(lambda: [store.create(root.parent / "made", text, "", ()).id])


def read_knobs(raw: bytes, folder: Path) -> Iterator[str]:
    """Take a text for the value of a knob, for a sweep's matrix, for seeds, and for an address."""
    text = raw.decode(errors="surrogateescape")
    name, _, value = text.partition("=")
    for config in _configs():
        yield from _told(lambda config=config: [str(config.parse({name: value}))])
        yield from _told(lambda config=config: [str(matrix.parse(matrix.typed([text]), config))])
    yield from _told(lambda: [f"{len(matrix.seeds(text))}"])
    yield addresses.checked(text)


def read_line(raw: bytes, folder: Path) -> Iterator[str]:
    """Complete a line; that nothing goes wrong is for the completion itself to see to."""
    text = raw.replace(b"\0", b"").decode(errors="surrogateescape")
    answer.split(text)
    given = {"VITDASH_COMPLETE": "bash", "VITDASH_LINE": text, "VITDASH_BREAKS": "=:"}
    told = io.StringIO()
    with patch.dict(os.environ, given), contextlib.redirect_stdout(told):
        answer.give(_command())
    yield told.getvalue()


@functools.cache
def _configs() -> tuple[Any, ...]:
    return tuple(presets.load(name) for name in ("cnn", "rn18", "vit-l4-h16"))


@functools.cache
def _command() -> Any:
    import typer

    from vitdash.cli import app

    return typer.main.get_command(app)


def _told(make: Any) -> Iterator[str]:
    """Yield what comes of a text, or the sentence that says why nothing does."""
    try:
        yield from map(str, make())
    except InputError as error:
        yield str(error)
