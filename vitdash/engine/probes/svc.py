"""A support vector classifier on the embedding, as the reference measures it and honestly."""

from __future__ import annotations

try:
    # Fits in less than half of the time; installed with `vitdash[fast]`.
    from sklearnex.svm import SVC
except ImportError:
    from sklearn.svm import SVC

from vitdash.engine.probes import Embedded
from vitdash.knob_tables import ProbeKnobs


def measure(validation: Embedded, train: Embedded, knobs: ProbeKnobs) -> dict[str, float]:
    """Return two accuracies in [0, 1].

    `svc` is fitted on the validation embeddings and scored on the same ones: the reference's figure, a training
    accuracy. `svc_held_out` is fitted on training embeddings and scored on validation.

    Source: `sklearn.svm.SVC`, its defaults but for `C`; or Intel's of the same name, whose accuracies are the same to a
    thousandth.
    """
    same = SVC(C=knobs.svc_c).fit(validation.embedding, validation.labels)
    held_out = SVC(C=knobs.svc_c).fit(train.embedding, train.labels)
    return {
        "svc": float(same.score(validation.embedding, validation.labels)),
        "svc_held_out": float(held_out.score(validation.embedding, validation.labels)),
    }
