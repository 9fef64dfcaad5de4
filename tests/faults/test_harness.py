"""The harness itself: a short run of it, and that it finds bugs which are planted for it to find.

`make faults N=200 SEED=1` is the long one.
"""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.faults import case as cases
from tests.faults.case import Case
from tests.faults.evidence import Outcome
from tests.faults.kinds import KINDS
from tests.faults.plants import PLANTS
from tests.faults.trial import attempt, undisturbed

CONFIGURATION = "per batch"
SEED = 1
ATTEMPTS = 4
"""Faults come at random moments, and not each of them is one at which a bug shows."""
SHOWN_BY = {
    "lost-event": ("worker HUP", "is not in the log"),
    "non-atomic-checkpoint": ("worker KILL", "the checkpoint cannot be read"),
    "stale-running": ("worker KILL", "after its worker was gone"),
}
"""A kind of fault under which each planted bug shows, and how the harness tells of it."""


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Return what comes of an undisturbed run."""
    return {CONFIGURATION: undisturbed(CONFIGURATION, tmp_path_factory.mktemp("undisturbed"))}


@pytest.mark.parametrize("kind", ["worker KILL", "checkpoint altered"])
def test_everything_holds(kind: str, tmp_path: Path, expected: dict[str, Outcome]) -> None:
    """Two of the kinds, one case each: all others are the long run's."""
    report = attempt(Case(0, SEED, kind, CONFIGURATION), folder=tmp_path, expected=expected)
    assert report.broken == ""
    assert report.told


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_is_found(plant: str, tmp_path: Path, expected: dict[str, Outcome]) -> None:
    """A harness that cannot fail proves nothing."""
    kind, told = SHOWN_BY[plant]
    found = []
    # In a process of its own: what is planted must not grow in other tests.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for index in range(ATTEMPTS):
            case = Case(index, SEED, kind, CONFIGURATION)
            report = pool.apply(attempt, [case], {"folder": tmp_path, "expected": expected, "plant": plant})
            found.append(report.broken)
            if told in report.broken:
                return
    pytest.fail(f"not found: {found}")


def test_a_seed_draws_the_same_cases_again() -> None:
    """And the kinds come equally often."""
    kinds = list(KINDS)
    planned = cases.plan(2 * len(kinds), 7, kinds)
    assert planned == cases.plan(2 * len(kinds), 7, kinds)
    assert [case.kind for case in planned] == kinds * 2
    first, second = (planned[3].draws() for _ in range(2))
    assert [first.random() for _ in range(9)] == [second.random() for _ in range(9)]
    assert planned[0].draws().random() != planned[1].draws().random()
