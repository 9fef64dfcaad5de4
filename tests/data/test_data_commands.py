"""`vitdash data` as users and scripts meet it: what it lists, and one line for each mistake."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands import vitdash_each

FETCH = ("data", "fetch")
MISTAKES: dict[tuple[str, ...], str] = {
    (*FETCH, "fashion-minst"): "NAME: there is no data set 'fashion-minst'. Did you mean 'fashion-mnist'?",
    (*FETCH, "?"): "NAME: there is no data set '?'. Known: fashion-mnist, mnist or digits.",
    (*FETCH, "mnist", "--mirror", "ftp://example.org"): "--mirror: 'ftp://example.org' begins neither with http:// nor",
    (*FETCH, "mnist", "fashion-mnist", "--mirror", "http://example.org"): "--mirror: goes with one NAME: the files of",
    (*FETCH, "mnist", "--data-dir", "file"): "file: is a file, not a folder. Give another folder with --data-dir.",
    ("data", "--data-dir", "elsewhere", *FETCH[1:], "mnist"): "data: options for fetch stand behind it, not before it.",
    FETCH: "Missing argument 'NAME…'. See: vitdash data fetch --help",
}


def test_a_mistake_costs_one_sentence(tmp_path: Path) -> None:
    """It names the place and the way out, exits with 2 and touches nothing."""
    (tmp_path / "file").write_text("")
    for expected, done in zip(MISTAKES.values(), vitdash_each(list(MISTAKES), tmp_path), strict=True):
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr.count("\n") == 1, done.stderr
        assert expected in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_listed_and_bundled(tmp_path: Path) -> None:
    """Each data set has a line, what is bundled needs nothing, what cannot be read keeps the others from nothing."""
    (tmp_path / "torn" / "FashionMNIST" / "raw" / "train-images-idx3-ubyte.gz").mkdir(parents=True)
    commands = [("data",), ("data", "--json"), (*FETCH, "digits", "digits"), ("data", "--data-dir", "torn")]
    listed, described, bundled, torn = vitdash_each(commands, tmp_path)
    assert [done.returncode for done in (listed, described, bundled, torn)] == [0, 0, 0, 0]
    lines = [line.split() for line in listed.stdout.splitlines()]
    assert lines[1] == ["fashion-mnist", "Fashion-MNIST", "60,000", "10,000", "missing", "FashionMNIST/raw"]
    assert lines[3] == ["digits", "scikit-learn's", "digits", "1,438", "359", "bundled"]
    assert listed.stdout.endswith("/vitdash/datasets. Fetch one: vitdash data fetch NAME\n")
    states = {item["name"]: (item["state"], item["folder"] is None) for item in json.loads(described.stdout)}
    assert states == {"fashion-mnist": ("missing", False), "mnist": ("missing", False), "digits": ("bundled", True)}
    assert bundled.stdout == "digits: is bundled; there is nothing to fetch.\n"
    assert torn.stdout.splitlines()[1].split()[4] == "unreadable"
    assert "train-images-idx3-ubyte.gz: cannot be used: Is a directory." in torn.stdout
    assert "missing" in torn.stdout.splitlines()[2]
