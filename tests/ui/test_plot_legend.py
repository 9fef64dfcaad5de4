"""The legend says who is who: at most two lines, whole numbers, and how many it could not name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from vitdash.ui.plot.legend import Entry, Heading

ENTRIES = st.lists(
    st.builds(Entry, st.just("●"), st.text("abc界", max_size=30), st.sampled_from(["0.5", "0.12345"]), st.just(8)),
    max_size=14,
)


def texts(heading: Heading, width: int, *, inline: bool) -> list[str]:
    return ["".join(text for text, _ in cells) for cells in heading.lines(width, inline=inline)]


@given(ENTRIES, st.integers(0, 120), st.booleans())
def test_a_legend_keeps_to_its_room_and_names_the_rest(entries: list[Entry], width: int, inline: bool) -> None:
    """Every run is either named with its whole value or counted."""
    lines = texts(Heading("train loss", "log", tuple(entries)), width, inline=inline)
    assert len(lines) <= (2 if inline else 3)
    assert all(cell_len(line) <= width for line in lines)
    words = " ".join(lines).split()
    shown = sum(word in ("0.5", "0.12345") for word in words)
    more = int(words[words.index("more") - 1]) if "more" in words else 0
    assert shown + more == len(entries) or width < 30


def test_second_values_go_before_runs_do() -> None:
    """Names and last values of all runs matter more than what stands beside them."""
    entries = tuple(Entry("●", f"run-{number}", "0.5", 8, "•0.25") for number in range(4))
    assert "•0.25" in texts(Heading("loss", "", entries), 80, inline=False)[1]
    (title, *lines) = texts(Heading("loss", "", entries), 32, inline=False)
    assert title == "loss"
    assert lines == ["● run-0 0.5  ● run-1 0.5", "● run-2 0.5  ● run-3 0.5"]


def test_the_title_makes_room_for_runs_that_do_not_fit() -> None:
    """Rather than that they are only counted."""
    entries = tuple(Entry("●", f"run-{number}", "0.5", 8) for number in range(6))
    heading = Heading("loss", "log", entries)
    assert texts(heading, 32, inline=False) == [
        "loss  ● run-0 0.5  ● run-1 0.5",
        "● run-2 0.5  ● run-3 0.5",
        "● run-4 0.5  ● run-5 0.5",
    ]
    assert texts(heading, 60, inline=False)[0] == "loss" + " " * 53 + "log"


def test_long_names_are_cut_and_numbers_are_not() -> None:
    """In their middle, with a sign that something is missing there: runs of a sweep differ at their ends."""
    entries = tuple(Entry("●", f"vit-l4-h16-lr{rate}-s2", "0.12345", 8) for rate in ("0.0003", "0.001"))
    assert texts(Heading("", "", entries), 30, inline=True) == [
        "● vit-l4-h1…r0.0003-s2 0.12345",
        "● vit-l4-h1…lr0.001-s2 0.12345",
    ]


def test_a_note_stands_at_the_right_edge_where_there_is_room() -> None:
    """It gives way to the legend."""
    heading = Heading("loss", "log", (Entry("●", "cnn", "0.5", 8),))
    assert texts(heading, 30, inline=True) == ["loss  ● cnn 0.5            log"]
    assert texts(heading, 16, inline=True) == ["loss  ● cnn 0.5"]
