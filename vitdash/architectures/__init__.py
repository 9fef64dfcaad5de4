"""What an architecture is to the rest of vitdash: knobs, a parameter count in closed form, and an encoder to build."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

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


def parameters(architecture: Architecture, image_size: int, classes: int) -> int:
    """Return the number of trainable parameters of the whole network, classification layer included."""
    return architecture.encoder_parameters(image_size) + (architecture.code_size + 1) * classes
