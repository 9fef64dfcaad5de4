"""Evaluation, probes and diagnostics at a position. Must not know how training got there, or where results go."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor

from vitdash.config import RunConfig
from vitdash.engine import diagnostics, seeds
from vitdash.engine.batches import Batch, TrainingBatches, crosses
from vitdash.engine.datasets import Dataset
from vitdash.engine.evaluate import evaluate
from vitdash.engine.memory import release_freed
from vitdash.engine.meter import require_finite, significant
from vitdash.engine.moments import Moment, in_background
from vitdash.engine.probes import Embedded
from vitdash.engine.probing import Found, Probing, embedded
from vitdash.engine.stepping import Training
from vitdash.knob_tables import EPOCH
from vitdash.run.events import Evaluated, Phase


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """The diagnostics of the evaluation at a position, to be written down."""

    images_seen: int
    content: dict[str, Any]


Finding: TypeAlias = Phase | Evaluated | Found | Diagnosed | Moment


class Judge:
    """Judges the network where the configuration says so; what it finds is a function of weights and position.

    Where probes are fitted beside training, what they find comes out between a step and its `BATCH_DONE`: whichever
    checkpoint a run goes on from, it has either that or, in `Training.probing`, what they are fitted to.
    """

    def __init__(self, training: Training, config: RunConfig, dataset: Dataset, batches: TrainingBatches) -> None:
        self._training = training
        self._config = config
        self._dataset = dataset
        self._batches = batches
        self._beside = config.probe.probe_beside == "yes"
        self._every = len(dataset.train_images)
        if config.record.evaluate_every_images != EPOCH:
            self._every = config.record.evaluate_every_images

    def go_on(self, batch: Batch) -> Iterator[Finding]:
        """Begin again with the probes that the checkpoint at the end of `batch` came amid."""
        if self._training.probing is not None:
            yield from self._begin(self._training.probing)
            # Someone may have edited how often they come.
            yield from self.before(batch)
            yield from self.found()

    def before(self, batch: Batch) -> Iterator[Finding]:
        """Wait for probes that are still being fitted where the next are due at the end of `batch`: none pile up."""
        probing = self._training.probing
        if probing is not None and self._probes_due(batch) and not probing.done:
            yield self._phase("probe")
            yield from probing.wait()

    def found(self) -> Iterator[Finding]:
        """Yield what probes that were fitted beside training have found, once all of them have."""
        probing = self._training.probing
        if probing is not None and probing.done:
            yield from probing.found
            self._training.probing = None

    def at(self, batch: Batch) -> Iterator[Finding]:
        """Yield what is found at the end of `batch`, where something is due."""
        final = batch.end in self._config.ends
        if not final and not crosses(self._every, batch.images_seen, batch.end):
            return
        dataset, images_seen = self._dataset, batch.end
        release_freed()
        yield Phase(name="evaluate", done=0, total=len(dataset.validation_images))
        evaluation = yield from evaluate(
            self._training.model,
            dataset.validation_images,
            dataset.validation_labels,
            self._config.model.channels,
            self._config.optim,
        )
        require_finite(evaluation.loss, images_seen)
        yield Evaluated(
            images_seen=images_seen,
            epoch=round(images_seen / len(dataset.train_images), 4),
            loss=significant(evaluation.loss),
            accuracy=evaluation.accuracy,
        )
        content = diagnostics.describe(evaluation, dataset, self._batches.read(batch), images_seen)
        yield Diagnosed(images_seen, content)
        if self._probes_due(batch):
            release_freed()
            yield from self._probe(evaluation.embedding, images_seen, beside=self._beside and not final)
        release_freed()

    def _probes_due(self, batch: Batch) -> bool:
        every = self._config.probe.probe_every
        intermediate = every > 0 and crosses(self._every * every, batch.images_seen, batch.end)
        return intermediate or batch.end in self._config.ends

    def _probe(self, embedding: Tensor, images_seen: int, *, beside: bool) -> Iterator[Finding]:
        knobs = self._config.probe
        if not knobs.probes:
            return
        yield self._phase("probe")
        validation = embedded(embedding, self._dataset.validation_labels)
        train = yield from self._training_embedding()
        probing = Probing(images_seen, validation, train)
        if beside:
            yield from self._begin(probing)
            return
        fitted = probing.fitted(knobs)
        while (found := (yield from in_background(partial(next, fitted, None)))) is not None:
            yield found

    def _begin(self, probing: Probing) -> Iterator[Finding]:
        self._training.probing = probing
        probing.begin(self._config.probe)
        yield self._phase("probe_beside")

    def _phase(self, name: str) -> Phase:
        return Phase(name=name, done=0, total=len(self._config.probe.probes))

    def _training_embedding(self) -> Generator[Moment, None, Embedded]:
        """Embed the training images that probes are fitted on: the same ones at every position of a run."""
        images, labels = self._dataset.train_images, self._dataset.train_labels
        wanted = min(self._config.probe.svc_fit_images, len(images))
        draws = seeds.generator(self._config.train.seed, "probe")
        chosen = torch.randperm(len(images), generator=draws)[:wanted].to(images.device)
        evaluation = yield from evaluate(
            self._training.model, images[chosen], labels[chosen], self._config.model.channels, self._config.optim
        )
        return embedded(evaluation.embedding, labels[chosen])
