"""Probes fitted to an embedding, between two batches or beside training. Must not know the network, nor the loop.

Letters: N images, D size of the embedding.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, TypeAlias

import torch
from torch import Tensor

from vitdash import catalog
from vitdash.engine import promises
from vitdash.engine.memory import release_freed
from vitdash.engine.moments import Background, Moment
from vitdash.engine.probes import Embedded, Probe
from vitdash.knob_tables import ProbeKnobs
from vitdash.run import machine
from vitdash.run.events import Probed, ProbeFailed
from vitdash.text import plain

LONGEST_MESSAGE = 500

Found: TypeAlias = Probed | ProbeFailed


def decide(wanted: str, device: str, threads: int, probes: Collection[str]) -> str:
    """Return whether training goes on while probes are fitted when `wanted`, the knob, is given: "yes" or "no".

    Left alone it does where a core is free and every probe is known to disturb nothing: one from outside may draw from
    the generator that dropout draws from, and Intel's classifier keeps Python to itself for as long as it fits.
    """
    if wanted != "auto":
        return wanted
    needed = threads if device == "cpu" else 1
    harmless = all(catalog.PROBES.offer(name) is None for name in probes) and find_spec("sklearnex") is None
    return "yes" if harmless and machine.cores() > needed else "no"


@dataclass(slots=True, eq=False)
class Probing:
    """The probes at a position of a run, and the embeddings that they are fitted to; going on training touches neither.

    Fitted one by one with `fitted`, or all of them in a thread from `begin` on, until they are `done`.
    """

    images_seen: int
    validation: Embedded
    train: Embedded
    _work: Background[list[Found]] | None = None

    def fitted(self, knobs: ProbeKnobs) -> Iterator[Found]:
        """Fit each probe when it is asked for, and yield what is to be recorded of it."""
        taken: set[str] = set()
        for name in knobs.probes:
            probe: Probe = catalog.load("probe", catalog.PROBES, name)
            begun = time.perf_counter()
            try:
                found = probe(self.validation, self.train, knobs)
                values = promises.probe_values(found, promises.names_taken(name, taken))
            except (Exception, SystemExit) as error:  # a judge's mistake: what is judged goes on without its figures
                # The disk that log.txt lies on may be full.
                with contextlib.suppress(OSError):
                    traceback.print_exc()
                message = plain(f"{type(error).__name__}: {error}", LONGEST_MESSAGE)
                yield ProbeFailed(images_seen=self.images_seen, probe=name, message=message)
                continue
            finally:
                release_freed()
            taken |= values.keys()
            seconds = round(time.perf_counter() - begun, 3)
            yield Probed(images_seen=self.images_seen, probe=name, values=values, seconds=seconds)

    def begin(self, knobs: ProbeKnobs) -> None:
        """Fit all of them in a thread."""
        self._work = Background(lambda: list(self.fitted(knobs)))

    @property
    def done(self) -> bool:
        """Whether all of them are fitted."""
        return self._work is not None and self._work.done

    def wait(self) -> Iterator[Moment]:
        """Yield `BUSY` until they are, where they were begun."""
        return iter(()) if self._work is None else self._work.wait()

    @property
    def found(self) -> list[Found]:
        """What is to be recorded of them, once they are."""
        return [] if self._work is None else self._work.result

    def state(self) -> dict[str, Any]:
        """Return what they are fitted to as plain numbers and tensors, for a checkpoint."""
        return {"images_seen": self.images_seen, "validation": _state(self.validation), "train": _state(self.train)}


def restored(state: Mapping[str, Any]) -> Probing:
    """Return the probes whose `state` this is, to be begun again.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    if type(state["images_seen"]) is not int:
        raise TypeError("the position of its probes is none")
    return Probing(state["images_seen"], _part(**state["validation"]), _part(**state["train"]))


def embedded(embedding: Tensor, labels: Tensor) -> Embedded:
    """Return what several probes read, so that none of them can change it: embeddings (N, D) and labels (N,)."""
    kept = Embedded(embedding.cpu().numpy().view(), labels.cpu().numpy().view())
    kept.embedding.setflags(write=False)
    kept.labels.setflags(write=False)
    return kept


def _state(part: Embedded) -> dict[str, Tensor]:
    return {"embedding": torch.tensor(part.embedding), "labels": torch.tensor(part.labels)}


def _part(embedding: Tensor, labels: Tensor) -> Embedded:
    if (embedding.dtype, embedding.dim(), labels.dtype) != (torch.float32, 2, torch.int64):
        raise TypeError("what its probes are fitted to is no embedding")
    if labels.shape != embedding.shape[:1]:
        raise ValueError("its probes have not one label for each image")
    return embedded(embedding, labels)
