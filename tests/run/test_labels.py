"""What people write on a run is kept, found again, and harmless, whoever else writes at the same time."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harmless import is_harmless
from tests.run.bare_runs import bare_run
from tests.run.happenings import JSON, TEXT_WITH_HALVES
from tests.run.rights import nobody, open_to_all
from vitdash.errors import InputError, RunError
from vitdash.run import labels, lock, store, summary
from vitdash.run.labels import LARGEST_FILE_BYTES, Labels, change, read, tag
from vitdash.run.store import Run


def test_a_run_has_no_labels_until_someone_writes_some(root: Path) -> None:
    """Reading makes no file."""
    run = bare_run(root)
    assert read(run) == Labels("", (), "")
    assert not run.labels.exists()


def test_what_is_not_given_is_kept(root: Path) -> None:
    """Each label is changed without the others; an empty one takes it away."""
    run = bare_run(root)
    assert change(run, name="baseline", tags=["paper", "v1.0"], note="first\nsecond") == read(run)
    assert change(run, note="") == Labels("baseline", ("paper", "v1.0"), "")
    assert change(run, name="") == read(run) == Labels("", ("paper", "v1.0"), "")
    assert not list(run.path.glob(".*.tmp"))


def test_tags_are_added_and_taken_away(root: Path) -> None:
    """In the order they came, each once; taking away what is not there changes nothing."""
    run = bare_run(root)
    tag(run, ["paper", "slow"])
    assert tag(run, ["slow", "c++", "paper"]).tags == ("paper", "slow", "c++")
    assert tag(run, ["slow", "never"], remove=True).tags == ("paper", "c++")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "a/b"}, "NAME: a run cannot be called 'a/b'. Use letters, digits,"),
        ({"name": "x" * 61}, "NAME: a run cannot be called 'xxx"),
        ({"tags": ["two words"]}, "TAG: 'two words' is no tag. Use letters, digits, '.', '_', '+' and '-', at most 40"),
        ({"tags": [""]}, "TAG: '' is no tag."),
        ({"tags": ["\x1b[2J"]}, "TAG: '[2J' is no tag."),
        ({"tags": ["x" * 41]}, "TAG: 'xxx"),
        ({"tags": [str(number) for number in range(33)]}, "TAG: a run has at most 32 tags; these would be 33."),
        ({"note": "x" * 2001}, "NOTE: a note has at most 2,000 characters; this one has 2,001."),
    ],
    ids=lambda given: ascii(given)[:30],
)
def test_what_is_no_label_is_refused(root: Path, given: dict[str, Any], said: str) -> None:
    """With what is allowed; what was there stays."""
    run = bare_run(root)
    change(run, name="kept")
    with pytest.raises(InputError) as caught:
        change(run, **given)
    assert str(caught.value).startswith(said)
    assert read(run) == Labels("kept")


def test_one_tag_too_many_is_refused_where_the_others_are_known(root: Path) -> None:
    """Thirty-two there, and one more."""
    run = bare_run(root)
    tag(run, [f"t{number}" for number in range(32)])
    with pytest.raises(InputError, match="at most 32 tags; these would be 33"):
        tag(run, ["more"])
    assert len(read(run).tags) == 32


@given(note=st.text(st.characters(), max_size=40) | st.just("a\r\nb\x1b[2Jc\u202ed\n\n"))
def test_a_note_is_lines_that_drive_no_terminal(tmp_path_factory: pytest.TempPathFactory, note: str) -> None:
    """Whatever was pasted; what is read is what was returned."""
    run = Run(tmp_path_factory.getbasetemp() / "noted" / "a-run")
    if not run.path.exists():
        bare_run(run.path.parent, run_id=run.id)
    kept = change(run, note=note).note
    assert read(run).note == kept
    assert all(map(is_harmless, kept.split("\n")))


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        (b"", Labels()),
        (b"{", Labels()),
        (b"[]", Labels()),
        (b"\xff", Labels()),
        (b"[" * 50_000, Labels()),
        (b'{"note": "' + b"x" * LARGEST_FILE_BYTES + b'"}', Labels()),
        (b'{"name": "\\u001b[2J", "tags": ["good", "b d", 7, "good"], "note": "a\\u001b[2J\\nb"}',
         Labels("", ("good",), "a [2J\nb")),
        (b'{"name": "../up", "tags": "good", "note": 7, "more": 1}', Labels()),
        (b'{"name": "fine", "note": "' + b"x" * 3000 + b'"}', Labels("fine", (), "x" * 2000)),
        (json.dumps({"tags": list(map(str, range(99)))}).encode(), Labels("", tuple(map(str, range(32))))),
    ],
    ids=lambda value: ascii(value)[:24],
)  # fmt: skip
def test_of_a_file_from_anyone_the_sound_part_is_read(root: Path, content: bytes, sound: Labels) -> None:
    """And it can be written over."""
    run = bare_run(root)
    run.labels.write_bytes(content)
    assert read(run) == sound
    assert change(run, name="new").name == "new"


@given(content=st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "tags", "note"), JSON | TEXT_WITH_HALVES)))
def test_any_json_is_labels(tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]) -> None:
    """Of the right types, harmless and within their limits."""
    run = Run(tmp_path_factory.getbasetemp() / "any-json" / "a-run")
    if not run.path.exists():
        bare_run(run.path.parent, run_id=run.id)
    run.labels.write_text(json.dumps(content))
    found = read(run)
    assert change(run, name=found.name, tags=found.tags, note=found.note) == found


def test_what_is_no_file_is_waited_for_by_nobody(root: Path) -> None:
    """A named pipe, a directory or a link in its place would stop a whole list of runs."""
    piped, folder, linked = (bare_run(root) for _ in range(3))
    os.mkfifo(piped.labels)
    folder.labels.mkdir()
    linked.labels.symlink_to("/dev/zero")
    assert read(piped) == read(folder) == read(linked) == Labels()


def test_of_many_who_write_at_once_nobody_is_lost(root: Path) -> None:
    """Two dashboards and a script: every tag arrives, and so does the name."""
    run = bare_run(root)
    writers = [threading.Thread(target=tag, args=(run, [f"t{number}"])) for number in range(12)]
    writers.append(threading.Thread(target=change, args=(run,), kwargs={"name": "baseline"}))
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(read(run).tags) == sorted(f"t{number}" for number in range(12))
    assert read(run).name == "baseline"


def test_who_cannot_write_is_told_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone else's directory, one that is gone, and labels that somebody keeps locked."""
    with open_to_all() as folder:
        run = bare_run(folder)
        with nobody(), pytest.raises(RunError, match=f"{run.id}: its labels cannot be written: Permission denied."):
            change(run, name="mine")
    with pytest.raises(RunError, match="its labels cannot be written: No such file"):
        tag(Run(root / "gone"), ["x"])
    kept = bare_run(root)
    monkeypatch.setattr(labels, "PATIENCE_SECONDS", 0.0)
    held = lock.acquire(kept.path / ".labels.lock")
    with pytest.raises(RunError, match="is being labelled by someone else"):
        tag(kept, ["x"])
    assert held
    held.release()


def test_a_run_is_shown_and_found_by_its_new_name(root: Path) -> None:
    """By the old one too, unless another run is called so now; the id never changes."""
    first = bare_run(root, run_id="cnn-20260101-100000-aaaa", name="cnn", claim="finished")
    change(first, name="baseline", tags=["paper"])
    assert store.find(root, "baseline") == store.find(root, "cnn") == store.find(root, first.id) == first
    short = summary.summarise(first)
    assert (short.name, short.labels, short.run.id) == ("baseline", read(first), first.id)
    assert summary.describe(short)["tags"] == ["paper"]
    second = bare_run(root, run_id="cnn-20260102-100000-aaaa", name="cnn")
    assert store.find(root, "cnn") == second
    with pytest.raises(InputError, match=r"there is no run 'basline'\. Did you mean 'baseline'\?"):
        store.find(root, "basline")
    (first.path / "run.json").write_text("{")
    assert summary.summarise(first).name == "baseline"
