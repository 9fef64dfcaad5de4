"""The confusion matrix: no number cut, no class without a name, every pair in full under the pointer."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.strip import Strip

from tests.ui.drawn import look_at
from vitdash.ui.widgets.class_names import abbreviated
from vitdash.ui.widgets.confusion import ConfusionMatrix

CLASSES = ("T-shirt/top", "Trouser", "Shirt")
CONFUSION = ((870, 10, 120), (2, 998, 0), (250, 0, 750))


def test_short_forms_stand_for_one_class_only() -> None:
    """Whatever the names have in common."""
    fashion = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
    for names in (fashion, tuple(f"class {number}" for number in range(100)), ("a", "a", "a")):
        for width in (2, 3, 5):
            forms = abbreviated(names, width)
            assert len(set(forms)) == len(names)
            assert all(0 < len(form) <= width for form in forms)
    assert abbreviated(fashion, 3) == ["T-s", "Tro", "Pul", "Dre", "Coa", "San", "Shi", "Sne", "Bag", "Ank"]
    assert len(set(abbreviated(fashion, 1))) == 10
    assert abbreviated(("0", "1", "2"), 3) == ["0", "1", "2"]
    assert abbreviated(("superclass 1", "superclass 12"), 3) == ["1", "12"]


def test_numbers_are_per_cent_of_the_true_class() -> None:
    """Rows are what images are; nothing is nothing, and a little is a dot; all is said of all only."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show(CLASSES, CONFUSION)
        await pilot.pause()
        assert matrix.lines[0] == "true ╲ predicted, % of true"
        assert matrix.lines[1].split() == ["T-shi", "Trous", "Shirt"]
        assert [line.split() for line in matrix.lines[2:]] == [
            ["T-shirt/top", "87", "1", "12"],
            ["Trouser", "·", "99"],
            ["Shirt", "25", "75"],
        ]

    look_at(ConfusionMatrix, act, (40, 8))


def test_the_pointer_and_the_arrows_name_the_pair_in_full() -> None:
    """With how many of how many."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show(CLASSES, CONFUSION)
        await pilot.hover(matrix, offset=(16, 4))
        assert matrix.lines[0] == "Shirt taken for T-shirt/top: 250 of 1,000 (25.0 %)"
        await pilot.hover(matrix, offset=(2, 4))
        assert matrix.pair is None
        matrix.focus()
        await pilot.press("down", "down")
        assert matrix.lines[0] == "Trouser taken for T-shirt/top: 2 of 1,000 (0.2 %)"
        await pilot.press("right")
        assert matrix.lines[0] == "Trouser recognised: 998 of 1,000 (99.8 %)"

    look_at(ConfusionMatrix, act, (60, 8))


def test_none_recognised_is_said_only_of_classes_that_there_are() -> None:
    """A validation set may lack a class."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show(CLASSES, ((0, 10, 0), (0, 0, 0), (0, 0, 10)))
        await pilot.pause()
        assert [line.split()[1:] for line in matrix.lines[2:]] == [["0", "100"], [], ["100"]]

    look_at(ConfusionMatrix, act, (40, 8))


def test_where_numbers_have_no_room_the_worst_mistakes_are_listed() -> None:
    """A number is never cut."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show([f"class {number}" for number in range(100)], [[5] * 100] * 100)
        await pilot.pause()
        assert matrix.lines[0] == "most frequent mistakes, % of true"
        assert matrix.lines[1] == "class 0 → class 1                      1 %"
        matrix.show(CLASSES, CONFUSION)
        await pilot.pause()
        assert matrix.lines[0].endswith("% of true")

    look_at(ConfusionMatrix, act, (42, 8))


def test_in_ascii_nothing_else_is_drawn() -> None:
    """Not even around the pair."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show(("été", *CLASSES[1:]), CONFUSION)
        matrix.focus()
        await pilot.press("right", "right")
        assert all(line.isascii() for line in matrix.lines)

    look_at(lambda: ConfusionMatrix(unicode=False), act, (24, 8))


def test_another_theme_recolours_the_matrix() -> None:
    """The diagonal stays green on another ground."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show(CLASSES, CONFUSION)
        before = [segment.style for segment in matrix.render_line(3)]
        matrix.app.theme = "textual-light"
        await pilot.pause()
        after = [segment.style for segment in matrix.render_line(3)]
        assert all(one != other for one, other in zip(before, after, strict=True))

    look_at(ConfusionMatrix, act, (40, 8))


def test_pointing_paints_only_the_lines_that_change() -> None:
    """The sentence, the columns' names, and the two rows in question."""

    async def act(matrix: ConfusionMatrix, pilot: Pilot[None]) -> None:
        matrix.show(CLASSES, CONFUSION)
        matrix.focus()
        await pilot.press("right", "right")
        asked: list[int] = []
        render_line = matrix.render_line

        def note(y: int) -> Strip:
            asked.append(y)
            return render_line(y)

        matrix.render_line = note  # type: ignore[method-assign]
        matrix.show(CLASSES, CONFUSION)
        await pilot.pause()
        assert asked == []
        await pilot.press("down")
        await pilot.pause()
        assert asked == [0, 2, 3]

    look_at(ConfusionMatrix, act, (60, 8))
