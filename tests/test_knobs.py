"""A knob's one declaration decides what is accepted, what is refused, and what the refusal says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitdash import catalog
from vitdash.knob_tables import OTHER_TABLES, Description, Reported
from vitdash.knobs import Knob, Value, has_effect, knob, knobs_of


@dataclass(frozen=True)
class Sample:
    """One knob of each kind."""

    flag: bool = knob(False, "A flag.")
    word: str = knob("l2", "A choice.", choices=("l2", "cross-entropy"))
    note: str = knob("", "A text.")
    names: tuple[str, ...] = knob(("svc",), "Names.", choices=("svc", "knn"))
    size: int = knob(4, "A whole number.", minimum=1, maximum=4096)
    rate: float = knob(0.1, "A number.", above=0, maximum=100)
    share: float = knob(0.0, "A share.", minimum=0, maximum=0.99999999)
    tied: float = knob(0.5, "Only with one word.", only_if=("word", ("cross-entropy",)))


KNOBS = knobs_of(Sample)


def all_knobs() -> Iterator[Knob]:
    for table in (Description, Reported, *OTHER_TABLES.values()):
        yield from knobs_of(table).values()
    for name in catalog.ARCHITECTURES:
        yield from knobs_of(catalog.load("architecture", catalog.ARCHITECTURES, name)).values()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("flag", "yes", True),
        ("flag", " OFF ", False),
        ("word", "cross-entropy", "cross-entropy"),
        ("note", " spaced ", "spaced"),
        ("names", "knn, svc,knn", ("knn", "svc")),
        ("names", "", ()),
        ("size", "1,024", 1024),
        ("size", "1e3", 1000),
        ("size", "8.0", 8),
        ("rate", "3e-4", 3e-4),
        ("rate", "1", 1.0),
        ("rate", "0." + "3" * 60, 1 / 3),
    ],
)
def test_a_typed_text_becomes_a_value_of_the_knob_s_kind(name: str, text: str, value: Value) -> None:
    """What people write on a command line or in a form is understood, and has exactly the declared type."""
    parsed = KNOBS[name].parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("flag", "maybe", "'maybe' is not allowed. Allowed: true or false"),
        ("word", "l3", "'l3' is not allowed. Did you mean 'l2'? Allowed: l2 or cross-entropy"),
        ("names", "svm", "'svm' is not allowed. Did you mean 'svc'? Allowed: a list of svc, knn, separated by commas"),
        ("size", "", "'' is not allowed. Allowed: a whole number from 1 to 4,096"),
        ("size", "8.5", "'8.5' is not allowed"),
        ("size", "0", "'0' is not allowed"),
        ("size", "4097", "'4097' is not allowed"),
        ("size", "9" * 5000, "is not allowed. Allowed: a whole number from 1 to 4,096"),
        ("rate", "0", "'0' is not allowed. Allowed: a number above 0 and up to 100"),
        ("rate", "1e-400", "is not allowed"),
        ("rate", "nan", "'nan' is not allowed"),
        ("rate", "-inf", "'-inf' is not allowed"),
        ("rate", "x\x1b[31m", "'x [31m' is not allowed"),
        ("share", "1", "'1' is not allowed. Allowed: a number from 0 to 0.99999999"),
    ],
)
def test_a_refusal_names_the_value_and_what_is_allowed(name: str, text: str, words: str) -> None:
    """One sentence that tells what to write instead; a bound is never rounded to a value that is itself refused."""
    with pytest.raises(ValueError, match="Allowed: ") as refused:
        KNOBS[name].parse(text)
    assert words in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ["0,001", "1,2", "12,34", ",5", "1,000,00", "1,,000"])
def test_a_comma_that_separates_no_thousands_is_refused(text: str) -> None:
    """In half of Europe '0,001' is a thousandth: read as 1 it would train with three thousand times the rate."""
    for name in ("rate", "size"):
        with pytest.raises(ValueError, match="is not allowed"):
            KNOBS[name].parse(text)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("flag", 1, "'1' is not allowed. Allowed: true or false"),
        ("size", True, "true is not allowed. Allowed: a whole number"),
        ("rate", False, "false is not allowed. Allowed: a number"),
        ("size", "8", "'8' is text. Allowed: a whole number from 1 to 4,096"),
        ("size", 8.0, "'8.0' is not allowed"),
        ("size", [8], "'[8]' is a list"),
        ("word", 2, "'2' is not allowed"),
        ("names", "svc", "'svc' is text. Allowed: a list of svc, knn"),
        ("names", ["svc", 1], "is a list"),
        ("rate", {"x": 1}, "is a table"),
        ("rate", math.nan, "'nan' is not allowed"),
        ("rate", math.inf, "'inf' is not allowed"),
        ("rate", 10**400, "is not allowed"),
        ("note", " x", "'x' has control characters, or space at its ends"),
        ("note", "a\nb", "'a b' has control characters"),
        ("note", "\udcff", "has control characters"),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: Any, words: str) -> None:
    """Strict in files: true is not 1, "8" is not 8, and no number is so long that the refusal itself fails."""
    with pytest.raises(ValueError, match=r" (is|has) ") as refused:
        KNOBS[name].check(value)
    assert words in str(refused.value)


def test_a_number_too_long_to_be_written_is_refused_all_the_same() -> None:
    """Hexadecimal in a file may have thousands of digits, which Python refuses to write in decimal."""
    with pytest.raises(ValueError, match="'a very long number' is not allowed"):
        KNOBS["size"].check(1 << 20_000)


@given(st.floats() | st.integers() | st.integers(min_value=10**300, max_value=10**310) | st.text(max_size=8))
def test_whatever_is_given_is_accepted_within_bounds_or_refused(anything: float | str) -> None:
    """No value of a file or a command line makes a check fail in any other way."""
    for declared in KNOBS.values():
        try:
            value = declared.parse(anything) if isinstance(anything, str) else declared.check(anything)
        except ValueError:
            continue
        assert type(value) is type(declared.default)
        if isinstance(value, float):
            assert math.isfinite(value)
            assert math.copysign(1, value) == 1 or value < 0


def test_negative_zero_is_the_zero_that_it_equals() -> None:
    """Equal values are written equally, or equal configurations had different fingerprints."""
    assert math.copysign(1, float(KNOBS["share"].check(-0.0))) == 1  # type: ignore[arg-type]


def test_a_knob_without_effect_knows_it() -> None:
    """A knob that only one choice reads is idle with the others."""
    assert not has_effect(Sample(), KNOBS["tied"])
    assert has_effect(Sample(word="cross-entropy"), KNOBS["tied"])


@pytest.mark.parametrize("declared", list(all_knobs()), ids=lambda declared: declared.name)
def test_every_declaration_can_stand_in_a_form_and_a_help_page(declared: Knob) -> None:
    """A sentence of help, a label, what is allowed in words, and a default that is itself allowed."""
    assert declared.help[0].isupper()
    assert declared.help.endswith(".")
    assert declared.label
    assert declared.allowed.isprintable()
    if declared.name not in ("images_seen", "parameters"):
        assert declared.check(declared.default) == declared.default


def test_no_name_stands_for_two_knobs() -> None:
    """`--set NAME=…` says no table, so within one configuration a name must be enough."""
    others = [name for table in OTHER_TABLES.values() for name in knobs_of(table)]
    for architecture in catalog.ARCHITECTURES:
        names = [*knobs_of(catalog.load("architecture", catalog.ARCHITECTURES, architecture)), *others]
        assert len(names) == len(set(names))
