"""What a poor terminal gets: the same picture in ASCII, the same differences in sixteen colours."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from vitdash.settings import THEMES
from vitdash.ui import colours, signs
from vitdash.ui.ascii import LAST, AsciiOnly, alike
from vitdash.ui.colours import READABLE, SEEN, behind, contrast, faint, in_sixteen, readable
from vitdash.ui.plot import ink
from vitdash.ui.plot.palette import mixed

BLACK = Color(0, 0, 0)


@given(st.characters(exclude_categories=["Cs", "Cc"]))
def test_every_character_has_a_stand_in_of_its_width(character: str) -> None:
    """Nothing moves, whatever a run is called."""
    found = alike(character)
    assert all(" " <= one <= chr(LAST) for one in found)
    assert len(found) == cell_len(character)


def test_what_must_differ_differs_in_ascii_too() -> None:
    """Markers tell runs apart, and a curve's levels are levels."""
    assert [alike(marker) for marker in signs.MARKERS] == list(signs.ASCII_MARKERS)
    assert len({alike(level) for level in "▁▂▃▄▅▆▇█"}) == 8


@pytest.mark.parametrize(
    ("drawn", "written"),
    [("╭─┤│├─╮", "+-+|+-+"), ("┏━━┓", "+==+"), ("▸ Größe …", "> Grosse ~".replace("ss", "?")), ("⠀⠁⣿", " .#")],
)
def test_boxes_words_and_curves_are_recognised(drawn: str, written: str) -> None:
    """A border stays a border, a word can be read."""
    (segment,) = AsciiOnly().apply([Segment(drawn, Style(bold=True))], BLACK)
    assert segment == Segment(written, Style(bold=True))


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_any_text_can_be_read_on_any_background(text: tuple[int, int, int], background: tuple[int, int, int]) -> None:
    """Two colours that differ must not become one."""
    style = Style.from_color(RichColor.from_rgb(*text), RichColor.from_rgb(*background))
    found = in_sixteen(style)
    assert found.color is not None
    assert found.bgcolor is not None
    numbers = found.color.number, found.bgcolor.number
    assert numbers[0] is not None
    assert numbers[1] is not None
    assert contrast(numbers[0], numbers[1]) >= READABLE


def test_the_signs_of_runs_keep_their_hues_on_black_and_white() -> None:
    """Seven of them cannot all differ; most do, and the markers do the rest."""
    for palette, background in ((signs.DARK, colours.BLACK), (signs.LIGHT, colours.BRIGHT_WHITE)):
        triplets = [Color.parse(colour).rgb for colour in palette]
        styles = [Style.from_color(RichColor.from_rgb(*rgb), RichColor.from_ansi(background)) for rgb in triplets]
        found = {in_sixteen(style).color for style in styles}
        assert len(found) >= 4


@pytest.mark.parametrize("name", [name for name in THEMES.values() if not name.startswith("ansi")])
def test_a_selected_row_differs_from_the_others_in_every_theme(name: str) -> None:
    """The cursor is seen where there are sixteen colours."""
    variables = BUILTIN_THEMES[name].to_color_system().generate()
    surface, primary = (Color.parse(variables[key]).rgb for key in ("background", "primary"))
    assert behind(*surface) != behind(*primary)


def test_what_lies_behind_curves_stays_behind_them() -> None:
    """Made readable it would be brighter than the curves; it is seen on any background."""
    for palette, number in ((signs.DARK, colours.BLACK), (signs.LIGHT, colours.BRIGHT_WHITE)):
        background = Color(*colours.PALETTE[number])
        inks = mixed(background, {}, [signs.Sign("o", colour) for colour in palette])
        for place in range(len(palette)):
            line, band = (in_sixteen(inks[ink.of(place, part)]).color for part in (ink.LINE, ink.BAND))
            assert line is not None
            assert band is not None
            assert contrast(line.number or 0, number) > contrast(band.number or 0, number)
    assert all(contrast(faint(number), number) >= SEEN for number in range(16))


def test_the_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21 : 1, a colour on itself 1 : 1."""
    assert contrast(colours.BLACK, colours.BRIGHT_WHITE) == pytest.approx(21, rel=0.05)
    assert all(contrast(number, number) == 1 for number in range(16))
    assert all(contrast(readable(a, b), b) >= READABLE for a, b in itertools.product(range(16), repeat=2))
