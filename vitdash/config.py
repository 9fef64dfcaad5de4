"""Every hyper-parameter of a run, declared once: one field is one knob. Must not know files, processes or screens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Self, TypeVar

from vitdash import architectures, catalog
from vitdash.architectures import Architecture
from vitdash.compute import ComputeKnobs
from vitdash.errors import InputError
from vitdash.knobs import Knob, Value, has_effect, knob, knobs_of
from vitdash.text import did_you_mean, plain

Given = TypeVar("Given")
EPOCH = 0
"""The value of a cadence that means: once an epoch."""
SUITS_THE_DEVICE = 0
"""The value of the checkpoints' cadence that means: as often as costs little on the device."""


@dataclasses.dataclass(frozen=True, slots=True)
class Description:
    """What a preset says about itself; nothing here changes what is computed."""

    preset: str = knob("", "The preset that the run was made from.", affects_result=False)
    title: str = knob("", "What the results table calls the model.", affects_result=False)
    family: str = knob("yours", "The group it is listed in.", affects_result=False)
    colour: str = knob("", "Name of the colour it is drawn in.", affects_result=False)
    source: str = knob("", "Where the numbers come from.", affects_result=False)


@dataclasses.dataclass(frozen=True, slots=True)
class DataKnobs:
    """What is learned, and what is done to it first."""

    dataset: str = knob("fashion-mnist", "The labelled images to learn.", choices=catalog.DATASETS)
    data_dir: str = knob(
        "", "Folder that data sets are kept in; empty is the user's data folder.", affects_result=False
    )
    augment: str = knob(
        "trivial-wide",
        "Random change to training images: TrivialAugmentWide, random crop and flip, or none.",
        label="augmentation",
        choices=("trivial-wide", "crop-flip", "none"),
    )
    augment_per: str = knob(
        "batch",
        "Whether one random change is drawn for a whole batch, as the reference does, or one for each image.",
        label="augment per",
        choices=("batch", "image"),
        only_if=("augment", ("trivial-wide", "crop-flip")),
    )
    crop_padding: int = knob(
        4, "Border of zeros that the random crop moves in.", minimum=0, maximum=64, unit="pixels",
        only_if=("augment", ("crop-flip",)),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class OptimKnobs:
    """What is minimised, and how."""

    loss: str = knob(
        "l2",
        "Mean squared distance to the one-hot target over all outputs, or cross-entropy.",
        choices=("l2", "cross-entropy"),
    )
    label_smoothing: float = knob(
        0.0, "Share of the target spread evenly over all classes.", minimum=0, maximum=0.99,
        only_if=("loss", ("cross-entropy",)),
    )  # fmt: skip
    optimizer: str = knob("adamw", "How gradients change the weights.", choices=("adamw", "adam", "sgd"))
    learning_rate: float = knob(3e-4, "Step size before the schedule.", above=0, maximum=100)
    schedule: str = knob("cosine", "How the learning rate changes with each batch.", choices=("cosine", "constant"))
    final_learning_rate: float = knob(
        0.0, "Where the cosine ends.", minimum=0, maximum=100, only_if=("schedule", ("cosine",))
    )
    warmup_images: int = knob(
        0,
        "Images over which the learning rate first rises from zero.",
        minimum=0,
        maximum=10**12,
        unit="images",
    )
    weight_decay: float = knob(0.01, "Decay of the weights (AdamW: decoupled).", minimum=0, maximum=10)
    beta1: float = knob(
        0.9,
        "Decay of the gradient's running mean.",
        minimum=0,
        maximum=0.999999,
        only_if=("optimizer", ("adamw", "adam")),
    )
    beta2: float = knob(
        0.999, "Decay of the squared gradient's running mean.", minimum=0, maximum=0.99999999,
        only_if=("optimizer", ("adamw", "adam")),
    )  # fmt: skip
    epsilon: float = knob(
        1e-8,
        "Added to the denominator of the step.",
        above=0,
        maximum=1,
        only_if=("optimizer", ("adamw", "adam")),
    )
    momentum: float = knob(
        0.9,
        "Share of the last step that is kept.",
        minimum=0,
        maximum=0.999999,
        only_if=("optimizer", ("sgd",)),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class TrainKnobs:
    """How much is trained, in which portions."""

    max_inputs: int = knob(
        2_000_000,
        "Training images in all (the reference calls them steps).",
        minimum=1,
        maximum=10**12,
        unit="images",
    )
    batch_size: int = knob(64, "Images in one optimiser step.", minimum=1, maximum=1_048_576, unit="images")
    seed: int = knob(0, "Every random draw is a function of it.", minimum=0, maximum=2**53)


@dataclasses.dataclass(frozen=True, slots=True)
class ProbeKnobs:
    """How the embedding is judged besides the network's own output."""

    probes: tuple[str, ...] = knob(("svc",), "Judges of the embedding.", choices=catalog.PROBES)
    probe_every: int = knob(
        4, "Evaluations from one probe to the next; there is always one at the end, and 0 is only that one.",
        minimum=0, maximum=10**9, unit="evaluations", affects_result=False,
    )  # fmt: skip
    svc_fit_images: int = knob(
        10_000, "Training images that the held-out SVC is fitted on, at the most.",
        label="SVC fit images", minimum=1, maximum=10**6, unit="images",
    )  # fmt: skip
    svc_c: float = knob(1.0, "Regularisation of the SVC.", label="SVC C", above=0, maximum=1e6)


@dataclasses.dataclass(frozen=True, slots=True)
class RecordKnobs:
    """What is written down when; a function of images seen, never of the clock."""

    progress_every_images: int = knob(
        640, "Images from one training record to the next.",
        minimum=1, maximum=10**12, unit="images", affects_result=False,
    )  # fmt: skip
    evaluate_every_images: int = knob(
        EPOCH, "Images from one evaluation to the next; 0 is an epoch.",
        minimum=0, maximum=10**12, unit="images", affects_result=False,
    )  # fmt: skip
    checkpoint_every_images: int = knob(
        SUITS_THE_DEVICE,
        "Images from one checkpoint to the next: the most that a crash can cost; 0 is 20,000, or on cuda 500,000.",
        minimum=0, maximum=10**12, unit="images", affects_result=False,
    )  # fmt: skip
    keep_optimizer: bool = knob(
        False, "Keep the optimiser's state in the checkpoint of a finished run.", affects_result=False
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Reported:
    """Figures that someone else reported for this preset, and after how many images."""

    images_seen: int = knob(0, "Images after which the figures were read.", minimum=1, maximum=10**12)
    validation_loss: float = knob(0.0, "Reported validation loss.", minimum=0)
    accuracy: float = knob(0.0, "Reported argmax accuracy.", minimum=0, maximum=1)
    svc: float = knob(0.0, "Reported SVC accuracy, fitted and scored on validation.", minimum=0, maximum=1)
    parameters: int = knob(0, "Reported number of parameters.", minimum=1, maximum=10**15)


@dataclasses.dataclass(frozen=True, slots=True)
class RunConfig:
    """Everything that a run is a function of."""

    description: Description
    model: Architecture
    data: DataKnobs = DataKnobs()
    optim: OptimKnobs = OptimKnobs()
    train: TrainKnobs = TrainKnobs()
    probe: ProbeKnobs = ProbeKnobs()
    record: RecordKnobs = RecordKnobs()
    compute: ComputeKnobs = dataclasses.field(default_factory=ComputeKnobs)
    reported: Reported | None = None
    extended_at: tuple[int, ...] = ()
    """Images at which the run was finished before it was extended: a schedule ends there, and another begins."""

    @property
    def ends(self) -> tuple[int, ...]:
        """Images at which a schedule ends: those at which the run was extended, and the last."""
        return (*self.extended_at, self.train.max_inputs)

    def planned(self, images_seen: int) -> int:
        """Return where the schedule ends that is in force after so many images."""
        return next((end for end in self.ends if images_seen < end), self.train.max_inputs)

    def extended(self, images_seen: int, max_inputs: int) -> Self:
        """Return this configuration extended, after so many images, to `max_inputs`.

        Raises:
            InputError: that is no extension.
        """
        if max_inputs <= images_seen:
            reason = f"{max_inputs:,} is not above the {images_seen:,} images that the run has seen."
            raise InputError("max_inputs", reason)
        changed = self.replace(self.checked({"max_inputs": max_inputs}))
        at = tuple(end for end in self.extended_at if end < images_seen)
        return dataclasses.replace(changed, extended_at=(*at, images_seen))

    @property
    def dataset(self) -> catalog.DatasetFacts:
        """What is known of the data set before it is read."""
        return catalog.DATASETS[self.data.dataset]

    @property
    def parameters(self) -> int:
        """Number of trainable parameters, classification layer included."""
        return architectures.parameters(self.model, self.dataset.image_size, self.dataset.classes)

    def knobs(self) -> Iterator[tuple[str, Knob, Value]]:
        """Yield table, knob and value of every knob that has an effect, in the order of declaration."""
        for name in TABLES:
            table = getattr(self, name)
            for declared in knobs_of(type(table)).values():
                if has_effect(table, declared):
                    yield name, declared, getattr(table, declared.name)

    def value(self, name: str) -> Value | None:
        """Return a knob's value, or None where this configuration has no such knob or it has no effect."""
        return next((value for _, declared, value in self.knobs() if declared.name == name), None)

    def replace(self, changes: Mapping[str, Value]) -> Self:
        """Return a copy with the named knobs changed; a knob that thereby loses its effect returns to its default.

        Reported figures belong to the values they were reported for: they go when anything but seed and length changes.

        Raises:
            InputError: a knob does not exist, has no effect here, or does not fit its neighbours.
        """
        remaining = dict(changes)
        tables: dict[str, Any] = {}
        for name in TABLES:
            table = getattr(self, name)
            declared = knobs_of(type(table))
            mine = {knob_name: remaining.pop(knob_name) for knob_name in declared if knob_name in remaining}
            table = dataclasses.replace(table, **mine)
            idle = {key: item.default for key, item in declared.items() if not has_effect(table, item)}
            if useless := next((key for key in mine if key in idle), None):
                raise InputError(useless, _no_effect(table, declared[useless]))
            tables[name] = dataclasses.replace(table, **idle)
        if remaining:
            raise _unknown_knob(next(iter(remaining)), self)
        changed = dataclasses.replace(self, **tables)
        if changed._recipe() != self._recipe():
            changed = dataclasses.replace(changed, reported=None)
        changed.check()
        return changed

    def parse(self, assignments: Mapping[str, str]) -> dict[str, Value]:
        """Return the values that texts such as {"heads": "8"} stand for.

        Raises:
            InputError: a knob does not exist, or a text is no value of it.
        """
        return self._read(assignments, Knob.parse)

    def checked(self, values: Mapping[str, object]) -> dict[str, Value]:
        """Return values such as {"heads": 8} as their knobs' kinds.

        Raises:
            InputError: a knob does not exist, or a value is none of it.
        """
        return self._read(values, Knob.check)

    def _read(self, given: Mapping[str, Given], read: Callable[[Knob, Given], Value]) -> dict[str, Value]:
        known = {key: declared for name in TABLES for key, declared in knobs_of(type(getattr(self, name))).items()}
        values = {}
        for name, value in given.items():
            if name not in known:
                raise _unknown_knob(name, self)
            try:
                values[name] = read(known[name], value)
            except ValueError as error:
                raise InputError(name, f"{error}.") from None
        return values

    def fingerprint(self, *, without: Collection[str] = ()) -> str:
        """Return 16 hexadecimal digits that are equal for configurations which compute the same result.

        Knobs `without` which it is taken may differ.
        """
        import hashlib
        import json

        values = {
            declared.name: value
            for _, declared, value in self.knobs()
            if declared.affects_result and declared.name not in without
        }
        if self.extended_at:
            values["extended_at"] = tuple(map(str, self.extended_at))
        canonical = json.dumps([self.model.name, values], sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def leads_to(self, other: Self, images_seen: int) -> bool:
        """Return whether after so many images both have computed the same: `other` may end later."""
        ends = [[end for end in config.ends if end <= images_seen] for config in (self, other)]
        # Within a schedule its end matters, too.
        planned = [() if images_seen in config.ends else config.planned(images_seen) for config in (self, other)]
        alike = [dataclasses.replace(config, extended_at=()) for config in (self, other)]
        first, second = (config.fingerprint(without=("max_inputs",)) for config in alike)
        return first == second and ends[0] == ends[1] and planned[0] == planned[1]

    def _recipe(self) -> dict[str, Value]:
        ignored = ("seed", "max_inputs")
        return {
            declared.name: value
            for _, declared, value in self.knobs()
            if declared.affects_result and declared.name not in ignored
        }

    def check(self) -> None:
        """Check what no knob can check alone.

        Raises:
            InputError: two values do not fit each other.
        """
        if problem := architectures.problem(self.model, self.dataset.image_size, self.dataset.classes):
            raise InputError(problem[0], f"{problem[1]}.")
        if any(end >= following for end, following in zip(self.ends, self.ends[1:], strict=False)):
            reason = f"{self.train.max_inputs:,} is not above the {self.extended_at[-1]:,} at which it was extended."
            raise InputError("max_inputs", reason)
        if self.optim.final_learning_rate > self.optim.learning_rate:
            reason = f"{self.optim.final_learning_rate:g} is above the learning rate of {self.optim.learning_rate:g}"
            raise InputError("final_learning_rate", f"{reason}. Allowed: a number from 0 to the learning rate.")


OTHER_TABLES: dict[str, type] = {
    "data": DataKnobs,
    "optim": OptimKnobs,
    "train": TrainKnobs,
    "probe": ProbeKnobs,
    "record": RecordKnobs,
    "compute": ComputeKnobs,
}
"""A preset's tables besides [model], whose knobs are its architecture's own."""

TABLES = ("model", *OTHER_TABLES)
"""The parts of a configuration that hold knobs, as a preset's tables are called."""


def _no_effect(table: object, declared: Knob) -> str:
    assert declared.only_if is not None
    governing, values = declared.only_if
    return f"has no effect while {governing} is {getattr(table, governing)}; it belongs to {', '.join(values)}."


def _unknown_knob(name: str, config: RunConfig) -> InputError:
    if name == "architecture":
        return InputError(name, "is chosen by the preset, not by a knob.", "See: vitdash presets")
    for other in catalog.ARCHITECTURES:
        architecture = catalog.load("architecture", catalog.ARCHITECTURES, other)
        if name in knobs_of(architecture):
            return InputError(name, f"is a knob of {architecture.title}, not of {config.model.title}.")
    known = [key for table in TABLES for key in knobs_of(type(getattr(config, table)))]
    hint = did_you_mean(name, known) or f"Knobs: {', '.join(known)}."
    return InputError(plain(name, 60), f"is no knob of {config.model.title}.", hint)
