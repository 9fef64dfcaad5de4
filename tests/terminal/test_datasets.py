"""The list of data sets tells what there is of each, at any width, and how to get the rest."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from tests.data import small
from vitdash.data.inventory import Entry
from vitdash.data.stock import look
from vitdash.terminal import datasets


def shown(entries: list[Entry], directory: Path, width: int) -> list[str]:
    file = io.StringIO()
    datasets.show(Console(file=file, width=width, highlight=False, markup=False, emoji=False), entries, directory)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_list_fits_any_terminal(tmp_path: Path, width: int) -> None:
    """Name and state always stay; a data set that cannot be read says why below the others."""
    folder = small.put(tmp_path, labels=small.PACKED["labels.gz"])
    (folder / "images.gz.part").write_bytes(small.PACKED["images.gz"][:100_000])
    partial = Entry("fashion-mnist", small.facts(), look(small.publication(), tmp_path))
    torn = Entry("torn", small.facts(), None, "train.gz: cannot be used: Is a directory.")
    heading, first, second, problem, where = shown([partial, torn], tmp_path, width)
    assert all(cell_len(line) <= width for line in (heading, first, second))
    here = 100_000 + len(small.PACKED["labels.gz"])
    assert f"partial {100 * here // sum(map(len, small.PACKED.values()))} %" in first
    assert ("torn" in second, "unreadable" in second) == (True, True)
    assert problem == "train.gz: cannot be used: Is a directory."
    assert where == f"Kept in {tmp_path}. Fetch one: vitdash data fetch NAME"
    assert ("Small/raw" in first) == (width >= 80)


def test_nothing_is_offered_to_be_fetched_where_all_is_whole(tmp_path: Path) -> None:
    """Its checksums are verified, and what is bundled has neither size nor folder."""
    small.put_all(tmp_path)
    whole = Entry("small", small.facts(), look(small.publication(), tmp_path))
    bundled = Entry("digits", small.facts(), None)
    *_, first, second, where = shown([whole, bundled], tmp_path, 120)
    assert first.split()[-2:] == ["verified", "Small/raw"]
    assert second.split() == ["digits", "Small", "100", "10", "bundled"]
    assert where == f"Kept in {tmp_path}."
