"""What a results table is made of: a run's configuration and its figures. Must not know formats."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.run import store, summary
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures, Summary


@dataclass(frozen=True, slots=True)
class Row:
    """One run with something to show for it; its results were read after `evaluated_at` images, 0 without any."""

    id: str
    name: str
    state: State
    config: RunConfig
    figures: Figures
    evaluated_at: int

    @property
    def model(self) -> str:
        """What the table calls it: the preset's title, or the run's own name where it was given one."""
        description = self.config.description
        return description.title if self.name == description.preset else self.name

    @property
    def images_per_second(self) -> float | None:
        """Training images by the time of their batches."""
        return self.figures.images_per_second

    def result(self, metric: str) -> float | None:
        """Return a figure of the last evaluation, None where it was not computed."""
        return self.figures.results.get(metric)


def read_rows(runs: list[Run]) -> list[Row]:
    """Return the rows of the given runs, in their order.

    Raises:
        VitdashError: a run cannot be read.
    """
    rows = []
    for run in runs:
        short = summary.summarise(run)
        if short.problem:
            raise VitdashError(run.id, short.problem)
        config, evaluated_at = store.read_config(run), _evaluated_at(short)
        rows.append(Row(run.id, short.name, short.state, config, short.figures, evaluated_at))
    return rows


def _evaluated_at(short: Summary) -> int:
    """Return where the last evaluation stands: a finished run's at its end, any other may have gone on since."""
    if short.state is State.FINISHED:
        return short.figures.images_seen
    evaluations = summary.read_history(short.run).evaluations
    return evaluations[-1].images_seen if evaluations else 0
