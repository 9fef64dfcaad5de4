"""Which architectures, data sets, probes and exporters there are, and where each lives. Imports none of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from vitdash.errors import InputError
from vitdash.publications import FASHION_MNIST, MNIST, Publication
from vitdash.text import did_you_mean, one_of, plain


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What is known of a data set before it is read; images are square and grey, `image_size` pixels a side.

    One with a `publication` is fetched as files; one without needs none.
    """

    module: str
    title: str
    classes: int
    image_size: int
    train_images: int
    validation_images: int
    publication: Publication | None = None


DATASETS = {
    "fashion-mnist": DatasetFacts(
        "vitdash.engine.datasets.fashion_mnist", "Fashion-MNIST", 10, 28, 60_000, 10_000, FASHION_MNIST
    ),
    "mnist": DatasetFacts("vitdash.engine.datasets.mnist", "MNIST", 10, 28, 60_000, 10_000, MNIST),
    "digits": DatasetFacts("vitdash.engine.datasets.digits", "scikit-learn's digits", 10, 28, 1_438, 359),
}
ARCHITECTURES = {
    "vit": "vitdash.architectures.vit:VisionTransformer",
    "resnet18": "vitdash.architectures.resnet18:ResNet18",
    "cnn": "vitdash.architectures.cnn:ConvolutionalNetwork",
}
PROBES = {"svc": "vitdash.engine.probes.svc:measure"}
EXPORTERS = {
    "markdown": "vitdash.export.markdown:render",
    "csv": "vitdash.export.csv:render",
    "json": "vitdash.export.json:render",
}


def dataset_names() -> tuple[str, ...]:
    """Return the names of all data sets."""
    return tuple(DATASETS)


def probe_names() -> tuple[str, ...]:
    """Return the names of all probes."""
    return tuple(PROBES)


def load(kind: str, entries: dict[str, str], name: str) -> Any:  # noqa: ANN401 - whatever lives there
    """Import and return what `name` stands for in `entries`; `kind` is the word for it in an error.

    Raises:
        InputError: there is no such name.
    """
    if name not in entries:
        hint = did_you_mean(name, entries) or f"Known: {one_of(entries)}."
        raise InputError(kind, f"there is no '{plain(name, 60)}'.", hint)
    module, _, attribute = entries[name].partition(":")
    return getattr(import_module(module), attribute)
