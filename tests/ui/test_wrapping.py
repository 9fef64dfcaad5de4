"""Long lines in rows: nothing is lost, and each row fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitdash.ui.ink import Line
from vitdash.ui.wrapping import wrapped


@given(st.lists(st.text(st.sampled_from("ab 界 "), max_size=12), min_size=1, max_size=4), st.integers(2, 9))
def test_wrapping_loses_nothing_but_spaces(words: list[str], width: int) -> None:
    """Each row fits, wide characters included, and what is read is what was written."""
    line = Line(*((word, "") for word in words))
    rows = wrapped([line], width, hanging=1)
    assert all(row.width <= width for row in rows)
    assert "".join("".join(row.text for row in rows).split()) == "".join(line.text.split())


def test_rows_end_between_words_and_go_on_below_the_first() -> None:
    """As one reads."""
    rows = wrapped([Line(("12:00:00", "muted"), ("  a longer sentence of words", ""))], 20, hanging=10)
    assert [row.text.rstrip() for row in rows] == ["12:00:00  a longer", "          sentence", "          of words"]
