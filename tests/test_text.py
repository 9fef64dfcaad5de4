"""How values are written for people: the reference's numbers, plain text whatever came in."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.harmless import is_harmless
from vitdash import text

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@given(ANY_TEXT)
@example("\x1b[31mred\x1b[0m\r\n\x07\x9b2J")
@example("a\u202eb\u2066c\u061cd\u200be\ufefff\u2028g")
@example("bytes that are no UTF-8: \udcff")
def test_plain_text_can_neither_drive_a_terminal_nor_break_a_line(anything: str) -> None:
    """What comes from a file or an argument is one line of characters that every terminal just shows."""
    shown = text.plain(anything)
    assert is_harmless(shown)
    assert shown == shown.strip()
    assert text.plain(shown) == shown
    shown.encode()


def test_plain_text_is_cut_with_a_mark() -> None:
    """A megabyte in a key does not become a megabyte on the terminal, and the cut shows."""
    assert text.plain("x" * 200) == "x" * 200
    assert text.plain("x" * 201) == "x" * 199 + "…"
    assert text.plain("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("word", "hint"),
    [("lerning_rate", "Did you mean 'learning_rate'?"), ("HEADS", "Did you mean 'heads'?"), ("qqqq", ""), ("", "")],
)
def test_the_nearest_spelling_is_offered_and_nothing_far_fetched(word: str, hint: str) -> None:
    """A typing mistake is named; what resembles nothing gets no guess."""
    assert text.did_you_mean(word, ["learning_rate", "heads", "patch"]) == hint


@pytest.mark.parametrize(("choices", "words"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
def test_choices_read_as_a_sentence(choices: list[str], words: str) -> None:
    """What is allowed is written as people say it."""
    assert text.one_of(choices) == words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.01189, "0.01189"),
        (0.0146, "0.01460"),
        (1.5, "1.50000"),
        (0.0, "0.00000"),
        (0.00012345, "1.234e-04"),
        (12345.678, "1.235e+04"),
    ],
)
def test_a_loss_has_five_decimals_or_four_digits(value: float, written: str) -> None:
    """The reference's format where it says something; a cross-entropy run gone wrong still shows its digits."""
    assert text.loss(value) == written


def test_counts_and_accuracies_have_the_reference_s_format() -> None:
    """Separators in parameters and steps, four decimals in accuracies."""
    assert text.count(11_243_466) == "11,243,466"
    assert text.accuracy(0.9) == "0.9000"
    assert (text.images(1), text.images(0), text.images(2000)) == ("1 image", "0 images", "2,000 images")
    assert (text.threads(1), text.threads(16)) == ("1 thread", "16 threads")


@pytest.mark.parametrize(
    ("speed", "written"), [(947.4, "947/s"), (12_345.0, "12,345/s"), (10.0, "10/s"), (3.44, "3.4/s"), (0.04, "0.0/s")]
)
def test_a_rate_says_enough_at_any_speed(speed: float, written: str) -> None:
    """Whole images a second, tenths where training crawls."""
    assert text.rate(speed) == written
    assert text.pace(speed) == written.removesuffix("/s")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-3, "0s"),
        (0.4, "0s"),
        (59.4, "59s"),
        (59.6, "1m 00s"),
        (723, "12m 03s"),
        (3599.6, "1h 00m"),
        (4023, "1h 07m"),
        (86_400, "1d 00h"),
        (187_200, "2d 04h"),
    ],
)
def test_a_duration_has_two_units_at_the_most(seconds: float, written: str) -> None:
    """Rounding carries over into the next unit: there is no 60s."""
    assert text.duration(seconds) == written


@pytest.mark.parametrize(
    ("size", "written"),
    [(0, "0 B"), (512, "512 B"), (24_100_000, "24.1 MB"), (999_960, "1.0 MB"), (2 * 10**15, "2000.0 TB")],
)
def test_a_size_has_a_decimal_unit(size: int, written: str) -> None:
    """Sizes of downloads as browsers show them; 999.96 kB is not shown as 1000.0 kB."""
    assert text.size(size) == written
