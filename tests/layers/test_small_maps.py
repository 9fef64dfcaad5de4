"""A convolution over a small map is the same function of the same parameters, computed as one matrix product."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision.models import resnet18

from vitdash.architectures.resnet18 import ResNet18
from vitdash.layers.small_maps import SmallMapConv2d, Windows, windows_of

CODE_SIZE = 16
SIDES = (8, 28, 32, 64)


def ours(side: int, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return ResNet18(code_size=CODE_SIZE).build(side)


def torchvisions(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    encoder: nn.Module = resnet18(num_classes=CODE_SIZE)
    return encoder


def loss_and_gradients(encoder: nn.Module, images: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    loss = encoder(images).square().mean()
    loss.backward()
    return loss.detach(), {
        name: weights.grad for name, weights in encoder.named_parameters() if weights.grad is not None
    }


@pytest.mark.parametrize("side", SIDES)
def test_loss_and_gradients_are_torchvision_s(side: int) -> None:
    """In double precision to ten digits, for every parameter, and batch norm's running statistics with them."""
    images = torch.rand(3, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    mine, theirs = ours(side).double(), torchvisions().double()
    (loss, gradients), (their_loss, their_gradients) = (
        loss_and_gradients(network, images) for network in (mine, theirs)
    )
    assert torch.allclose(loss, their_loss, rtol=1e-10)
    assert gradients.keys() == their_gradients.keys() == dict(theirs.named_parameters()).keys()
    for name, gradient in their_gradients.items():
        assert torch.allclose(gradients[name], gradient, rtol=1e-8, atol=1e-10 * float(gradient.abs().max())), name
    for name, buffer in theirs.named_buffers():
        assert torch.allclose(mine.get_buffer(name).double(), buffer.double(), rtol=1e-10), name
    with torch.no_grad():
        assert torch.allclose(mine.eval()(images), theirs.eval()(images), rtol=1e-8)


def test_in_single_precision_it_is_no_farther_from_the_truth_than_torchvision() -> None:
    """What training sees: losses are equal to millionths, gradients as near to double precision as theirs.

    In the best of three batches: where a value is almost 0, or two are almost equal, rounding decides whether a ReLU or
    a pooling lets it through, in either network, and gradients jump by hundreds of times their error.
    """
    ratios: dict[str, list[float]] = {}
    for seed in range(3):
        images = torch.rand(16, 3, 28, 28, generator=torch.Generator().manual_seed(seed))
        (my_loss, mine), (their_loss, theirs) = (loss_and_gradients(net, images) for net in (ours(28), torchvisions()))
        _, truth = loss_and_gradients(torchvisions().double(), images.double())
        assert torch.allclose(my_loss, their_loss, rtol=3e-6)
        for name, gradient in truth.items():
            mistaken, allowed = (float((found[name] - gradient).norm() / gradient.norm()) for found in (mine, theirs))
            ratios.setdefault(name, []).append(mistaken / (2 * allowed + 1e-6))
    assert all(min(found) <= 1 for found in ratios.values()), ratios


def test_initial_weights_are_those_that_torchvision_draws() -> None:
    """Equal seeds give equal networks, under equal names, in the same order; and the generator stands where it did."""
    mine = ours(28, seed=5).state_dict()
    after = torch.rand(1)
    theirs = torchvisions(seed=5).state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    assert torch.equal(after, torch.rand(1))


def test_checkpoints_fit_both_ways() -> None:
    """What was trained with torchvision's network is loaded by ours, and the other way round."""
    mine, theirs = ours(28, seed=1), torchvisions(seed=2)
    assert not torch.equal(mine.get_parameter("conv1.weight"), theirs.get_parameter("conv1.weight"))
    mine.load_state_dict(torchvisions(seed=3).state_dict())
    theirs.load_state_dict(mine.state_dict())
    expected = torchvisions(seed=3).state_dict()
    for network in (mine, theirs):
        assert all(torch.equal(network.state_dict()[name], expected[name]) for name in expected)


def test_where_every_place_sees_the_whole_map_it_is_said_which_taps_lie_on_it() -> None:
    """The layers of ResNet-18 that images of 28×28 make small, and those that they leave large."""
    assert windows_of(1, 3, 1, 1) == Windows(1, (1,))
    assert windows_of(2, 3, 2, 1) == Windows(2, (1,))
    assert windows_of(2, 3, 1, 1) == Windows(2, (1, 0))
    assert windows_of(4, 3, 2, 1) is None
    assert windows_of(7, 3, 1, 1) is None


@given(
    height=st.integers(1, 4), width=st.integers(1, 4), kernel=st.integers(1, 7), stride=st.integers(1, 4),
    padding=st.integers(0, 3), bias=st.booleans(), innermost=st.booleans(),
)  # fmt: skip
@settings(max_examples=150)
def test_any_convolution_is_the_same_function(
    height: int, width: int, kernel: int, stride: int, padding: int, bias: bool, innermost: bool
) -> None:
    """Values and gradients, the input's included, for maps that are not square and in either order in memory."""
    assume(kernel <= min(height, width) + 2 * padding)
    plain = nn.Conv2d(2, 4, kernel, stride, padding, bias=bias).double()
    maps = torch.rand(2, 2, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(kernel))
    if innermost:
        plain, maps = plain.to(memory_format=torch.channels_last), maps.to(memory_format=torch.channels_last)
    found = []
    ours = SmallMapConv2d(2, 4, kernel, stride, padding, bias=bias).double()
    ours.load_state_dict(plain.state_dict())
    for convolution in (plain, ours):
        seen = maps.clone().requires_grad_()
        result = convolution(seen)
        (result * torch.arange(result.numel()).reshape(result.shape)).sum().backward()
        assert seen.grad is not None
        gradients = [weights.grad for weights in convolution.parameters() if weights.grad is not None]
        found.append([result.detach(), seen.grad, *gradients])
    for theirs, mine in zip(*found, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-9, atol=1e-9)


@given(side=st.integers(1, 6), kernel=st.integers(1, 7), stride=st.integers(1, 4), padding=st.integers(0, 3))
def test_windows_are_those_found_by_going_through_every_place_and_pixel(
    side: int, kernel: int, stride: int, padding: int
) -> None:
    """There are some exactly where every place sees every pixel, and then they lie on the map from end to end."""
    assume(kernel <= side + 2 * padding)
    places = range((side + 2 * padding - kernel) // stride + 1)
    taps = [[pixel - place * stride + padding for pixel in range(side)] for place in places]
    whole = all(0 <= tap < kernel for place in taps for tap in place)
    assert windows_of(side, kernel, stride, padding) == (Windows(side, tuple(t[0] for t in taps)) if whole else None)


@pytest.mark.parametrize(
    "options",
    [{"padding": 1, "padding_mode": "reflect"}, {"padding": "same"}, {"padding": 2, "dilation": 2}, {"groups": 2}],
    ids=str,
)
def test_other_convolutions_are_left_to_torch(options: dict[str, Any]) -> None:
    """Padding with anything but zeros has to be looked at, groups are no one matrix."""
    torch.manual_seed(0)
    ours = SmallMapConv2d(2, 2, 3, **{"padding": 1} | options)
    torch.manual_seed(0)
    theirs = nn.Conv2d(2, 2, 3, **{"padding": 1} | options)
    maps = torch.rand(1, 2, 2, 2)
    assert torch.equal(ours(maps), theirs(maps))
