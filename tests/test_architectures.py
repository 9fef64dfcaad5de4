"""Parameter counts in closed form are those of the networks that are built, and of the reference, to the digit."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.configurations import ARCHITECTURES
from vitdash import architectures, presets
from vitdash.architectures import Architecture
from vitdash.architectures.cnn import ConvolutionalNetwork
from vitdash.architectures.resnet18 import ResNet18
from vitdash.architectures.vit import VisionTransformer
from vitdash.knob_tables import Reported
from vitdash.knobs import Value

CLASSES = 10
SIDE = 28


@dataclass(frozen=True)
class ReferenceRow:
    """One row of the reference's table, as it is printed there."""

    colour: str
    knobs: dict[str, Value]
    reported: Reported


def vit(colour: str, layers: int, heads: int, reported: Reported, **others: Value) -> ReferenceRow:
    knobs: dict[str, Value] = {"patch": 7, "hidden": 256, "mlp": 512, "dropout": 0.0, "code_size": 128}
    return ReferenceRow(colour, knobs | {"layers": layers, "heads": heads} | others, reported)


def figures(loss: float, argmax: float, svc: float, parameters: int, images_seen: int = 2_000_000) -> Reported:
    return Reported(images_seen, loss, argmax, svc, parameters)


REFERENCE = {
    "rn18": ReferenceRow("white", {"code_size": 128}, figures(0.01189, 0.9206, 0.9237, 11_243_466)),
    "vit-l4-h16": vit("grey", 4, 16, figures(0.01429, 0.9063, 0.9076, 2_185_610)),
    "vit-l4-h8": vit("purple", 4, 8, figures(0.01460, 0.9034, 0.9042, 2_185_610)),
    "vit-l4-h32": vit("not shown", 4, 32, figures(0.01482, 0.9025, 0.9013, 2_185_610)),
    "vit-l8-h8": vit("orange", 8, 8, figures(0.01499, 0.8992, 0.9014, 4_294_026)),
    "vit-l8-h16": vit("yellow", 8, 16, figures(0.01514, 0.8997, 0.9003, 4_294_026)),
    "vit-l8-h16-cs784": vit("magenta", 8, 16, figures(0.01518, 0.8993, 0.9009, 4_469_178), code_size=784),
    "vit-l8-h8-mlp1024": vit("red", 8, 8, figures(0.01526, 0.9002, 0.9019, 6_395_274), mlp=1024),
    "vit-l4-h4": vit("blue", 4, 4, figures(0.01529, 0.8958, 0.8980, 2_185_610)),
    "vit-l16-h8": vit("green", 16, 8, figures(0.01897, 0.8665, 0.8728, 8_510_858, 780_000)),
    "cnn": ReferenceRow("light green", {"code_size": 128}, figures(0.01962, 0.9086, 0.9181, 2_002_698)),
    "vit-l8-h12-d768": vit("dark blue", 8, 12, figures(0.02125, 0.8477, 0.8502, 25_453_962), hidden=768),
}


def built_parameters(architecture: Architecture) -> int:
    """Count the whole network's weights; nothing is allocated, so that wide networks cost no time."""
    with torch.device("meta"):
        network = nn.Sequential(architecture.build(SIDE), nn.Linear(architecture.code_size, CLASSES))
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


def test_the_shipped_presets_are_the_reference_s_twelve_rows() -> None:
    """No row is missing and none was added: the table can be reproduced whole."""
    shipped = {path.stem for path in presets.shipped_directory().glob("*.toml")}
    assert shipped == REFERENCE.keys()


@pytest.mark.parametrize("name", REFERENCE)
def test_a_preset_states_what_the_reference_reports(name: str) -> None:
    """Knobs, colour and figures are the reference's, and everything that it leaves unsaid is the recipe."""
    config = presets.load(name)
    row = REFERENCE[name]
    assert config.reported == row.reported
    assert config.description.colour == row.colour
    assert config.description.title == {"rn18": "RN18", "cnn": "CNN"}.get(name, "ViT")
    assert config.model == type(config.model)(**row.knobs)
    recipe = presets.load("rn18")
    assert (config.data, config.optim, config.train) == (recipe.data, recipe.optim, recipe.train)
    assert config.description.source
    assert config.description.family


def test_the_recipe_is_the_reference_s() -> None:
    """The values that no preset states are those that the reference trained with."""
    recipe = presets.load("rn18")
    data, optim, train = recipe.data, recipe.optim, recipe.train
    assert (data.dataset, data.augment, data.augment_per) == ("fashion-mnist", "trivial-wide", "batch")
    assert (optim.loss, optim.optimizer, optim.learning_rate, optim.schedule) == ("l2", "adamw", 3e-4, "cosine")
    assert (optim.weight_decay, optim.beta1, optim.beta2, optim.epsilon) == (0.01, 0.9, 0.999, 1e-8)
    assert (optim.final_learning_rate, optim.warmup_images, optim.label_smoothing) == (0.0, 0, 0.0)
    assert (train.max_inputs, train.batch_size) == (2_000_000, 64)


@pytest.mark.parametrize("name", REFERENCE)
def test_the_three_parameter_counts_agree_to_the_digit(name: str) -> None:
    """Closed form, network as built, and the reference's figure are one number."""
    config = presets.load(name)
    assert config.reported is not None
    assert config.parameters == built_parameters(config.model) == config.reported.parameters


@given(architecture=ARCHITECTURES)
@settings(max_examples=25)
def test_the_closed_form_holds_for_any_architecture(architecture: Architecture) -> None:
    """It counts what is built, whatever the knobs, and says beforehand what cannot be built."""
    assert architecture.problem(SIDE) is None
    assert architectures.parameters(architecture, SIDE, CLASSES) == built_parameters(architecture)


@pytest.mark.parametrize(
    "architecture", [VisionTransformer(layers=1, hidden=8), ConvolutionalNetwork(width=2), ResNet18()]
)
def test_an_encoder_ends_in_the_embedding(architecture: Architecture) -> None:
    """What the probes read has the size that the knob names, for the channels that the architecture asks for."""
    encoder = architecture.build(SIDE).eval()
    with torch.inference_mode():
        embedding = encoder(torch.rand(2, architecture.channels, SIDE, SIDE))
    assert embedding.shape == (2, architecture.code_size)


@pytest.mark.parametrize(
    ("architecture", "knob", "words"),
    [
        (
            VisionTransformer(heads=3),
            "heads",
            "3 does not divide the hidden size of 256. Allowed: 1, 2, 4, 8, 16, 32, 64",
        ),
        (VisionTransformer(patch=5), "patch", "5 does not divide the image side of 28. Allowed: 1, 2, 4, 7, 14, 28"),
        (VisionTransformer(patch=56), "patch", "56 does not divide"),
        (ConvolutionalNetwork(kernel=29), "kernel", "29 is larger than the image side of 28. Allowed: 1 to 28"),
        (
            ConvolutionalNetwork(convolutions=14),
            "convolutions",
            "leave nothing of an image side of 28. Allowed: at most 13",
        ),
        (ConvolutionalNetwork(convolutions=2, kernel=28), "convolutions", "Allowed: at most 1"),
    ],
)
def test_what_cannot_be_built_is_told_before_it_is_tried(architecture: Architecture, knob: str, words: str) -> None:
    """The knob at fault is named, with the values that would do."""
    problem = architecture.problem(SIDE)
    assert problem is not None
    assert problem[0] == knob
    assert words in problem[1]


@given(convolutions=st.integers(1, 64), kernel=st.integers(1, 28))
def test_the_number_of_convolutions_that_is_named_as_the_most_is_the_most(convolutions: int, kernel: int) -> None:
    """The message's bound is true: that many fit, one more does not."""
    problem = ConvolutionalNetwork(convolutions=convolutions, kernel=kernel).problem(SIDE)
    if problem is None:
        return
    most = int(problem[1].rsplit(" ", 1)[1])
    assert ConvolutionalNetwork(convolutions=most, kernel=kernel).problem(SIDE) is None
    assert ConvolutionalNetwork(convolutions=most + 1, kernel=kernel).problem(SIDE) is not None
