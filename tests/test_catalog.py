"""Names lead to code that is there; a name that leads nowhere is answered with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

import vitdash
from tests.harmless import is_harmless
from vitdash import catalog
from vitdash.errors import InputError


@pytest.mark.parametrize("name", catalog.ARCHITECTURES)
def test_an_architecture_is_found_under_its_own_name(name: str) -> None:
    """The name in a preset and the name that the class gives itself are one."""
    assert catalog.load("architecture", catalog.ARCHITECTURES, name).name == name


@pytest.mark.parametrize("name", catalog.EXPORTERS)
def test_an_exporter_renders_rows(name: str) -> None:
    """Every format can at least write a table of nothing, or no file."""
    assert isinstance(catalog.load("--format", catalog.EXPORTERS, name)([], reported=True), (str, dict))


def test_what_the_engine_holds_lies_where_the_catalog_says() -> None:
    """Looked up without importing it: torch stays out of this process."""
    places = [facts.load for facts in catalog.DATASETS.values()] + ["vitdash.engine.probes.svc:measure"]
    above = Path(vitdash.__file__).parents[1]
    for place in places:
        assert isinstance(place, str)
        module, _, function = place.partition(":")
        assert f"\ndef {function}(" in (above / f"{module.replace('.', '/')}.py").read_text()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("markdwon", "--format: there is no 'markdwon'. Did you mean 'markdown'?"),
        ("qq", "--format: there is no 'qq'. Known: markdown, csv, json, svg or tensorboard."),
        ("\x1b[31m", "--format: there is no '[31m'. Known: markdown, csv, json, svg or tensorboard."),
    ],
)
def test_a_name_that_leads_nowhere_is_answered_with_the_nearest(name: str, sentence: str) -> None:
    """One sentence: what is missing, and what there is."""
    with pytest.raises(InputError) as refused:
        catalog.load("--format", catalog.EXPORTERS, name)
    assert str(refused.value) == sentence
    assert is_harmless(sentence)
