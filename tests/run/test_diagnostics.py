"""Diagnostics are read back whole and as they were written, or not at all; nothing outside the run is touched."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recorded import diagnosed, save_diagnostics
from tests.run.bare_runs import bare_run
from tests.run.happenings import JSON
from vitdash.errors import RunError
from vitdash.run import diagnostics
from vitdash.run.diagnostics import Augmented, Diagnostics, Embedding, Judged, available, latest, parse, read
from vitdash.run.store import Run

CONTENT = diagnosed([[8, 2, 0], [5, 4, 1], [0, 0, 0]], ("cat", "d\x1b[31mog", "emu"), images_seen=640)
PICTURE = bytes([0, 80, 160, 255])
JUDGED = Judged(index=7, true=0, predicted=1, loss=0.5, image=PICTURE)
FOUND = Diagnostics(
    images_seen=640,
    classes=("cat", "d [31mog", "emu"),
    image_size=2,
    confusion=((8, 2, 0), (5, 4, 1), (0, 0, 0)),
    class_accuracy=(0.8, 0.4, None),
    augmented=(Augmented(true=0, image=PICTURE),),
    best=(JUDGED,),
    worst=(JUDGED, JUDGED),
    embedding=Embedding(x=(0.5, -1.0), y=(0.25, 2.0), true=(0, 1), predicted=(1, 1)),
)


def changed(path: tuple[str | int, ...], value: Any) -> bytes:
    """Return the diagnostics as JSON with one value in them replaced."""
    content = json.loads(json.dumps(CONTENT))
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(content).encode()


def test_what_was_written_is_read(root: Path) -> None:
    """Images as bytes, class names without what could drive a terminal."""
    run = bare_run(root)
    save_diagnostics(run, CONTENT)
    assert read(run, 640) == FOUND
    assert FOUND.confusions() == [(5, 1, 0), (2, 0, 1), (1, 1, 2)]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("images_seen",), -1, "'images_seen' is missing or wrong"),
        (("images_seen",), True, "'images_seen' is missing or wrong"),
        (("classes",), [], "0 classes are too few or too many"),
        (("classes",), ["a"] * 1001, "1001 classes are too few or too many"),
        (("classes", 0), 7, "'classes' is missing or wrong"),
        (("image_size",), 0, "'image_size' is missing or wrong"),
        (("image_size",), 3, "'augmented' has an image of 4 bytes for 3 × 3 pixels"),
        (("confusion",), [[1, 2, 3]], "'confusion' has 1 entries for 3 classes"),
        (("confusion", 1), [1, 2], "'confusion' has 2 entries for 3 classes"),
        (("confusion", 1, 1), 1.5, "'confusion' is missing or wrong"),
        (("confusion", 1, 1), -1, "'confusion' is missing or wrong"),
        (("class_accuracy", 0), 1.01, "'class_accuracy' is missing or wrong"),
        (("class_accuracy",), [1.0], "'class_accuracy' has 1 entries for 3 classes"),
        (("augmented", 0, "true"), 3, "'augmented' is missing or wrong"),
        (("best", 0, "image"), "????", "base64"),
        (("best", 0, "image"), "ä", "ASCII"),
        (("worst", 0, "loss"), "high", "'worst' is missing or wrong"),
        (("worst", 0), [], "'worst' is missing or wrong"),
        (("embedding",), None, "'embedding' is missing or wrong"),
        (("embedding", "x"), [0.5], "'embedding' has lists of different lengths"),
        (("embedding", "predicted"), [0, 3], "'embedding' is missing or wrong"),
        (("embedding", "y"), [float("nan"), 1], "NaN is not a finite number"),
    ],
    ids=str,
)
def test_one_wrong_value_and_nothing_is_believed(path: tuple[str | int, ...], value: Any, said: str) -> None:
    """Views draw all of it without looking: sizes fit, labels are classes, numbers are finite."""
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        parse(changed(path, value))


KEYS = [field.name for field in dataclasses.fields(Diagnostics)]


@given(
    path=st.sampled_from([(key,) for key in KEYS] + [("confusion", 0), ("best", 0), ("embedding", "x"), ("worst", 0)]),
    value=JSON | st.lists(st.integers(-1, 4), max_size=4) | st.lists(st.dictionaries(st.sampled_from(KEYS), JSON)),
)
def test_any_json_is_read_right_or_refused(
    tmp_path_factory: pytest.TempPathFactory, path: tuple[str | int, ...], value: Any
) -> None:
    """With one sentence that names the file; what is accepted has the right sizes."""
    run = Run(tmp_path_factory.getbasetemp() / "diagnosed" / "a-run")
    if not run.path.exists():
        bare_run(run.path.parent, run_id=run.id)
        run.diagnostics.mkdir()
    diagnostics.file_of(run, 640).write_bytes(changed(path, value))
    try:
        found = read(run, 640)
    except RunError as error:
        said = str(error)
        assert said.startswith(f"{diagnostics.file_of(run, 640)}: cannot be understood: ")
        assert "\n" not in said
        return
    classes = len(found.classes)
    assert [len(row) for row in found.confusion] == [classes] * classes
    assert len(found.class_accuracy) == classes
    assert len({len(values) for values in dataclasses.astuple(found.embedding)}) == 1
    images = [item.image for item in found.augmented] + [item.image for item in found.best + found.worst]
    assert {len(image) for image in images} <= {found.image_size**2}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000], ids=lambda raw: repr(raw[:9]))
def test_what_is_no_diagnostics_at_all_is_refused(content: bytes) -> None:
    """As any other JSON from strangers."""
    with pytest.raises(ValueError):  # noqa: PT011 - each has a sentence of its own
        parse(content)


def test_the_last_diagnostics_that_count_are_those_at_or_before_the_last_evaluation(root: Path) -> None:
    """A crash may have left later ones, which a resumed run has not reached again."""
    run = bare_run(root)
    assert available(run) == []
    assert latest(run, 640) is None
    for position in (1280, 640, 1_000_000_000_000):
        save_diagnostics(run, CONTENT | {"images_seen": position})
    for name in ("640.json", "notes.txt", ".000000000640.json.1-1.tmp", "x00000000640.json"):
        (run.diagnostics / name).write_text("")
    assert available(run) == [640, 1280, 1_000_000_000_000]
    assert [latest(run, evaluated) for evaluated in (0, 640, 2000)] == [None, 640, 1280]


def test_what_cannot_be_read_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None there, a directory, a pipe, a file about something else, one that is too large."""
    run = bare_run(root)
    save_diagnostics(run, CONTENT)
    with pytest.raises(RunError, match=f"{run.id}: there are no diagnostics after 1,280 images"):
        read(run, 1280)
    diagnostics.file_of(run, 1280).write_text(json.dumps(CONTENT))
    with pytest.raises(RunError, match="cannot be understood: it is about 640 images"):
        read(run, 1280)
    diagnostics.file_of(run, 1).mkdir()
    with pytest.raises(RunError, match="cannot be read: Is a directory"):
        read(run, 1)
    os.mkfifo(diagnostics.file_of(run, 2))
    with pytest.raises(RunError, match="cannot be read: it is no regular file"):
        read(run, 2)
    monkeypatch.setattr(diagnostics, "LARGEST_FILE_BYTES", 100)
    with pytest.raises(RunError, match="cannot be read: it is larger than 100 bytes"):
        read(run, 640)


def test_no_link_is_followed(root: Path) -> None:
    """Neither the folder nor a file may lead out of the run."""
    run, other = bare_run(root), bare_run(root)
    save_diagnostics(other, CONTENT)
    run.diagnostics.mkdir()
    diagnostics.file_of(run, 640).symlink_to(diagnostics.file_of(other, 640))
    with pytest.raises(RunError, match="cannot be read: it is a link to another place"):
        read(run, 640)
    linked = bare_run(root)
    linked.diagnostics.symlink_to(other.diagnostics)
    assert available(linked) == []
    with pytest.raises(RunError, match="it lies in a folder that is a link"):
        read(linked, 640)
