"""Pictures as characters: what is bright stays bright, wherever it is, at any size."""

from __future__ import annotations

import pytest

from vitdash.drawing import cells


def test_a_pixel_is_the_mean_of_what_it_covers() -> None:
    """Also where it covers parts of pixels; black and white stay what they are."""
    halves = bytes([0, 255] * 2)
    assert cells.sampled(halves, 2, 2, 2) == [bytes([0, 255]), bytes([0, 255])]
    assert cells.sampled(bytes([0, 0, 255, 255] * 4), 4, 2, 1) == [bytes([0, 255])]
    (row,) = cells.sampled(bytes([0, 120, 240] * 3), 3, 2, 1)
    assert [value // 16 for value in row] == [40 // 16, 200 // 16]


@pytest.mark.parametrize("size", [1, 8, 28, 32])
@pytest.mark.parametrize("columns", [2, 7, 10, 28, 60])
def test_pictures_have_the_size_that_was_asked_for(size: int, columns: int) -> None:
    """Every line is as wide, whichever way it is drawn."""
    image = bytes(place % 256 for place in range(size * size))
    for lines in (cells.halves(image, size, columns), cells.quarters(image, size, columns)):
        assert len(lines) == cells.lines_of(columns)
        assert {sum(len(text) for text, _, _ in line) for line in lines} == {columns}
    assert {len(line) for line in cells.ascii_lines(image, size, columns)} == {columns}


def test_two_pixels_stand_over_each_other() -> None:
    """The upper one in the foreground; neighbours that are alike are one piece."""
    image = bytes([255, 255, 0, 0])
    assert cells.halves(image, 2, 2) == [[("▀▀", 255, 0)]]


def test_four_pixels_share_two_greys() -> None:
    """The brighter ones are in the foreground."""
    image = bytes([255, 0, 255, 0] * 2 + [0, 255, 0, 0] * 2)
    assert cells.quarters(image, 4, 2)[0] == [("▚▘", 255, 0)]


def test_in_ascii_bright_is_full() -> None:
    """From a space to the fullest character."""
    assert cells.ascii_lines(bytes([0, 255, 0, 255]), 2, 2) == [" @"]
