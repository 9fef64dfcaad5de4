"""One run brought to life: drives the training loop, records what it yields, obeys orders, saves checkpoints.

Must not know how anything is computed, nor how a process begins and ends.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from vitdash import presets
from vitdash.engine import checkpoint, circumstances, restoring
from vitdash.engine.batches import crosses
from vitdash.engine.judge import Diagnosed
from vitdash.engine.meter import require_finite, significant
from vitdash.engine.moments import Moment
from vitdash.engine.orders import Orders, StopRequested
from vitdash.engine.prepare import Prepared
from vitdash.engine.room import Room
from vitdash.engine.standing import Standing
from vitdash.engine.train import Settled, train
from vitdash.engine.writing import Writer
from vitdash.errors import RunError
from vitdash.knob_tables import SUITS_THE_DEVICE
from vitdash.run import diagnostics, summary
from vitdash.run.control import Word
from vitdash.run.events import (
    PROTOCOL,
    CheckpointSaved,
    DiagnosticsSaved,
    Evaluated,
    Paused,
    Phase,
    Resumed,
    RunFinished,
    RunStarted,
    Tick,
    Warned,
)
from vitdash.run.files import write_atomically
from vitdash.run.log import EventWriter
from vitdash.run.store import Run
from vitdash.text import plain

CHECKPOINT_EVERY = {"cpu": 20_000, "cuda": 500_000}
"""Images from one checkpoint to the next where the configuration leaves it open: on a large GPU, too, some seconds.

There, every 20,000 of them would be three a second, each as long as 100 steps: an eighth to a third of all the time.
"""


class Session:
    """The computation of one run within one process."""

    def __init__(
        self, run: Run, prepared: Prepared, log: EventWriter, orders: Orders, standing: Standing, room: Room
    ) -> None:
        self._run = run
        self._room = room
        self._config = prepared.config
        self._dataset = prepared.dataset
        self._training = prepared.training
        self._log = log
        self._orders = orders
        self._standing = standing
        self._best = Writer(room.write, in_background=self._config.compute.device == "cuda")
        self._position = replace(checkpoint.START, circumstances=prepared.circumstances)
        self._predecessor: Path | None = run.previous
        self._saved_at = 0
        self._mark = 0
        self._begun = time.monotonic()

    def run_to_end(self, *, resuming: bool) -> RunFinished:
        """Train to the end and return the event that says so.

        Raises:
            StopRequested: a stop was asked for; the position is saved.
            VitdashError: the run cannot go on.
        """
        self._state()
        if resuming:
            self._restore()
        compute = self._config.compute
        self._standing.claim(
            "running", device=compute.device, threads=compute.threads, versions=circumstances.versions()
        )
        self._log.append(self._started())
        if resuming:
            self._log.append(Resumed(from_images=self._training.images_seen, from_seq=self._position.seq))
        self._mark = self._log.seq
        self._begun = time.monotonic()
        try:
            self._train()
        except RunError:
            self._await_probes()
            raise
        self._best.wait()
        return self._finished()

    def _train(self) -> None:
        before = self._training.images_seen
        for happening in train(self._training, self._config, self._dataset):
            match happening:
                case Moment.BATCH_DONE:
                    self._mark = self._log.seq
                    self._save_if_due(before)
                    before = self._training.images_seen
                    self._tell_of_waiting()
                    self._obey()
                case Moment.BUSY:
                    self._obey()
                case Tick():
                    self._log.tick(happening)
                case Settled():
                    self._config = happening.config
                    self._state()
                    self._log.append(self._started())
                case Diagnosed():
                    self._write_diagnostics(happening)
                case Evaluated():
                    self._log.append(happening)
                    self._keep_best(happening.loss)
                case _:
                    self._log.append(happening)

    def _await_probes(self) -> None:
        """Record what probes have found beside training that then failed: they were fitted to what came before."""
        if (probing := self._training.probing) is None:
            return
        self._log.append(Phase(name="probe", done=0, total=0))
        for _ in probing.wait():
            if self._orders.wanted() is Word.STOP:
                return
        for found in probing.found:
            self._log.append(found)

    def _state(self) -> None:
        """Write down what is computed, as far as it is decided: later lives, and checkpoints, go by it."""
        text = presets.dump(self._config)
        self._write(self._run.config, text.encode())
        self._position = replace(self._position, config=text)

    def _started(self) -> RunStarted:
        config = self._config
        return RunStarted(
            protocol=PROTOCOL,
            run_id=self._run.id,
            config=presets.tables(config),
            classes=self._dataset.classes,
            parameters=sum(weights.numel() for weights in self._training.model.parameters()),
            device=config.compute.device,
            threads=config.compute.threads,
            compiled=config.compute.execution == "compiled",
            planned_images=config.train.max_inputs,
        )

    def _finished(self) -> RunFinished:
        history = summary.read_history(self._run)
        results = dict(history.results)
        if history.images_per_second is not None:
            results["images_per_second"] = significant(history.images_per_second)
        return RunFinished(images_seen=self._training.images_seen, seconds=self._seconds(), results=results)

    def _seconds(self) -> float:
        return round(self._position.seconds + time.monotonic() - self._begun, 3)

    def _obey(self) -> None:
        word = self._orders.wanted()
        if word is Word.RUN:
            return
        images_seen = self._training.images_seen
        self._best.wait()
        if self._saved_at != images_seen:
            self._save(self._mark, announced=False)
        if word is Word.PAUSE:
            self._position = replace(self._position, seconds=self._seconds())
            paused = self._log.append(Paused(images_seen=images_seen))
            self._standing.claim("paused")
            word = self._orders.wait_while_paused()
            self._begun = time.monotonic()
        if word is Word.STOP:
            raise StopRequested(images_seen)
        self._standing.claim("running")
        self._log.append(Resumed(from_images=images_seen, from_seq=paused.seq))

    def _save_if_due(self, before: int) -> None:
        images_seen = self._training.images_seen
        final = images_seen in self._config.ends
        every = self._config.record.checkpoint_every_images
        if every == SUITS_THE_DEVICE:
            every = CHECKPOINT_EVERY.get(self._config.compute.device, CHECKPOINT_EVERY["cpu"])
        if not final and not crosses(every, before, images_seen):
            return
        # The checkpoint counts the event that announces it, so that a resumed run has announced it as well.
        self._save(self._log.seq + 1, with_optimizer=not final or self._config.record.keep_optimizer)
        self._announce_checkpoint()
        self._mark = self._log.seq

    def _announce_checkpoint(self) -> None:
        self._log.append(CheckpointSaved(images_seen=self._training.images_seen, file=self._run.checkpoint.name))

    def _save(self, seq: int, *, with_optimizer: bool = True, announced: bool = True) -> None:
        if not checkpoint.finite(self._training):
            require_finite(float("nan"), self._training.images_seen)
        run, training, predecessor = self._run, self._training, self._predecessor
        position = replace(
            self._position, images_seen=training.images_seen, seq=seq, seconds=self._seconds(), announced=announced
        )
        # The checkpoint knows the lowest loss, so the weights that have it must stand before it does.
        self._best.wait()

        def write() -> None:
            self._log.sync()
            checkpoint.save(run.checkpoint, training, position, with_optimizer=with_optimizer, previous=predecessor)

        self._room.write(run.checkpoint, write)
        self._predecessor = run.previous
        self._saved_at = position.images_seen

    def _restore(self) -> None:
        found = restoring.restore(self._run, self._training, ends=self._config.ends)
        if found.warning:
            self._log.append(Warned(message=found.warning))
            # What gave way must not take the place of what serves.
            self._predecessor = None
        if found.position is checkpoint.START:
            return
        computed = presets.parse(found.position.config, "checkpoint", "checkpoint")
        if not computed.leads_to(self._config, found.position.images_seen):
            reason = "was computed with other knobs than config.toml states now."
            raise RunError(plain(self._run.checkpoint), reason, "Undo the change, or train it as a new run.")
        changed = circumstances.changes(found.position.circumstances, self._position.circumstances)
        if changed.pop(circumstances.DATA, None):
            reason = "holds other images or labels than those that the run has learned so far."
            raise RunError(f"data set '{self._config.data.dataset}'", reason, "Bring them back, or train a new run.")
        if told := circumstances.told(changed, found.position.images_seen):
            self._log.append(Warned(message=told))
        mine = self._position
        self._position = replace(found.position, config=mine.config, circumstances=mine.circumstances)
        self._saved_at = found.position.images_seen
        if found.unannounced:
            # The last life ended between saving this checkpoint and announcing it.
            self._announce_checkpoint()
            self._position = replace(self._position, seq=self._log.seq)

    def _keep_best(self, validation_loss: float) -> None:
        if validation_loss < self._position.best_loss:
            self._position = replace(self._position, best_loss=validation_loss)
            weights = checkpoint.weights_of(self._training, validation_loss, self._position.config)
            self._best.write(self._run.best, partial(checkpoint.save_weights, self._run.best, weights))

    def _write(self, path: Path, content: bytes) -> None:
        self._room.write(path, lambda: write_atomically(path, content))

    def _tell_of_waiting(self) -> None:
        if told := self._room.told():
            self._log.append(Warned(message=told))

    def _write_diagnostics(self, found: Diagnosed) -> None:
        self._room.write(self._run.diagnostics, lambda: diagnostics.make_folder(self._run))
        file = diagnostics.file_of(self._run, found.images_seen)
        self._write(file, json.dumps(found.content, separators=(",", ":")).encode())
        name = file.relative_to(self._run.path).as_posix()
        self._log.append(DiagnosticsSaved(images_seen=found.images_seen, file=name))
