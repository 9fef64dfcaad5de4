"""Makes the pictures of the dashboard in this folder from real runs: `python docs/make_screens.py RUNS_FOLDER`.

The real app draws them, at the sizes of three terminals and in a light theme; Chromium turns its drawings into PNGs.
With `--groups`, the folder is one of runs with several seeds, and the pictures are those of docs/comparing.md.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from vitdash.run.fleet import Fleet
from vitdash.settings import THEMES, Settings
from vitdash.ui.app import Dashboard
from vitdash.ui.appearance import Appearance

FOLDER = Path(__file__).parent
PICTURES = {
    "dashboard-80x24": ((80, 24), "dark"),
    "dashboard-120x40": ((120, 40), "dark"),
    "dashboard-200x60": ((200, 60), "dark"),
    "dashboard-light": ((120, 40), "light"),
}
GROUPS = {"groups-120x40": ((120, 40), "dark"), "groups-200x60": ((200, 60), "dark")}
KEYS_TO_GROUPS = ("v", "v", "v", "G")
SWEEP = {"sweep-120x40": ((120, 40), "dark"), "sweep-200x60": ((200, 60), "dark")}
KEYS_TO_SWEEP = (
    *("w", "shift+tab", *"cnn vit-l4-h16", "tab", *"learning_rate=3e-4,1e-3,3e-3", "tab", *"max_inputs=20000"),
    *("tab", "tab", *"4", "tab", *"2"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


async def draw(root: Path, size: tuple[int, int], theme: str, target: Path, *keys: str) -> None:
    """Draw the dashboard on the runs under `root` as an SVG, after some keys."""
    looks = Appearance(theme=THEMES[theme], dark=theme == "dark", terminal_title=False)
    app = Dashboard(Fleet(root, read_only=True), looks, Settings())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        # Curves and diagnostics are read in threads, and the load of the machine is a mean over seconds.
        for _ in range(30):
            await pilot.pause(0.1)
        await app.workers.wait_for_complete()
        app.clear_notifications()
        await pilot.pause()
        app.save_screenshot(str(target))


def photograph(drawing: Path, target: Path, browser: str) -> None:
    """Turn an SVG into a PNG of the same size."""
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)', drawing.read_text())[0]
    window = f"{int(float(width)) + 1},{int(float(height)) + 1}"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={window}"]
    subprocess.run([browser, *options, f"--screenshot={target}", str(drawing)], check=True, capture_output=True)


def main() -> int:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, help="a folder of runs")
    parser.add_argument("--groups", action="store_true", help="make the pictures of runs with several seeds")
    parser.add_argument("--sweep", action="store_true", help="make the pictures of a sweep before it is started")
    given = parser.parse_args()
    pictures, keys = (GROUPS, KEYS_TO_GROUPS) if given.groups else (PICTURES, ())
    if given.sweep:
        pictures, keys = SWEEP, KEYS_TO_SWEEP
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"None of {', '.join(BROWSERS)} is installed: nothing turns the drawings into pictures.")
    with tempfile.TemporaryDirectory() as scratch:
        for name, (size, theme) in pictures.items():
            drawing = Path(scratch) / f"{name}.svg"
            asyncio.run(draw(given.runs, size, theme, drawing, *keys))
            photograph(drawing, FOLDER / f"{name}.png", browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
