"""What code from outside promises the engine, checked where it arrives. Must not know where that code comes from.

Letters: N images, S side of an image, C channels, D size of the embedding.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from numbers import Real

import torch
from torch import Tensor, nn

from vitdash.architectures import Architecture
from vitdash.catalog import DatasetFacts
from vitdash.engine.datasets import Dataset
from vitdash.errors import RunError
from vitdash.run.results import OWN_NAMES
from vitdash.text import count, plain

LONGEST_NAME = 40


def check_dataset(dataset: object, facts: DatasetFacts, name: str) -> None:
    """Make sure that a data set is what its facts and `Dataset` say.

    Raises:
        RunError: it is not; says where.
    """
    if problem := _dataset_problem(dataset, facts):
        raise RunError(f"data set '{name}'", problem, "Its load() promises what docs/extending.md says.")


def check_encoder(encoder: nn.Module, architecture: Architecture, image_size: int) -> None:
    """Make sure that an encoder has the size that its architecture counts, and gives embeddings of the size it states.

    Draws nothing and changes nothing: the encoder sees two black images in eval mode.

    Raises:
        RunError: it does not.
    """
    where = f"architecture '{architecture.name}'"
    built = sum(weights.numel() for weights in encoder.parameters() if weights.requires_grad)
    if built != (stated := architecture.encoder_parameters(image_size)):
        reason = f"its encoder_parameters() counts {count(stated)} parameters, its build() makes {count(built)}."
        raise RunError(where, reason, "The closed form is what lists and tables show: correct it.")
    with torch.inference_mode():
        embedding = encoder.eval()(torch.zeros(2, architecture.channels, image_size, image_size))
    expected = (2, architecture.code_size)
    if not isinstance(embedding, Tensor) or embedding.shape != expected or embedding.dtype != torch.float32:
        reason = f"its encoder makes {_shown(embedding)} of two images, not {expected} float32."
        raise RunError(where, reason, "It has to end in an embedding of the size code_size.")


def probe_values(values: object, taken: Collection[str]) -> dict[str, float]:
    """Return a probe's values as plain numbers; `taken` are names that others of the run use.

    Raises:
        ValueError: they are no finite numbers by identifiers, or a name is taken.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"it returned {_shown(values)}, not a dictionary")  # noqa: TRY004 - one kind of error for all
    checked = {}
    for name, value in values.items():
        if not isinstance(name, str) or not name.isidentifier() or not name.isascii() or len(name) > LONGEST_NAME:
            raise ValueError(f"it named a value '{plain(name, 60)}', which is no identifier")
        if name in taken:
            raise ValueError(f"it named a value '{name}', which is another figure's name")
        if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
            raise ValueError(f"its '{name}' is {plain(value, 60)}, no finite number")
        checked[name] = float(value)
    return checked


def names_taken(probe: str, others: Collection[str]) -> set[str]:
    """Return the names that the values of `probe` may not have, given those of the `others` at this position."""
    return {name for name, owner in OWN_NAMES.items() if owner != probe} | set(others)


def _dataset_problem(dataset: object, facts: DatasetFacts) -> str:
    if not isinstance(dataset, Dataset):
        return f"its load() returned {_shown(dataset)}, not a Dataset."
    size = facts.image_size
    for part, images, labels, length in (
        ("train", dataset.train_images, dataset.train_labels, facts.train_images),
        ("validation", dataset.validation_images, dataset.validation_labels, facts.validation_images),
    ):
        if problem := _tensor_problem(images, (length, 1, size, size), torch.uint8):
            return f"its {part}_images {problem}"
        if problem := _tensor_problem(labels, (length,), torch.int64):
            return f"its {part}_labels {problem}"
        if int(labels.min()) < 0 or int(labels.max()) >= facts.classes:
            seen = f"{int(labels.min())} to {int(labels.max())}"
            return f"its {part}_labels are {seen}, not 0 to {facts.classes - 1}."
    named = isinstance(dataset.classes, tuple) and all(isinstance(name, str) for name in dataset.classes)
    if not named or len(dataset.classes) != facts.classes:
        return f"its classes are not {facts.classes} names in a tuple."
    return ""


def _tensor_problem(tensor: object, shape: tuple[int, ...], dtype: torch.dtype) -> str:
    if isinstance(tensor, Tensor) and tensor.shape == shape and tensor.dtype == dtype:
        return ""
    return f"are {_shown(tensor)}, not {shape} {_short(dtype)}."


def _shown(value: object) -> str:
    return f"{tuple(value.shape)} {_short(value.dtype)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
