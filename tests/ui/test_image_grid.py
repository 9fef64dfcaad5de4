"""Pictures with captions: whole ones, as many as are recognised, and captions that never say something else."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.ui.drawn import look_at
from vitdash.drawing import cells
from vitdash.ui.widgets.image_grid import ImageGrid, Picture, arranged, broken

SIZE = 28
IMAGE = bytes(place * 5 % 256 for place in range(SIZE * SIZE))
WORST = [Picture(IMAGE, "Ankle boot ← Sneaker 0.67", wrong=True)] * 10


def test_captions_break_before_the_arrow_and_lose_whole_words() -> None:
    """A name may be shortened where it is alone; a number never."""
    assert broken("Coat ← Shirt 0.21", 20, 1) == ["Coat ← Shirt 0.21"]
    assert broken("Ankle boot ← Sneaker 0.67", 14, 2) == ["Ankle boot", "← Sneaker 0.67"]
    assert broken("Ankle boot ← Sneaker 0.67", 10, 2) == ["Ankle boot", "← Sneaker"]
    assert broken("Ankle boot ← Sneaker 0.67", 6, 2) == ["Ankle", "← Sne…"]
    assert broken("0.123456", 4, 1) == [""]


def test_figures_stand_below_all_pictures_or_none() -> None:
    """What is missing in one place seems to mean something."""

    async def act(grid: ImageGrid, pilot: Pilot[None]) -> None:
        grid.show([Picture(IMAGE, "Coat ← Shirt 0.21", wrong=True), *WORST[1:]], SIZE)
        await pilot.pause()
        assert "← Shirt" in "".join(grid.lines)
        assert "0." not in "".join(grid.lines)

    look_at(ImageGrid, act, (36, 14))


@pytest.mark.parametrize("size", [(40, 14), (58, 20), (78, 14), (100, 40), (20, 6)])
def test_whole_pictures_in_any_room(size: tuple[int, int]) -> None:
    """Rows as equal as they can be, never beyond the edge."""
    grid = arranged([25] * 10, *size)
    assert grid is not None
    assert grid.across * (grid.columns + 2) - 2 <= size[0]
    assert grid.down * grid.height <= size[1]


def test_many_pictures_are_all_shown_where_there_is_room() -> None:
    """Thirty-two augmented images on a large screen."""
    grid = arranged([10] * 32, 98, 38)
    assert grid is not None
    assert grid.across * grid.down >= 32


def test_the_grid_shows_pictures_over_their_captions() -> None:
    """What an image was taken for is in the colour of errors, and bold."""

    async def act(grid: ImageGrid, pilot: Pilot[None]) -> None:
        grid.show(WORST, SIZE)
        await pilot.pause()
        assert sum(line.count("← Sneaker 0.67") for line in grid.lines) >= 4
        assert any(set(line) & set(cells.QUADRANTS[1:]) for line in grid.lines)
        said = [segment for y in range(20) for segment in grid.render_line(y) if "Sneaker" in segment.text]
        assert all(segment.style and segment.style.bold for segment in said)

    look_at(ImageGrid, act, (58, 20))


def test_in_ascii_nothing_else_is_drawn() -> None:
    """A ramp of characters, and an arrow made of one."""

    async def act(grid: ImageGrid, pilot: Pilot[None]) -> None:
        grid.show([*WORST, Picture(IMAGE, "été", wrong=False)], SIZE)
        await pilot.pause()
        assert "#+" in "".join(grid.lines)
        assert "< Sneaker" in "".join(grid.lines)
        assert all(line.isascii() for line in grid.lines)

    look_at(lambda: ImageGrid(unicode=False), act, (60, 20))


def test_without_pictures_or_room_it_says_so() -> None:
    """In words."""

    async def act(grid: ImageGrid, pilot: Pilot[None]) -> None:
        grid.empty = "Select a run"
        assert [line.strip() for line in grid.lines if line.strip()] == ["Select a run"]
        grid.show(WORST, SIZE)
        assert grid.lines == ["no room for p…"]
        grid.show([Picture(IMAGE, "[red]x\x1b[31m")], SIZE)
        assert "\x1b" not in "".join(grid.lines)

    look_at(ImageGrid, act, (14, 3))
