"""What a results table is made of: a run's configuration and its figures. Must not know formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitdash.config import RunConfig
from vitdash.errors import VitdashError
from vitdash.run import results, store, summary
from vitdash.run.state import State
from vitdash.run.store import Run
from vitdash.run.summary import Figures
from vitdash.text import count

if TYPE_CHECKING:
    from vitdash.run.history import RunHistory


@dataclass(frozen=True, slots=True)
class Row:
    """One run with something to show for it; `run` is where it is kept, for what needs more than figures.

    `knobs` are to have columns besides those of the reference's table.
    """

    id: str
    name: str
    state: State
    config: RunConfig
    figures: Figures
    run: Run | None = None
    knobs: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """What the table calls it: the preset's title, or the run's own name where it was given one.

        Of a run that was extended it says so, once it has gone on: another schedule has led to its figures.
        """
        description = self.config.description
        called = description.title if self.name == description.preset else self.name
        at = ", ".join(count(end) for end in self.config.extended_at if end < self.figures.images_seen)
        return f"{called} (extended at {at})" if at else called

    @property
    def evaluated_at(self) -> int:
        """Images seen where its results were read, 0 without any."""
        return self.figures.evaluated_at

    @property
    def images_per_second(self) -> float | None:
        """Training images by the time of their batches."""
        return self.figures.images_per_second

    @property
    def extra(self) -> dict[str, float]:
        """Figures of plug-ins' probes, which have no place of their own anywhere."""
        return results.extra(self.figures.results)

    def read_history(self) -> RunHistory:
        """Return all that was recorded, which takes longer than figures do.

        Raises:
            RunError: it cannot be read.
        """
        from vitdash.run.history import RunHistory

        return summary.read_history(self.run) if self.run else RunHistory()

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
        rows.append(Row(run.id, short.name, short.state, store.read_config(run), short.figures, run))
    return rows
