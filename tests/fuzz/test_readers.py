"""A short fuzzing of every reader with a fixed seed, and all that fuzzing has found, as it was found.

`make fuzz` goes on for as long as one likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.campaign import Campaign
from tests.fuzz.found import FOUND
from tests.fuzz.readers import BY_NAME
from tests.fuzz.report import told
from tests.fuzz.signals import kept_signals

INPUTS = 25


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give signals and environment back."""
    for name in ("VITDASH_CONFIG", "VITDASH_RUNS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, "")
    with kept_signals():
        yield


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", BY_NAME)
def test_a_short_campaign_finds_nothing(tmp_path: Path, name: str) -> None:
    """The same inputs each time."""
    campaign = Campaign(BY_NAME[name], tmp_path, seed=0)
    campaign.begin([], limited=False)
    campaign.go_on(1e9, INPUTS)
    assert not campaign.found.failures, "\n".join(told(name, item) for item in campaign.found.failures.values())
    assert campaign.found.outcomes["read"]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("name", "raw"), [pytest.param(name, raw, id=about) for name, raw, about in FOUND])
def test_what_was_found_is_no_failure_any_more(tmp_path: Path, name: str, raw: bytes) -> None:
    """Read, or refused in a sentence."""
    campaign = Campaign(BY_NAME[name], tmp_path, seed=0)
    campaign.begin([], limited=False)
    outcome = campaign.outcome_of(raw)
    assert not outcome.failed, outcome
