"""Evaluation, probes and diagnostics at a position. Must not know how training got there, or where results go."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitdash import catalog
from vitdash.config import RunConfig
from vitdash.engine import diagnostics, promises, seeds
from vitdash.engine.batches import Batch, TrainingBatches, crosses
from vitdash.engine.datasets import Dataset
from vitdash.engine.evaluate import evaluate
from vitdash.engine.memory import release_freed
from vitdash.engine.meter import require_finite, significant
from vitdash.engine.model import Classifier
from vitdash.engine.moments import Moment, in_background
from vitdash.engine.probes import Embedded, Probe
from vitdash.knob_tables import EPOCH
from vitdash.run.events import Evaluated, Phase, Probed, ProbeFailed
from vitdash.text import plain

LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """The diagnostics of the evaluation at a position, to be written down."""

    images_seen: int
    content: dict[str, Any]


Finding: TypeAlias = Phase | Evaluated | Probed | ProbeFailed | Diagnosed | Moment


class Judge:
    """Judges the network where the configuration says so; what it finds is a function of weights and position."""

    def __init__(self, model: Classifier, config: RunConfig, dataset: Dataset, batches: TrainingBatches) -> None:
        self._model = model
        self._config = config
        self._dataset = dataset
        self._batches = batches
        self._every = len(dataset.train_images)
        if config.record.evaluate_every_images != EPOCH:
            self._every = config.record.evaluate_every_images

    def at(self, batch: Batch) -> Iterator[Finding]:
        """Yield what is found at the end of `batch`, where something is due."""
        final = batch.end in self._config.ends
        if not final and not crosses(self._every, batch.images_seen, batch.end):
            return
        dataset, images_seen = self._dataset, batch.end
        release_freed()
        yield Phase(name="evaluate", done=0, total=len(dataset.validation_images))
        evaluation = yield from evaluate(
            self._model,
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
        if final or self._probe_due(batch):
            release_freed()
            yield from self._probe(evaluation.embedding, images_seen)
        release_freed()

    def _probe_due(self, batch: Batch) -> bool:
        every = self._config.probe.probe_every
        return every > 0 and crosses(self._every * every, batch.images_seen, batch.end)

    def _probe(self, embedding: Tensor, images_seen: int) -> Iterator[Finding]:
        names = self._config.probe.probes
        if not names:
            return
        yield Phase(name="probe", done=0, total=len(names))
        validation = _shared(embedding.cpu().numpy(), self._dataset.validation_labels.cpu().numpy())
        train = yield from self._training_embedding()
        taken: set[str] = set()
        for name in names:
            probe: Probe = catalog.load("probe", catalog.PROBES, name)
            begun = time.perf_counter()
            try:
                found = yield from in_background(partial(probe, validation, train, self._config.probe))
                values = promises.probe_values(found, promises.names_taken(name, taken))
            except (Exception, SystemExit) as error:  # a judge's mistake: what is judged goes on without its figures
                # The disk that log.txt lies on may be full.
                with contextlib.suppress(OSError):
                    traceback.print_exc()
                message = plain(f"{type(error).__name__}: {error}", LONGEST_MESSAGE)
                yield ProbeFailed(images_seen=images_seen, probe=name, message=message)
                continue
            finally:
                release_freed()
            taken |= values.keys()
            seconds = round(time.perf_counter() - begun, 3)
            yield Probed(images_seen=images_seen, probe=name, values=values, seconds=seconds)

    def _training_embedding(self) -> Generator[Moment, None, Embedded]:
        """Embed the training images that probes are fitted on: the same ones at every position of a run."""
        images, labels = self._dataset.train_images, self._dataset.train_labels
        wanted = min(self._config.probe.svc_fit_images, len(images))
        draws = seeds.generator(self._config.train.seed, "probe")
        chosen = torch.randperm(len(images), generator=draws)[:wanted].to(images.device)
        evaluation = yield from evaluate(
            self._model, images[chosen], labels[chosen], self._config.model.channels, self._config.optim
        )
        return _shared(evaluation.embedding.cpu().numpy(), labels[chosen].cpu().numpy())


def _shared(embedding: NDArray[np.float32], labels: NDArray[np.int64]) -> Embedded:
    """Return what several probes read one after the other, so that none of them can change it."""
    kept = Embedded(embedding.view(), labels.view())
    kept.embedding.setflags(write=False)
    kept.labels.setflags(write=False)
    return kept
