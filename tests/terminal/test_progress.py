"""A download's line fits its terminal, and its speed is that of the bytes that arrive now."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from vitdash.terminal import progress
from vitdash.terminal.fetching import LineView, LiveView
from vitdash.terminal.live import Canvas
from vitdash.terminal.progress import MARGIN, Pace

DONE, TOTAL = 19_512_345, 30_878_645


def noted(*samples: tuple[float, int]) -> float | None:
    pace = Pace()
    for now, done in samples:
        pace.note(done, now)
    return pace.bytes_per_second


@pytest.mark.parametrize("width", [*range(20, 60), 80, 120])
@pytest.mark.parametrize("speed", [None, 0.0, 2_134_567.0])
def test_the_line_fits_and_shows_whole_facts_only(width: int, speed: float | None) -> None:
    """A few cells stay free for the ^C that a terminal writes behind it."""
    line = progress.draw("fashion-mnist", DONE, TOTAL, speed, Canvas(width)).plain
    assert cell_len(line) <= width - MARGIN
    shown = [part for part in line.split("  ")[1:] if part and not part.startswith(("━", "─"))]
    assert set(shown) <= set(progress.facts(DONE, TOTAL, speed))
    assert width < 24 or shown[0] == "63%"


def test_eighty_columns_have_room_for_everything() -> None:
    """Bar, share, bytes, speed, time left."""
    line = progress.draw("fashion-mnist", DONE, TOTAL, 2_134_567.0, Canvas(80)).plain
    assert line == "fashion-mnist  ━━━━━━━━━━━───────  63%  19.5 MB of 30.9 MB  2.1 MB/s  5s left"
    assert "#" in progress.draw("fashion-mnist", DONE, TOTAL, None, Canvas(80, unicode=False)).plain


def test_a_hundred_per_cent_is_said_of_nothing_that_goes_on() -> None:
    """Rounded down."""
    assert progress.facts(TOTAL - 1, TOTAL, None)[0] == "99%"


def test_speed_is_that_of_the_last_seconds() -> None:
    """It follows a line that slows down, and is 0 once nothing has come for a while, which reads `waiting`."""
    assert noted((0, 0)) is None
    assert noted((0, 0), (0.1, 10**6)) is None
    assert noted((0, 0), (1, 1000), (2, 2000)) == 1000
    assert noted((0, 0), (1, 10_000), (5, 10_100), (6, 10_200)) == pytest.approx(40)
    assert noted((0, 0), (1, 1000), (6, 1000), (7, 1000)) == 0
    assert progress.facts(DONE, TOTAL, 0)[2:] == ["waiting"]


def test_bytes_that_were_here_before_count_for_no_speed() -> None:
    """Nor do those that turn out useless make it negative."""
    assert noted((0, 10**7), (1, 10**7 + 500)) == 500
    assert noted((0, 10**7), (1, 0), (2, 700)) == 700


def test_a_terminal_gets_one_line_redrawn_and_a_pipe_one_for_each_tenth() -> None:
    """What a mirror did wrong stands in a line of its own in both."""
    screen, pipe = io.StringIO(), io.StringIO()
    live = LiveView(Console(file=screen, width=80, force_terminal=True, color_system=None), "small")
    lines = LineView(Console(file=pipe, width=1000, color_system=None), "small")
    for view in (live, lines):
        for done in range(0, 1001, 10):
            view.show(done, 1000)
        view.notice("example.org answered 404 Not Found.")
        view.close()
    assert pipe.getvalue().splitlines()[:2] == ["small: 0%, 0 B of 1.0 kB", "small: 10%, 100 B of 1.0 kB"]
    assert len(pipe.getvalue().splitlines()) == 11 + 1
    assert pipe.getvalue().splitlines()[-1] == "small: example.org answered 404 Not Found."
    assert "small: example.org answered 404 Not Found.\n" in screen.getvalue().replace("\r", "")
    assert screen.getvalue().endswith("\x1b[2K")
