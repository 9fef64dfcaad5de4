"""Batch norm is torch's where channels vary, and lets no rounding through where none does."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18

from vitdash.architectures.resnet18 import ResNet18
from vitdash.layers.batch_norm import BatchNorm

CHANNELS = 8


def noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(5))


def pair() -> tuple[nn.BatchNorm2d, nn.BatchNorm2d]:
    ours, torchs = BatchNorm(CHANNELS), nn.BatchNorm2d(CHANNELS)
    for norm in (ours, torchs):
        with torch.no_grad():
            norm.weight.copy_(torch.linspace(0.5, 2, CHANNELS))
            norm.bias.copy_(torch.linspace(-1, 1, CHANNELS))
    return ours, torchs


def gradient_of_maps(norm: nn.BatchNorm2d, maps: Tensor, gradient: Tensor) -> Tensor:
    seen = maps.clone().requires_grad_()
    norm(seen).backward(gradient)
    assert seen.grad is not None
    return seen.grad


@pytest.mark.parametrize("side", [1, 2, 7])
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_where_channels_vary_it_is_torch_s(side: int, order: torch.memory_format) -> None:
    """Bit for bit: values, gradients, running statistics, and what comes of these in eval mode."""
    ours, torchs = pair()
    maps = noise(16, CHANNELS, side, side).to(memory_format=order)
    gradient = noise(16, CHANNELS, side, side).flip(0)
    assert torch.equal(ours(maps), torchs(maps))
    found, expected = (gradient_of_maps(norm, maps, gradient) for norm in (ours, torchs))
    assert torch.equal(found, expected)
    for mine, theirs in zip(ours.parameters(), torchs.parameters(), strict=True):
        assert mine.grad is not None
        assert theirs.grad is not None
        assert torch.equal(mine.grad, theirs.grad)
    for name, counted in torchs.named_buffers():
        assert torch.equal(ours.get_buffer(name), counted), name
    assert torch.equal(ours.eval()(maps), torchs.eval()(maps))


def test_nothing_passes_a_channel_that_is_the_same_everywhere() -> None:
    """Others of the same maps are as if it were not there, and one that varies a little is no such channel."""
    ours, torchs = pair()
    maps, gradient = noise(16, CHANNELS, 1, 1), noise(16, CHANNELS, 1, 1).flip(0)
    maps[:, 1] = 0.7
    maps[:, 2] *= 1e-3
    found, expected = (gradient_of_maps(norm, maps, gradient) for norm in (ours, torchs))
    assert not found[:, 1].any()
    assert expected[:, 1].abs().max() > 100
    others = [channel for channel in range(CHANNELS) if channel != 1]
    assert torch.equal(found[:, others], expected[:, others])


def test_a_black_batch_teaches_convolutions_nothing() -> None:
    """Of equal images their gradients are nothing, in single precision as in double; torchvision's are rounding."""
    torch.manual_seed(0)
    exact = resnet18(num_classes=10).double().train()
    for norm in exact.modules():
        if isinstance(norm, nn.BatchNorm2d):
            # As after some training: where all are 0, black images stay black all the way.
            nn.init.normal_(norm.bias, std=0.3)
    theirs, ours = copy.deepcopy(exact).float(), ResNet18(code_size=10).build(28).train()
    ours.load_state_dict(theirs.state_dict())
    largest = []
    for network in (ours, theirs, exact):
        kind = next(network.parameters()).dtype
        answers = network(torch.zeros(64, 3, 28, 28, dtype=kind))
        (answers - torch.eye(10, dtype=kind)[torch.arange(64) % 10]).square().mean().backward()
        found = [layer.weight.grad for layer in network.modules() if isinstance(layer, nn.Conv2d)]
        largest.append(max(float(gradient.abs().max()) for gradient in found if gradient is not None))
    mine, torchvisions, truth = largest
    assert truth < 1e-5
    assert mine == 0
    assert torchvisions > 1
    for name, weights in exact.named_parameters():
        gradient = ours.get_parameter(name).grad
        assert weights.grad is not None
        assert gradient is not None
        assert torch.allclose(gradient.double(), weights.grad, rtol=1e-2, atol=1e-5), name


def test_a_single_value_is_no_statistic() -> None:
    """One image of 1×1 pixel, as the rest of an epoch may be: it comes to the bias, and statistics stay as they are."""
    ours, _ = pair()
    maps = noise(1, CHANNELS, 1, 1)
    before = {name: counted.clone() for name, counted in ours.named_buffers()}
    normal = ours(maps)
    assert torch.allclose(normal.flatten(), ours.bias, atol=1e-3)
    assert not gradient_of_maps(ours, maps, torch.ones(1, CHANNELS, 1, 1)).any()
    assert torch.equal(ours.get_buffer("running_mean"), before["running_mean"])
    assert torch.equal(ours.get_buffer("running_var"), before["running_var"])
    assert int(ours.get_buffer("num_batches_tracked")) == 2
