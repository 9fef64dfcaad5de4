"""Our vision transformer is torchvision's: same weights from the same seed, same embeddings, same gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer as TorchvisionTransformer

from vitdash.architectures.vit import VisionTransformer

CODE_SIZE = 12
SHAPES = {
    "the presets', smaller": (28, VisionTransformer(layers=3, heads=4, hidden=32, mlp=48, code_size=CODE_SIZE)),
    "one layer": (28, VisionTransformer(layers=1, heads=2, hidden=16, mlp=24, code_size=CODE_SIZE)),
    "one head, many tokens": (16, VisionTransformer(patch=1, layers=2, heads=1, hidden=8, mlp=8, code_size=CODE_SIZE)),
    "one patch": (14, VisionTransformer(patch=14, layers=2, heads=8, hidden=8, mlp=8, code_size=CODE_SIZE)),
}
shapes = pytest.mark.parametrize(("side", "knobs"), SHAPES.values(), ids=list(SHAPES))


def both(side: int, knobs: VisionTransformer, seed: int = 0) -> tuple[nn.Module, nn.Module]:
    """Return ours and torchvision's, from one seed."""
    torch.manual_seed(seed)
    ours = knobs.build(side)
    torch.manual_seed(seed)
    theirs = TorchvisionTransformer(
        side, knobs.patch, knobs.layers, knobs.heads, knobs.hidden, knobs.mlp, knobs.dropout, num_classes=CODE_SIZE
    )
    return ours, theirs


def with_a_head(network: nn.Module) -> nn.Module:
    """Give the last layer weights: those that torchvision begins with are zero, behind which no gradient flows."""
    head = network.get_submodule("heads.head")
    assert isinstance(head, nn.Linear)
    nn.init.normal_(head.weight, generator=torch.Generator().manual_seed(3))
    return network


@shapes
def test_initial_weights_are_those_that_torchvision_draws(side: int, knobs: VisionTransformer) -> None:
    """Bit for bit, under the same names, in the same order; and the generator stands where it would."""
    torch.manual_seed(5)
    mine = knobs.build(side).state_dict()
    after = torch.rand(1)
    theirs = both(side, knobs, seed=5)[1].state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    assert torch.equal(after, torch.rand(1))


@shapes
def test_embeddings_and_gradients_are_torchvision_s(side: int, knobs: VisionTransformer) -> None:
    """In double precision, for every parameter and for the image itself."""
    images = torch.rand(3, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found: list[tuple[Tensor, dict[str, Tensor]]] = []
    for network in both(side, knobs):
        with_a_head(network).double()
        seen = images.clone().requires_grad_()
        embedding = network(seen)
        embedding.square().sum().backward()
        gradients = {name: weights.grad for name, weights in network.named_parameters() if weights.grad is not None}
        assert seen.grad is not None
        found.append((embedding.detach(), gradients | {"images": seen.grad}))
    (mine, my_gradients), (theirs, their_gradients) = found
    assert torch.allclose(mine, theirs, rtol=1e-10)
    assert my_gradients.keys() == their_gradients.keys()
    for name, gradient in their_gradients.items():
        assert torch.allclose(my_gradients[name], gradient, rtol=1e-8, atol=1e-12), name


def test_a_preset_in_single_precision_loses_nothing() -> None:
    """Loss and gradients of the reference's best transformer differ from torchvision's by rounding alone."""
    images = torch.rand(64, 3, 28, 28, generator=torch.Generator().manual_seed(1))
    knobs = VisionTransformer(layers=4, heads=16, code_size=CODE_SIZE)
    found: list[tuple[Tensor, dict[str, Tensor]]] = []
    for network in both(28, knobs):
        loss = with_a_head(network)(images).square().mean()
        loss.backward()
        gradients = {name: weights.grad for name, weights in network.named_parameters() if weights.grad is not None}
        found.append((loss.detach(), gradients))
    (mine, my_gradients), (theirs, their_gradients) = found
    assert torch.allclose(mine, theirs, rtol=1e-6)
    largest = max(float(gradient.norm()) for gradient in their_gradients.values())
    for name, gradient in their_gradients.items():
        # A key's bias moves all scores of a query alike: its gradient is zero, and what is computed is rounding.
        assert (my_gradients[name] - gradient).norm() <= 1e-5 * gradient.norm() + 1e-7 * largest, name


@shapes
def test_checkpoints_fit_both_ways(side: int, knobs: VisionTransformer) -> None:
    """What was trained with torchvision's network is loaded by ours, and the other way round."""
    ours, theirs = both(side, knobs)[0], both(side, knobs, seed=1)[1]
    expected = {name: value.clone() for name, value in theirs.state_dict().items()}
    ours.load_state_dict(expected)
    theirs.load_state_dict(ours.state_dict())
    assert all(torch.equal(value, expected[name]) for name, value in ours.state_dict().items())


def test_dropout_drops_in_training_and_never_in_eval_mode() -> None:
    """Drawn from torch's default generator, which training seeds for each step."""
    knobs = VisionTransformer(layers=2, heads=2, hidden=16, mlp=16, dropout=0.5, code_size=CODE_SIZE)
    ours, theirs = (with_a_head(network) for network in both(28, knobs))
    images = torch.rand(2, 3, 28, 28, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.allclose(ours.eval()(images), theirs.eval()(images), rtol=1e-4, atol=1e-6)
        drawn = []
        for seed in (1, 1, 2):
            torch.manual_seed(seed)
            drawn.append(ours.train()(images))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
