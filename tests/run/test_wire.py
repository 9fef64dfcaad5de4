"""JSON from files becomes finite numbers and whole characters, or one ValueError."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.run.happenings import JSON, TEXT, texts_in
from vitdash.run.wire import FITS, parse


@given(st.dictionaries(TEXT, JSON))
def test_an_object_comes_out_as_it_went_in(content: dict[str, Any]) -> None:
    """Strictness costs nothing that is sound, however it is escaped."""
    assert parse(json.dumps(content).encode()) == content
    assert parse(json.dumps(content, ensure_ascii=False).encode()) == content


@given(st.binary(max_size=100) | JSON.map(lambda content: json.dumps(content).encode()))
def test_everything_else_is_a_value_error(raw: bytes) -> None:
    """What is no object, no JSON or no UTF-8 raises nothing else."""
    try:
        content = parse(raw)
    except ValueError:
        return
    assert isinstance(content, dict)


@given(st.text(st.characters(), max_size=20))
def test_no_half_characters_come_through(text: str) -> None:
    """However a lone surrogate is written – in a key, in a value, deep down – it can be printed afterwards."""
    for found in texts_in(parse(json.dumps({text: [{"deep": text}]}).encode())):
        assert found.encode().decode() == found


@pytest.mark.parametrize("depth", [900, 980, 1000, 3000, 200_000])
def test_nesting_ends_in_a_value_error(depth: int) -> None:
    """Deep nesting is refused as text with escapes is, which is parsed twice."""
    for key in ("a", "\\ud800"):
        raw = f'{{"{key}": {"[" * depth}{"]" * depth}}}'.encode()
        try:
            assert isinstance(parse(raw), dict)
        except ValueError as error:
            assert str(error) == "nested too deeply"  # noqa: PT017 - a shallow one is accepted


@pytest.mark.parametrize("kind", sorted(FITS))
@settings(max_examples=25)
@given(value=JSON)
def test_a_value_fits_one_kind_of_annotation(kind: str, value: Any) -> None:
    """No value of another type fits: true is no number, a number is no text, null is nothing but optional."""
    plain_kinds: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}
    if not FITS[kind](value):
        return
    match kind:
        case "float | None":
            assert value is None or type(value) in (int, float)
        case "tuple[str, ...]":
            assert all(type(item) is str for item in value)
        case "dict[str, str]" | "dict[str, float]":
            assert all(type(item) in ((str,) if "str]" in kind else (int, float)) for item in value.values())
        case "dict[str, Any]":
            assert type(value) is dict
        case _:
            assert type(value) in plain_kinds[kind]
