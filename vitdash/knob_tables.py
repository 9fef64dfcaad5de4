"""Every hyper-parameter but an architecture's own, declared once: one field is one knob. Must not know their use."""

from __future__ import annotations

import dataclasses

from vitdash import catalog
from vitdash.compute import ComputeKnobs
from vitdash.knobs import knob

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
    probe_beside: str = knob(
        "auto",
        "Whether training goes on while a probe is fitted, but for the one at the end: yes, no, or auto, where a core "
        "is free and the probe known to disturb nothing. What is measured is the same.",
        choices=("auto", "yes", "no"), affects_result=False,
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
