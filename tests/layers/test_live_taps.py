"""A convolution without its dead taps is the same function of the same parameters, whatever the map's size."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision.models import resnet18

from vitdash.architectures.resnet18 import ResNet18
from vitdash.layers.live_taps import LiveTapsConv2d, leave_out_dead_taps, live_taps

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


def test_in_single_precision_the_loss_is_equal_to_a_millionth() -> None:
    """What training sees: a batch of 64 of the size that the presets learn."""
    images = torch.rand(64, 3, 28, 28, generator=torch.Generator().manual_seed(1))
    mine, theirs = (loss_and_gradients(network, images) for network in (ours(28), torchvisions()))
    assert torch.allclose(mine[0], theirs[0], rtol=1e-6)
    for name, gradient in theirs[1].items():
        assert (mine[1][name] - gradient).norm() <= 1e-5 * gradient.norm(), name


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


def test_at_one_pixel_one_tap_is_left() -> None:
    """Where the time goes: eight of nine taps in the last stage of ResNet-18 on images of 28×28."""
    assert live_taps(1, 3, 1, 1) == range(1, 2)
    assert live_taps(2, 3, 2, 1) == range(1, 3)
    assert live_taps(2, 3, 1, 1) == range(3)
    assert live_taps(28, 7, 2, 3) == range(7)


@given(
    side=st.integers(1, 9), kernel=st.integers(1, 7), stride=st.integers(1, 4), padding=st.integers(0, 3),
    groups=st.sampled_from([1, 2]), bias=st.booleans(),
)  # fmt: skip
def test_any_convolution_is_the_same_function(
    side: int, kernel: int, stride: int, padding: int, groups: int, bias: bool
) -> None:
    """Values and gradients, the input's included, and on maps that are not square."""
    assume(kernel <= side + 2 * padding)
    generator = torch.Generator().manual_seed(side)
    plain = nn.Conv2d(2, 4, kernel, stride, padding, groups=groups, bias=bias).double()
    maps = torch.rand(2, 2, side, side + 3, dtype=torch.float64, generator=generator)
    found = []
    for convolution in (plain, LiveTapsConv2d.of(plain)):
        plain.zero_grad()
        seen = maps.clone().requires_grad_()
        result = convolution(seen)
        (result * torch.arange(result.numel()).reshape(result.shape)).sum().backward()
        assert plain.weight.grad is not None
        assert seen.grad is not None
        found.append((result.detach(), seen.grad, plain.weight.grad.clone()))
    for theirs, mine in zip(*found, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-9, atol=1e-9)


@given(side=st.integers(1, 9), kernel=st.integers(1, 7), stride=st.integers(1, 4), padding=st.integers(0, 3))
def test_a_tap_that_is_left_out_meets_no_pixel(side: int, kernel: int, stride: int, padding: int) -> None:
    """Proved by going through every place of the output."""
    assume(kernel <= side + 2 * padding)
    places = range((side + 2 * padding - kernel) // stride + 1)
    meets = {tap for tap in range(kernel) if any(0 <= o * stride - padding + tap < side for o in places)}
    assert meets <= set(live_taps(side, kernel, stride, padding))


def test_other_convolutions_are_left_as_they_are() -> None:
    """Without padding there are no dead taps; padding with anything but zeros is no padding to leave out."""
    network = nn.Sequential(
        nn.Conv2d(1, 1, 3),
        nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(1, 1, 3, padding="same"),
        nn.Conv2d(1, 1, 3, padding=2, dilation=2),
        nn.Conv2d(1, 1, 3, padding=1),
    )
    leave_out_dead_taps(network)
    assert [type(layer) for layer in network] == [nn.Conv2d] * 4 + [LiveTapsConv2d]
