"""What an architecture is to the rest of vitdash: knobs, a parameter count in closed form, and an encoder to build."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from vitdash.knobs import knobs_of
from vitdash.text import plain

if TYPE_CHECKING:
    from torch import nn


class Architecture(Protocol):
    """A frozen dataclass of knobs that can count its parameters and build its encoder.

    The network is `linear(encoder(images))`. An architecture supplies the encoder, which ends in the *embedding* of
    size `code_size`; the engine adds the one linear layer from there to the classes.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    channels: ClassVar[int]
    """1 where the encoder sees the grey image itself, 3 where it sees it repeated."""

    @property
    def code_size(self) -> int:
        """Size of the embedding."""

    def problem(self, image_size: int) -> tuple[str, str] | None:
        """Return the knob at fault and what is wrong where this cannot be built for such images, else None."""

    def encoder_parameters(self, image_size: int) -> int:
        """Return the encoder's number of trainable parameters, computed without building it."""

    def build(self, image_size: int) -> nn.Module:
        """Build the encoder: (B, channels, image_size, image_size) float32 in [0, 1] → (B, code_size).

        Initial weights are drawn from torch's default generator, which the engine seeds.
        """


def problem(architecture: Architecture, image_size: int, classes: int) -> tuple[str, str] | None:
    """Return the knob at fault and what is wrong with it, or None where the network can be built.

    An architecture from outside that cannot say so, or cannot count its parameters, is itself what is wrong.
    """
    called = f"'{architecture.name}'"
    try:
        told: object = architecture.problem(image_size)
        total = parameters(architecture, image_size, classes) if told is None else 0
    except Exception as error:  # a plug-in's mistake is told like any other, and must not end a list of presets
        return "architecture", f"{called} fails: {plain(f'{type(error).__name__}: {error}')}"
    if told is None:
        return None if type(total) is int else ("architecture", f"{called} counts {plain(total)} parameters")
    match told:
        case (str(knob), str(reason)) if knob in knobs_of(type(architecture)):
            return knob, reason
    return "architecture", f"{called} answers problem() with {plain(told)}, not with None or a knob and a sentence"


def parameters(architecture: Architecture, image_size: int, classes: int) -> int:
    """Return the number of trainable parameters of the whole network, classification layer included."""
    return architecture.encoder_parameters(image_size) + (architecture.code_size + 1) * classes
