"""The results table on a terminal: what matters stays at any width, and what was left out can be had."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from tests.recorded import finished, record
from vitdash import presets
from vitdash.export import rows
from vitdash.terminal import results


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_results_of_a_run_fit_any_terminal(root: Path, width: int) -> None:
    """Loss and accuracies stay; what was left out can be had, and how is said in one piece."""
    vit = presets.load("vit-l8-h16-cs784")
    (row,) = rows.read_rows([record(root, vit, finished(vit))])
    file = io.StringIO()
    results.show(Console(file=file, width=width, highlight=False, markup=False, emoji=False), [row])
    table, _, notice = file.getvalue().partition("\n" if width > 300 else "not fit here.")
    assert notice.endswith(f"vitdash export {row.id}\n")
    assert max(map(cell_len, table.splitlines()[:-1])) <= width
    for value in ("ViT (magenta)", "0.01962", "0.9086", "0.9181"):
        assert value in table
