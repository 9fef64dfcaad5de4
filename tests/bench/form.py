"""How long the New-run form takes: `python -m tests.bench.form`. CPU time to open it, and from a key to the paint."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from tests.bench.hardware import describe, spread
from vitdash import presets
from vitdash.run.estimate import Measured
from vitdash.ui.screens.new_run import NewRun

SIZE = (120, 40)
RUNS = 1000
KEYS = ("down", "1", "2", "backspace", "down", "right", "up", "3")


async def measure(times: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of opening and of each key, with a thousand runs to estimate by."""
    config = presets.load("cnn")
    measured = [Measured(config.replace({"seed": seed}), 900.0, 2300.0, 2_000_000) for seed in range(RUNS)]
    opened, pressed = [], []
    app: App[None] = App()
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(times + 1):
            begun = time.process_time()
            app.push_screen(NewRun(config, measured=measured, root=Path("runs")))
            await pilot.pause()
            opened.append((time.process_time() - begun) * 1000)
            pressed += [await press(pilot, key) for key in ("down", "down", *KEYS)]
            app.pop_screen()
            await pilot.pause()
    # The first time, the stylesheet is parsed too, as for any screen.
    return opened[1:], pressed


async def press(pilot: Pilot[None], key: str) -> float:
    """Press a key and return the milliseconds until all that follows is done."""
    begun = time.process_time()
    await pilot.press(key)
    await pilot.pause()
    return (time.process_time() - begun) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9)
    opened, pressed = asyncio.run(measure(parser.parse_args().times))
    print(describe())
    print(f"open, ms of CPU: {spread(opened, 0)}")
    print(f"a key, ms of CPU: {spread(pressed, 1)}")


if __name__ == "__main__":
    main()
