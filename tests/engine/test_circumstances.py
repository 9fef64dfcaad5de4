"""What a result depends on besides its configuration: a run that goes on elsewhere says so, with other data it ends."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from tests.engine.worlds import live
from vitdash.config import RunConfig
from vitdash.engine import circumstances
from vitdash.engine.datasets import Dataset, digits
from vitdash.errors import RunError
from vitdash.run import extension, launch, machine
from vitdash.run.events import Event, Warned
from vitdash.run.store import Run

NOW = {"data": "a", "processor": "A", "vitdash": "1", "torch": "2.14", "/x/p.py": "12", "extras": "1.0"}


@pytest.fixture
def halfway(tiny: RunConfig, root: Path) -> Run:
    """Return a run that has seen 128 images and is to see 256."""
    run = launch.create(tiny.replace({"max_inputs": 128, "threads": 1, "probes": ()}), root, "test", ("test",))
    live(run)
    extension.extend(run, 256)
    return run


def warnings(events: list[Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Warned)]


def test_a_run_that_goes_on_as_it_began_says_nothing(halfway: Run) -> None:
    """There is nothing to be said."""
    assert warnings(live(halfway, resuming=True)) == []


def test_a_run_that_goes_on_elsewhere_says_so(halfway: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once: from then on it is there that it was computed."""
    monkeypatch.setattr(machine, "processor", lambda: "Another\x1b[2J")

    (told,) = warnings(live(halfway, resuming=True))
    assert told.startswith("goes on on Another [2J instead of ")
    assert told.endswith(": from 128 images on, bit for bit it may not be the run any more that it would have been")
    extension.extend(halfway, 384)
    assert warnings(live(halfway, resuming=True)) == [told]


def test_half_of_one_data_set_and_half_of_another_is_no_run(halfway: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is computed, and what was computed stands."""
    whole = digits.load

    def changed(*given: object) -> Dataset:
        data = whole(*given)  # type: ignore[arg-type]
        return dataclasses.replace(data, train_labels=data.train_labels.flip(0))

    saved = halfway.checkpoint.read_bytes()
    monkeypatch.setattr(digits, "load", changed)
    with pytest.raises(
        RunError, match=r"data set 'digits': holds other images or labels than those .* Bring them back"
    ):
        live(halfway, resuming=True)
    assert halfway.checkpoint.read_bytes() == saved


def test_what_has_changed_is_named() -> None:
    """What was not known then, or is not there now, is no change."""
    now = NOW | {"torch": "2.11", "/x/p.py": "34", "extras": "", "new": "1"}
    changed = circumstances.changes(NOW | {"gone": "1"}, now)
    assert changed == {"torch": ("2.14", "2.11"), "/x/p.py": ("12", "34")}
    assert circumstances.told(changed, 1280).startswith(
        "goes on with torch 2.11 instead of 2.14, with another /x/p.py than before: from 1,280 images on, "
    )
    assert circumstances.told({}, 1280) == ""


def test_equal_data_have_equal_digests_and_all_of_them_counts() -> None:
    """Images, labels, their order, their shape, and the classes' names."""
    images, labels = torch.arange(32, dtype=torch.uint8).view(2, 1, 4, 4), torch.tensor([0, 1])
    data = Dataset(images, labels, images + 1, labels, ("a", "b"))
    assert dataclasses.replace(data, train_images=images.clone()).digest() == data.digest()
    others = [
        dataclasses.replace(data, train_images=images.flip(0)),
        dataclasses.replace(data, train_images=images.view(2, 1, 2, 8)),
        dataclasses.replace(data, validation_images=images),
        dataclasses.replace(data, train_labels=labels.flip(0)),
        dataclasses.replace(data, validation_labels=labels.flip(0)),
        dataclasses.replace(data, classes=("a", "c")),
    ]
    assert len({item.digest() for item in [data, *others]}) == 7
