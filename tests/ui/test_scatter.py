"""The embedding: dots where the points are, letters that name classes without colours, a legend that fits."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.ui.drawn import look_at
from vitdash.ui.widgets.class_accuracy import ClassAccuracy
from vitdash.ui.widgets.scatter import EmbeddingScatter

X = (0.0, 0.1, 0.0, 9.9, 10.0, 10.0)
Y = (0.0, 0.0, 0.1, 9.9, 10.0, 9.8)
TRUE = (0, 0, 0, 1, 1, 1)
CLASSES = ("Bag", "Boot")


def test_points_lie_where_they_are_and_classes_are_lettered() -> None:
    """The first axis goes right, the second up."""

    async def act(scatter: EmbeddingScatter, pilot: Pilot[None]) -> None:
        scatter.show(X, Y, TRUE, CLASSES)
        await pilot.pause()
        lines = scatter.lines
        assert lines[0].endswith("o") or "o" in lines[0]
        assert lines[-2].startswith("B")
        assert lines[-1].split() == ["B", "Bag", "o", "Boot"]

    look_at(EmbeddingScatter, act, (30, 10))


def test_mistakes_are_bright() -> None:
    """Bold, too: that is seen without colours."""

    async def act(scatter: EmbeddingScatter, pilot: Pilot[None]) -> None:
        scatter.show((0.0, 5.0, 5.0, 5.0, 10.0), (0.0, 5.0, 5.0, 5.0, 10.0), (0,) * 5, CLASSES, (1, 0, 0, 0, 0))
        await pilot.pause()
        cells = [segment for y in range(9) for segment in scatter.render_line(y) if segment.text.strip()]
        assert [bool(segment.style and segment.style.bold) for segment in cells] == [False, True, True]
        assert cells[1].text == "B"

    look_at(EmbeddingScatter, act, (30, 10))


def test_in_ascii_dots_are_the_letters_of_their_classes() -> None:
    """And nothing else is drawn."""

    async def act(scatter: EmbeddingScatter, pilot: Pilot[None]) -> None:
        scatter.show(X, Y, TRUE, CLASSES)
        await pilot.pause()
        assert all(line.isascii() for line in scatter.lines)
        assert "".join(scatter.lines[:-1]).replace(" ", "").strip("Bo") == ""

    look_at(lambda: EmbeddingScatter(unicode=False), act, (30, 10))


def test_one_point_far_away_does_not_hide_how_the_others_lie() -> None:
    """It is drawn on the edge; and points that are all the same are drawn, too."""

    async def act(scatter: EmbeddingScatter, pilot: Pilot[None]) -> None:
        x = [place / 10 for place in range(400)]
        scatter.show([*x, 1e9], [*x, -1e9], [0] * 401, CLASSES)
        assert sum(bool(line.strip()) for line in scatter.lines) > 8
        scatter.show([1.0, 1.0], [2.0, 2.0], [0, 1], CLASSES)
        assert any("Bo" in line for line in scatter.lines)

    look_at(EmbeddingScatter, act, (30, 12))


def test_the_worst_class_comes_first_and_is_marked() -> None:
    """A class that nobody saw has no figure; those that there is no room for are counted."""

    async def act(bars: ClassAccuracy, pilot: Pilot[None]) -> None:
        bars.show(("Bag", "Boot", "Coat", "Dress"), (0.9, 0.5, None, 1.0))
        await pilot.pause()
        assert bars.lines[0].startswith("▼ Boot")
        assert bars.lines[0].endswith("0.5000")
        assert bars.lines[3].split()[0] == "Coat"
        bars.show([str(place) for place in range(10)], [place / 10 for place in range(10)])
        assert bars.lines[-1] == "7 more are better"

    look_at(ClassAccuracy, act, (40, 4))


def test_bars_in_ascii() -> None:
    """Nothing else is drawn."""

    async def act(bars: ClassAccuracy, pilot: Pilot[None]) -> None:
        bars.show(("été", "Boot"), (0.9, 0.5))
        assert all(line.isascii() for line in bars.lines)
        assert "#" in bars.lines[0]

    look_at(lambda: ClassAccuracy(unicode=False), act, (40, 4))
