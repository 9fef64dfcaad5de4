"""Runs in memory, by preset, knobs and seeds, with the figures that a test gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vitdash import presets
from vitdash.export.rows import Row
from vitdash.knobs import Value
from vitdash.run.state import State
from vitdash.run.summary import Figures


def ended(
    run_id: str,
    accuracy: float | None,
    *,
    preset: str = "cnn",
    name: str = "",
    at: int = 20_000,
    knobs: Mapping[str, Value] | None = None,
    seconds: float = 60.0,
    more: Mapping[str, float] | None = None,
) -> Row:
    """Return a run with an accuracy, and a validation loss that falls with it; None is one without results."""
    config = presets.load(preset).replace({"max_inputs": 20_000, **(knobs or {})})
    results = {} if accuracy is None else {"validation_loss": (1 - accuracy) / 10, "accuracy": accuracy, **(more or {})}
    figures = Figures(images_seen=at, results=results, evaluated_at=at if results else 0, seconds=seconds)
    return Row(run_id, name or preset, State.FINISHED if results else State.QUEUED, config, figures)


def seeds(prefix: str, accuracies: Iterable[float | None], **more: object) -> list[Row]:
    """Return a run for each accuracy, with seeds 0, 1, 2, …; `more` is what `ended` takes."""
    knobs = dict(more.pop("knobs", {}))  # type: ignore[call-overload]
    return [
        ended(f"{prefix}-{seed}", accuracy, knobs={**knobs, "seed": seed}, **more)  # type: ignore[arg-type]
        for seed, accuracy in enumerate(accuracies)
    ]
