"""The page about conditions says what the code does: its tables are the code's, its examples work."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from vitdash.run import selection
from vitdash.run.fields import Fields

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "expressions.md").read_text()
CONDITIONS = PAGE[PAGE.index("## Conditions") : PAGE.index("### What has no value")]
EXAMPLES = [
    example
    for line in CONDITIONS.splitlines()
    if line.startswith("| `")
    for example in re.findall("`([^`]+)`", line.split("|")[1])
]


def test_the_tables_of_fields_are_those_of_the_code() -> None:
    """After a change: python docs/make_tables.py."""
    page = runpy.run_path(str(DOCS / "make_tables.py"))["page"]
    assert page(PAGE) == PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_condition(example: str) -> None:
    """Over fields that there are; only the last one is words."""
    condition = selection.condition(example, Fields())
    assert (condition.parsed is None) is (example == "cnn digits")


def test_there_are_examples() -> None:
    """The page is read as it is meant."""
    assert len(EXAMPLES) == 16
