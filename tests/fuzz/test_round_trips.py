"""What vitdash writes it reads back equal; presets, settings and events have such tests beside their own."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.configurations import PLAIN_TEXT
from tests.fuzz import seeds
from tests.recorded import diagnosed
from vitdash.run import control, diagnostics, labels, names, queue
from vitdash.run.control import Word
from vitdash.run.queue import MOST_JOBS, Line
from vitdash.run.store import Claim, Run

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMED = st.dictionaries(PLAIN_TEXT, PLAIN_TEXT, max_size=3)
WHOLE = st.integers(-(2**63), 2**63 - 1)
CLAIMS = st.builds(
    Claim,
    **dict.fromkeys(("id", "name", "claim", "host", "boot_id", "device"), PLAIN_TEXT),
    **dict.fromkeys(("claimed_uptime", "created", "process_started", "started", "ended"), FINITE),
    **dict.fromkeys(("pid", "threads"), WHOLE),
    **dict.fromkeys(("versions", "plugins"), NAMED),
    command=st.lists(PLAIN_TEXT, max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run's folder, written over again and again."""
    path = tmp_path_factory.mktemp("round") / "a-run-20260101-000000-abcd"
    path.mkdir()
    return Run(path)


@given(CLAIMS)
def test_a_claim(run: Run, claim: Claim) -> None:
    """All but where and when it was claimed, which the writer knows."""
    run.write_claim(claim)
    read = run.read_claim()
    stamps = {name: getattr(claim, name) for name in ("host", "boot_id", "claimed_uptime")}
    assert dataclasses.replace(read, **stamps) == claim


@given(
    name=st.just("") | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,59}", fullmatch=True),
    tags=st.lists(st.from_regex(r"[A-Za-z0-9._+-]{1,40}", fullmatch=True), max_size=5, unique=True),
    note=st.lists(PLAIN_TEXT.filter(bool), max_size=3).map("\n".join),
)
def test_labels(run: Run, name: str, tags: list[str], note: str) -> None:
    """A name, tags in their order, a note of several lines."""
    assert names.is_name(name) or not name
    written = labels.change(run, name=name, tags=tags, note=note)
    assert labels.read(run) == written
    assert (written.name, written.tags, written.note) == (name, tuple(tags), note)


@given(st.lists(st.sampled_from(Word), min_size=1, max_size=4))
def test_orders(run: Run, words: list[Word]) -> None:
    """Each is read as it was given, with the next number."""
    before = control.read(run.control).number
    for word in words:
        assert control.read(run.control) != control.give(run.control, word) == control.read(run.control)
    assert control.read(run.control).number == before + len(words)


@given(st.integers(1, MOST_JOBS), st.lists(PLAIN_TEXT, max_size=4, unique=True))
def test_a_line_of_runs(run: Run, jobs: int, order: list[str]) -> None:
    """How many at once, and who waits."""
    line = Line(jobs, tuple(order))
    (run.path / "queue.json").write_text(json.dumps(dataclasses.asdict(line)))
    assert queue.read(run.path) == line


@given(st.lists(PLAIN_TEXT, min_size=10, max_size=10), st.integers(0, 2**53))
def test_diagnostics(names_of: list[str], images_seen: int) -> None:
    """As an evaluation writes them."""
    content: Any = diagnosed(seeds.CONFUSION, names_of, images_seen)
    read = diagnostics.parse(json.dumps(content).encode())
    assert (read.images_seen, list(read.classes)) == (images_seen, names_of)
    assert [list(row) for row in read.confusion] == content["confusion"]
    assert list(read.class_accuracy) == content["class_accuracy"]
    assert read.embedding.x == tuple(content["embedding"]["x"])
