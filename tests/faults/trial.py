"""One case from its beginning to its verdict, in a process that does nothing else meanwhile."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults import case as cases
from tests.faults import evidence, invariants, plants
from tests.faults.case import Case
from tests.faults.evidence import Outcome
from tests.faults.kinds import KINDS
from tests.faults.world import Broken, World, surroundings
from vitdash.run import launch
from vitdash.text import plain


@dataclass(frozen=True, slots=True)
class Report:
    """How a case went; `broken` is "" where everything held."""

    case: Case
    told: str
    broken: str
    seconds: float


def undisturbed(configuration: str, folder: Path) -> Outcome:
    """Train a configuration without any fault and return what comes of it."""
    place = folder / configuration.replace(" ", "-")
    with surroundings(place, ""):
        worker = launch.start(launch.create(cases.config(configuration), place / "runs", "twin", ("harness",)))
        worker.process.wait()
    return evidence.outcome(worker.run)


def attempt(case: Case, *, folder: Path, expected: dict[str, Outcome], plant: str = "", keep: bool = False) -> Report:
    """Try one case, in a process that does nothing else meanwhile."""
    place = folder / f"case-{case.index}"
    begun, broken = time.monotonic(), ""
    plants.install(plant)
    with surroundings(place, plant):
        world = World(case, place)
        try:
            KINDS[case.kind](world, case.draws())
            for subject in world.subjects:
                world.finish(subject)
            invariants.check(world, expected[case.configuration])
        except Broken as error:
            broken = str(error)
        except Exception as error:  # the harness must tell of it and go on with the next case
            broken = f"{type(error).__name__}: {error}"
        finally:
            world.close()
    if not (keep and broken):
        shutil.rmtree(place, ignore_errors=True)
    return Report(case, ", ".join(world.told), plain(broken, 500), time.monotonic() - begun)
