"""Which images make up which batch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from vitdash.config import RunConfig
from vitdash.engine.batches import Schedule, TrainingBatches, as_input, crosses
from vitdash.engine.datasets import Dataset

ends = st.lists(st.integers(1, 300), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
schedules = st.builds(Schedule, st.integers(1, 50), st.integers(1, 70), ends)
"""Of runs, some of which were extended."""


def small_dataset(images: int = 10) -> Dataset:
    pictures = torch.arange(images, dtype=torch.uint8).reshape(-1, 1, 1, 1).expand(-1, 1, 28, 28).contiguous()
    labels = torch.arange(images)
    return Dataset(pictures, labels, pictures, labels, tuple(str(label) for label in range(10)))


@given(schedules)
def test_a_run_sees_exactly_its_planned_images(schedule: Schedule) -> None:
    """A batch is cut wherever the run was to end; steps count without gaps, both parts of a batch as one."""
    batches = list(schedule.after(0))
    assert sum(batch.size for batch in batches) == schedule.ends[-1]
    assert {batch.end for batch in batches} >= set(schedule.ends)
    steps = [batch.step for batch in batches]
    assert sorted(set(steps)) == list(range(steps[-1] + 1))
    twice = [later for earlier, later in zip(batches, batches[1:], strict=False) if earlier.step == later.step]
    assert {batch.images_seen for batch in twice} <= set(schedule.ends)
    assert all(0 < batch.size <= schedule.batch_size for batch in batches)


@given(schedules)
def test_each_epoch_uses_every_image_once(schedule: Schedule) -> None:
    """The last short batch of an epoch is kept, and no batch reaches into the next epoch."""
    seen = [index for batch in schedule.after(0) for index in range(batch.start, batch.stop)]
    epochs = [seen[begin : begin + schedule.train_images] for begin in range(0, len(seen), schedule.train_images)]
    assert all(epoch == list(range(len(epoch))) for epoch in epochs)
    assert all(len(epoch) == schedule.train_images for epoch in epochs[:-1])


@given(schedules, st.data())
def test_resuming_continues_with_the_very_next_batch(schedule: Schedule, data: st.DataObject) -> None:
    """From the end of any batch the rest is the same as without the interruption."""
    batches = list(schedule.after(0))
    index = data.draw(st.integers(0, len(batches) - 1))
    assert list(schedule.after(batches[index].end)) == batches[index + 1 :]
    assert schedule.ending_at(batches[index].end) == batches[index]


@given(schedules, st.data())
def test_batches_to_be_read_together_are_of_one_epoch_and_size(schedule: Schedule, data: st.DataObject) -> None:
    """They follow each other without a gap, and end before the next is of another size or epoch, or is one too many."""
    batches = list(schedule.after(0))
    index, most = data.draw(st.integers(0, len(batches) - 1)), data.draw(st.integers(1, 9))
    together = schedule.alike(batches[index], most)
    assert together == batches[index : index + len(together)]
    assert {(batch.epoch, batch.size) for batch in together} == {(batches[index].epoch, batches[index].size)}
    after = batches[index + len(together) :]
    another = after and (after[0].epoch, after[0].size) != (batches[index].epoch, batches[index].size)
    assert another or not after or len(together) == most


@given(st.integers(1, 20), st.integers(0, 100), st.integers(1, 100))
def test_crosses_tells_whether_a_multiple_was_reached(every: int, before: int, step: int) -> None:
    """A multiple counts for the batch that reaches it, and for no other."""
    after = before + step
    assert crosses(every, before, after) == any(value % every == 0 for value in range(before + 1, after + 1))


def test_the_order_is_another_in_each_epoch_and_for_each_seed(tiny: RunConfig) -> None:
    """The order is a function of seed and epoch: the same again, and different where either differs."""
    config = tiny.replace({"augment": "none", "batch_size": 10, "max_inputs": 20})

    def orders(seed: int) -> list[list[int]]:
        batches = TrainingBatches(config.replace({"seed": seed}), small_dataset())
        return [batches.read(batch)[1].tolist() for batch in batches.schedule.after(0)]

    first, second = orders(0)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert orders(0) == [first, second]
    assert orders(1) != [first, second]


def test_images_and_labels_stay_together(tiny: RunConfig) -> None:
    """What is shuffled is pairs: here each image's pixels are its label."""
    config = tiny.replace({"augment": "none", "batch_size": 4, "max_inputs": 10})
    batches = TrainingBatches(config, small_dataset())
    for batch in batches.schedule.after(0):
        images, labels = batches.read(batch)
        assert images[:, 0, 0, 0].tolist() == labels.tolist()


def test_the_network_sees_zero_to_one_and_the_grey_channel_repeated() -> None:
    """uint8 becomes float32 in [0, 1] without any normalisation."""
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(3, 1, 1, 1)
    seen = as_input(images, 3)
    assert seen.dtype == torch.float32
    assert seen.shape == (3, 3, 1, 1)
    assert torch.equal(seen[:, 0], seen[:, 2])
    assert seen[:, 0].flatten().tolist() == [0.0, torch.tensor(0.2).item(), 1.0]


def test_batches_read_together_are_those_read_one_by_one(tiny: RunConfig) -> None:
    """Images, labels and order: reading ahead is a matter of speed."""
    config = tiny.replace({"augment": "crop-flip", "batch_size": 3, "max_inputs": 20})
    batches = TrainingBatches(config, small_dataset())
    together = batches.schedule.alike(next(batches.schedule.after(10)), most=9)
    assert [batch.images_seen for batch in together] == [10, 13, 16]
    images, labels = batches.read(*together)
    apart = [batches.read(batch) for batch in together]
    assert torch.equal(images, torch.cat([pictures for pictures, _ in apart]))
    assert torch.equal(labels, torch.cat([named for _, named in apart]))
