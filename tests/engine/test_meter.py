"""What is said of training: means over all images of a record, and the pace of those that were timed."""

from __future__ import annotations

import time

import torch

from vitdash.engine.meter import Meter

LOGITS, LABELS = torch.eye(4), torch.arange(4)


def train(meter: Meter, batches: int) -> None:
    """Count batches of four images with a loss of one, each of which took a hundredth of a second, or more."""
    for _ in range(batches):
        meter.count(torch.tensor(1.0), LOGITS, LABELS)
        meter.passed(4, time.perf_counter() - 0.01)


def test_the_pace_after_a_resume_is_not_that_of_images_trained_before() -> None:
    """Of a thousand images of one record all but four were trained before: the pace is that of four."""
    before = Meter()
    train(before, 249)
    meter = Meter()
    meter.restore(before.state())
    train(meter, 1)
    tick = meter.tick(1000)
    record = meter.record(1000, 1e-3)
    assert record.loss == 1.0
    assert tick is not None
    for told in (tick, record):
        assert 0 < told.images_per_second <= 400
    train(meter, 2)
    assert 0 < meter.record(1008, 1e-3).images_per_second <= 400
