"""Run folders whose every text tries to drive a terminal, to turn what is read, or to be taken for markup."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from tests.fuzz import seeds
from tests.recorded import diagnosed, finished
from tests.run.happenings import numbered
from vitdash.run.events import Event, Phase, Probed, ProbeFailed, RunFailed, RunFinished, RunStarted, encode
from vitdash.run.store import Run

EVIL = (
    "a\x1b]0;owned\x07\x1b[31mred\x1b[2J\x9b5A\x90q\x9c\u202egnp.exe\u2066x\u2069\u200b\u200d\ufeff\u2028new\nline"
    "\r\x08\x00[red]markup[/red][/][@click=app.quit]click[/]$x `y` | \ud800 <b>"
)
LONG = EVIL * 40
DIAGNOSED_AT = 1280


def make(root: Path, run_id: str, *, failed: bool) -> Run:
    """Write a run that says such things wherever it can say anything."""
    run = Run(root / run_id)
    run.diagnostics.mkdir(parents=True)
    run.config.write_bytes(seeds.files()["config.toml"])
    run.events.write_bytes(
        b"".join(map(encode, numbered(_happened(failed=failed)))) + LONG.encode(errors="replace") + b"\n"
    )
    (run.path / "run.json").write_bytes(_claim(run_id, "failed" if failed else "finished"))
    run.labels.write_text(json.dumps({"name": EVIL, "tags": [EVIL, "sound"], "note": LONG}))
    run.log.write_bytes(LONG.encode(errors="replace") * 3)
    content: Any = diagnosed(seeds.CONFUSION, [f"{number}{EVIL}" for number in range(10)], DIAGNOSED_AT)
    (run.diagnostics / f"{DIAGNOSED_AT:012d}.json").write_text(json.dumps(content))
    run.control.write_text(EVIL, errors="replace")
    return run


def _claim(run_id: str, word: str) -> bytes:
    told = json.loads(seeds.claim(claim=word))
    return json.dumps(
        told
        | {"id": run_id, "name": EVIL, "host": EVIL, "device": EVIL, "versions": {EVIL: EVIL}}
        | {"command": [EVIL, "--preset", EVIL], "plugins": {f"/{EVIL}": EVIL, EVIL: EVIL}}
    ).encode()


def _happened(*, failed: bool) -> list[Event]:
    ended = finished(seeds.config())
    told: list[Event] = []
    for event in ended:
        match event:
            case RunStarted():
                data = {"data": {"dataset": EVIL}, EVIL: {EVIL: EVIL}}
                changes: Any = {"run_id": EVIL, "config": data, "classes": (EVIL,) * 10, "device": EVIL}
                told.append(dataclasses.replace(event, **changes))
            case Probed():
                told.append(dataclasses.replace(event, probe=EVIL, values={EVIL: 0.5, "svc": 0.9}))
                told.append(ProbeFailed(images_seen=event.images_seen, probe=EVIL, message=LONG))
            case RunFinished() if failed:
                told.append(Phase(name=EVIL, done=1, total=2))
                told.append(RunFailed(title=EVIL, message=LONG, traceback=LONG))
            case _:
                told.append(event)
    return told
