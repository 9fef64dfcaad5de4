"""What the figures of a run are called: the names of our own, which no other may use. Must not know values."""

from __future__ import annotations

EVALUATION, SVC, TABLE = "evaluation", "svc", "table"

OWN_NAMES = {
    "validation_loss": EVALUATION,
    "accuracy": EVALUATION,
    "svc": SVC,
    "svc_held_out": SVC,
    **dict.fromkeys(
        (
            *("run", "state", "dataset", "images_seen", "evaluated_at", "model"),
            *("patch", "layer", "head", "hidden", "mlp", "drop", "cs", "parameters", "images_per_second", "seconds"),
            *("reported_validation_loss", "reported_accuracy", "reported_svc"),
            *("difference_validation_loss", "difference_accuracy", "difference_svc"),
        ),
        TABLE,
    ),
}
"""Names of figures, and of the table's columns, each with whose it is: the probe called so, or no probe's."""


def extra(results: dict[str, float]) -> dict[str, float]:
    """Return the figures that are none of ours: those of plug-ins' probes."""
    return {name: value for name, value in results.items() if name not in OWN_NAMES}
