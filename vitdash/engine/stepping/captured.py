"""Steps recorded once and replayed: one launch a step instead of hundreds. Must not know how recording works.

On a large GPU a step of 64 small images is hundreds of kernels of a few microseconds, and launching each from
Python takes longer than computing them. So all that a step does is recorded, reading its batch, the optimiser and the
meter's sums included: nothing is left to the host but to start it. Images are augmented before that, for many steps
together. Letters: S steps, B batch, H and W sides of an image.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine.batches import Batch, TrainingBatches
from vitdash.engine.optim import Optimizer
from vitdash.engine.stepping.eager import compute_step, dropout_seed, rate_of
from vitdash.engine.stepping.training import Training

BLOCK_STEPS = 256
"""Steps whose images are augmented together: at 64 images of 28×28 each, 13 MB."""


class Recorder(Protocol):
    """Records work on a device; `CudaGraphs` is the one there is."""

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Record what `work`, which has been done before, does; return what does it again. Nothing is done yet.

        Raises:
            RuntimeError: it cannot be recorded.
        """

    def seed(self, seed: int) -> None:
        """Seed what recorded work draws from at its next replay."""

    def gradients(self) -> AbstractContextManager[None]:
        """Return within what gradients are computed, so that the recording makes the most of the device."""

    def frozen_draws(self) -> Tensor:
        """Return the state of the generators whose draws would be recorded as they are: the same in every replay."""


class CapturedStepper:
    """Takes the first step of each batch size as it comes, records the second, and replays that from then on.

    So warming up is training already, and nothing has to be undone. Where recording fails, steps go on as they come.
    """

    def __init__(self, training: Training, config: RunConfig, batches: TrainingBatches, recorder: Recorder) -> None:
        self._training = training
        self._config = config
        self._batches = batches
        self._recorder = recorder
        self._recordable = True
        self._lanes: dict[int, _Lane] = {}
        self._device = training.model.linear.weight.device
        self._rate = torch.zeros((), device=self._device)
        for group in training.optimizer.param_groups:
            # What is recorded reads its learning rate here, a number would be recorded with it.
            group["lr"] = self._rate

    def take(self, batch: Batch) -> str:
        """Take the step of a batch; where it could not be recorded, say why, once."""
        lane = self._lane(batch)
        problem = ""
        if lane.replay is None and lane.warm and self._recordable:
            problem = self._record(lane)
        seed = dropout_seed(self._config, batch)
        if lane.replay is not None:
            self._recorder.seed(seed)
            lane.replay()
        else:
            torch.manual_seed(seed)
            before = self._recorder.frozen_draws() if self._recordable else None
            self._step(lane.block)
            lane.warm = True
            if before is not None and not torch.equal(before, self._recorder.frozen_draws()):
                problem = self._give_up("the network draws random numbers on the CPU")
        return problem

    def _lane(self, batch: Batch) -> _Lane:
        """Return the lane of a batch's size, the batch at its head."""
        lane = self._lanes.get(batch.size)
        if lane is None:
            train = self._config.train
            usual = batch.size == train.batch_size
            steps = min(BLOCK_STEPS, self._batches.schedule.train_images // batch.size) if usual else 1
            lane = self._lanes[batch.size] = _Lane(_Block(steps, batch.size, self._batches.image_shape, self._device))
        if not lane.ahead or lane.ahead[0] != batch.step:
            together = self._batches.schedule.alike(batch, lane.block.steps)
            rates = [rate_of(self._config, item) for item in together]
            lane.block.fill(*self._batches.read(*together), rates)
            lane.ahead = deque(item.step for item in together)
        lane.ahead.popleft()
        return lane

    def _record(self, lane: _Lane) -> str:
        try:
            with _capturable(self._training.optimizer):
                lane.replay = self._recorder.record(lambda: self._step(lane.block))
        except RuntimeError as error:
            # What ends a recording that went wrong raises as well: the first error is the one that says something.
            first = error.__context__ or error
            return self._give_up(str(first).partition("\n")[0])
        return ""

    def _step(self, block: _Block) -> None:
        images, labels, rate = block.take()
        self._rate.copy_(rate)
        compute_step(self._training, images, labels, self._config, self._recorder.gradients())

    def _give_up(self, reason: str) -> str:
        self._recordable = False
        for lane in self._lanes.values():
            lane.replay = None
        return f"Steps cannot be captured, so they are taken one operation after the other: {reason.rstrip('.')}."


class _Block:
    """Augmented images for up to S steps on the device, and the place of the next step's; all at fixed addresses."""

    def __init__(self, steps: int, batch_size: int, image_shape: Sequence[int], device: torch.device) -> None:
        self.steps = steps
        self._images = torch.zeros(steps, batch_size, *image_shape, dtype=torch.uint8, device=device)
        self._labels = torch.zeros(steps, batch_size, dtype=torch.int64, device=device)
        self._rates = torch.zeros(steps, device=device)
        self._next = torch.zeros(1, dtype=torch.int64, device=device)

    def fill(self, images: Tensor, labels: Tensor, rates: Sequence[float]) -> None:
        """Put images (s * B, 1, H, W), labels (s * B,) and learning rates of the next s steps in place."""
        steps = len(rates)
        self._images[:steps].copy_(images.view(steps, *self._images.shape[1:]))
        self._labels[:steps].copy_(labels.view(steps, -1))
        self._rates[:steps].copy_(torch.tensor(rates))
        self._next.zero_()

    def take(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return images (B, 1, H, W), labels (B,) and learning rate () of the next step, without asking the device."""
        images, labels, rates = (
            values.index_select(0, self._next).squeeze(0) for values in (self._images, self._labels, self._rates)
        )
        self._next.add_(1)
        return images, labels, rates


class _Lane:
    """The steps of one batch size: their block, the numbers of those in it that are still to come, their recording."""

    def __init__(self, block: _Block) -> None:
        self.block = block
        self.ahead: deque[int] = deque()
        self.warm = False
        self.replay: Callable[[], None] | None = None


@contextmanager
def _capturable(optimizer: Optimizer) -> Iterator[None]:
    """Let the optimiser's step be recorded; as its default, that would make torch warn of every other one."""
    groups = [group for group in optimizer.param_groups if "capturable" in group]
    for group in groups:
        group["capturable"] = True
    try:
        yield
    finally:
        for group in groups:
            group["capturable"] = False
