"""A run from inside: which evaluation is looked at, what is seen of it where, and what is said where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from tests.recorded import diagnosed, finished, record, save_diagnostics
from vitdash import presets
from vitdash.errors import RunError
from vitdash.run import diagnostics
from vitdash.run.diagnostics import Diagnostics
from vitdash.run.store import Run
from vitdash.ui import evaluations
from vitdash.ui.evaluations import Evaluations
from vitdash.ui.screens.inside import TABS, Finder, Inside
from vitdash.ui.signs import Sign
from vitdash.ui.widgets.confusion import ConfusionMatrix
from vitdash.ui.widgets.drawing import Drawing
from vitdash.ui.widgets.title_line import TitleLine

SIGN = Sign("●", "#56b4e9")
CNN = presets.load("cnn")
CLASSES = ("coat", "shirt")


def found(images_seen: int, right: int = 3) -> Diagnostics:
    """Return diagnostics in which so many of ten coats were recognised."""
    import json

    content = diagnosed([[right, 10 - right], [0, 10]], CLASSES, images_seen)
    return diagnostics.parse(json.dumps(content).encode())


class Source:
    """Evaluations that a test adds to; the one after 20 images cannot be read."""

    def __init__(self, *positions: int) -> None:
        self.positions = list(positions)
        self.loaded: list[int] = []

    def find(self) -> list[int]:
        """Return what there is."""
        return list(self.positions)

    def load(self, position: int) -> Diagnostics:
        """Return an evaluation."""
        self.loaded.append(position)
        if position == 20:
            raise RunError("a file", "cannot be [b]understood[/b].")
        return found(position)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the evaluations are found, one is read, and it is shown."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def using(
    source: Source,
    act: Callable[[Inside, Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
    evaluated_at: int = 10**6,
) -> None:
    """Open a run from inside and do something."""

    async def use() -> None:
        app = App[None]()
        async with app.run_test(size=size) as pilot:
            screen = Inside(Run(Path("a-run")), SIGN, "[name]", evaluated_at, load=source.load, find=source.find)
            await app.push_screen(screen)
            await settled(pilot)
            await act(screen, pilot)

    asyncio.run(use())


def seen(screen: Inside) -> set[str]:
    """Return the names of the panels that are on the screen."""
    return {
        panel.id or ""
        for panel in screen.query(Drawing)
        if all(node.display for node in panel.ancestors_with_self if isinstance(node, Widget))
    }


def title(screen: Inside) -> str:
    return screen.query_one(TitleLine).text


ALL = {name for name, _ in TABS}


@pytest.mark.parametrize(
    ("size", "pressed", "panels"),
    [
        ((60, 15), "", {"worst_images"}),
        ((80, 24), "", {"worst_images"}),
        ((80, 24), "5", {"class_accuracies"}),
        ((120, 40), "", {"worst_images", "confusion_matrix", "embedding_scatter"}),
        ((120, 40), "35", {"augmented_images", "confusion_matrix", "class_accuracies"}),
        ((200, 60), "", ALL),
        ((200, 60), "4", ALL),
    ],
)
def test_as_many_panels_are_seen_as_there_is_room_for(size: tuple[int, int], pressed: str, panels: set[str]) -> None:
    """One, three, all; keys choose among those that share a place."""

    async def act(screen: Inside, pilot: Pilot[None]) -> None:
        await pilot.press(*pressed)
        await pilot.pause()
        assert seen(screen) == panels

    using(Source(10), act, size)


@pytest.mark.parametrize("number", range(1, 7))
def test_each_panel_shows_its_part(number: int) -> None:
    """Pictures with what they are and were taken for, numbers with the names of the classes."""

    async def act(screen: Inside, pilot: Pilot[None]) -> None:
        await pilot.press(str(number))
        await pilot.pause()
        (panel,) = seen(screen)
        drawn = "\n".join(screen.query_one(f"#{panel}", Drawing).lines)
        assert "coat" in drawn
        assert ("← shirt" in drawn) == (panel in ("worst_images", "best_images"))

    using(Source(10), act)


def test_keys_go_through_the_evaluations() -> None:
    """The newest first; there is no way beyond the ends."""
    source = Source(10, 30, 40)

    async def act(screen: Inside, pilot: Pilot[None]) -> None:
        assert "[name]" in title(screen)
        assert "after 40 images" in title(screen)
        assert "argmax 0.6500" in title(screen)
        assert "evaluation 3 of 3" in title(screen)
        for key, expected in (("left", 30), ("[", 10), ("left", 10), ("right", 30), ("end", 40), ("home", 10)):
            await pilot.press("left_square_bracket" if key == "[" else key)
            await settled(pilot)
            assert f"after {expected} images" in title(screen)
        assert source.loaded == [40, 30, 10, 30, 40, 10]

    using(source, act)


def test_an_evaluation_that_cannot_be_read_says_why() -> None:
    """And how to go on; another one is shown again."""

    async def act(screen: Inside, pilot: Pilot[None]) -> None:
        await pilot.press("left")
        await settled(pilot)
        said = " ".join(" ".join(screen.query_one("#worst_images", Drawing).lines).split())
        assert said == "a file: cannot be [b]understood[/b]. Left and right go to other evaluations, q goes back."
        await pilot.press("left")
        await settled(pilot)
        assert "coat ← shirt" in " ".join(screen.query_one("#worst_images", Drawing).lines)

    using(Source(10, 20, 30), act)


@pytest.mark.parametrize(("evaluated_at", "told"), [(0, "No evaluation yet"), (10, "were removed")])
def test_without_diagnostics_it_is_said_why(evaluated_at: int, told: str) -> None:
    """A new run has none yet, an old one none any more; what comes later is shown by itself."""
    source = Source()

    async def act(screen: Inside, pilot: Pilot[None]) -> None:
        said = " ".join(" ".join(screen.query_one("#worst_images", Drawing).lines).split())
        assert told in said
        assert "q goes back" in said
        source.positions.append(10)
        screen.on_screen_resume()
        await settled(pilot)
        assert "after 10 images" in title(screen)
        await pilot.press("q")
        assert pilot.app.screen is not screen

    using(source, act, evaluated_at=evaluated_at)


def test_arrows_point_into_the_matrix_while_it_is_focused() -> None:
    """Its number gives it the focus where it stands beside others, and takes it back."""
    source = Source(10, 30)

    async def act(screen: Inside, pilot: Pilot[None]) -> None:
        matrix = screen.query_one(ConfusionMatrix)
        await pilot.press("4", "right", "right")
        assert matrix.pair == (0, 1)
        assert "after 30 images" in title(screen)
        await pilot.press("4", "left")
        await settled(pilot)
        assert "after 10 images" in title(screen)

    using(source, act, (120, 40))


def test_the_newest_evaluation_is_followed_while_it_is_looked_at() -> None:
    """Who looks at another is left there."""
    at = Evaluations().now([10, 20])
    assert at.position == 20
    assert at.now([10, 20, 30]).position == 30
    assert at.step(-1).now([10, 20, 30]).position == 10
    assert at.step(-1).now([20, 30]).position == 30
    assert at.now([]).position is None
    assert Evaluations().step(1) == Evaluations()


def test_captions_say_what_was_taken_for_what() -> None:
    """Right ones say what they are."""
    evaluation = found(10)
    assert [picture.caption for picture in evaluations.mistakes(evaluation)] == ["coat ← shirt 0.5"] * 2
    assert [picture.caption for picture in evaluations.inputs(evaluation)] == ["coat"]
    assert all(picture.wrong for picture in evaluations.successes(evaluation))
    assert evaluations.recognised(evaluation) == 0.65


def test_what_a_resumed_run_dropped_does_not_count(tmp_path: Path) -> None:
    """Its files stand until the same evaluation comes again; new ones count as soon as the run says so."""
    run = record(tmp_path, CNN, finished(CNN))
    end = CNN.train.max_inputs
    for position in (1000, 2000):
        save_diagnostics(run, diagnosed([[1, 0], [0, 1]], CLASSES, position))
    finder = Finder(run, 1000)
    assert finder() == [1000]
    save_diagnostics(run, diagnosed([[1, 0], [0, 1]], CLASSES, end))
    assert finder() == [1000, 2000, end]
