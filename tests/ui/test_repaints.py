"""What changes is drawn, and nothing else: a dashboard that is looked at over SSH for hours sends what is new."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.recorded import progress, record, started
from tests.run.bare_runs import rewrite
from tests.ui.pilots import drive, settle
from vitdash import presets
from vitdash.run import lock
from vitdash.run.log import EventWriter
from vitdash.ui.app import Dashboard

CNN = presets.load("cnn")


def test_a_new_record_lays_nothing_out_and_leaves_other_panels_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laying out would draw every scroll bar again, twice a second."""
    run = record(root, CNN, [started(CNN), progress(640)], claim="running")
    held = lock.acquire(run.lock)
    assert held is not None
    rewrite(run, claim="running")
    layouts: list[str] = []
    lay_out = Screen._refresh_layout

    def counted(screen: Screen[None], *arguments: object, **options: object) -> None:
        layouts.append(str(screen))
        lay_out(screen, *arguments, **options)  # type: ignore[arg-type]

    async def journey(app: Dashboard, pilot: Pilot[None]) -> None:
        await settle(pilot)
        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        log = EventWriter(run.events)
        for seen in range(1280, 6400, 640):
            log.append(progress(seen, loss=30 / seen))
            app._poll()
            await pilot.pause()
        log.close()
        assert app.board.shown[0].short.figures.images_seen == 5760
        assert layouts == []

    drive(root, journey)
    held.release()
