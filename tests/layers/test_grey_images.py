"""A convolution over grey images is torch's own, its gradients found in another way where that is quicker."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from vitdash.layers.grey_images import GreyConv2d


def pair(*arguments: Any, **options: Any) -> tuple[nn.Conv2d, nn.Conv2d]:
    ours, torchs = GreyConv2d(*arguments, **options), nn.Conv2d(*arguments, **options)
    torchs.load_state_dict(ours.state_dict())
    return ours, torchs


def images(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.rand(*shape, dtype=dtype, generator=torch.Generator().manual_seed(4))


def learn(layer: nn.Conv2d, seen: Tensor) -> tuple[Tensor, list[Tensor]]:
    maps = layer(seen)
    maps.square().mean().backward()
    return maps.detach(), [weights.grad for weights in layer.parameters() if weights.grad is not None]


def goes_by_products(maps: Tensor) -> bool:
    return type(maps.grad_fn).__name__ == "_ByProductsBackward"


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(4, 9), st.integers(4, 9)),
    st.integers(1, 5),
    st.booleans(),
)
def test_maps_and_gradients_are_torch_s(
    kernel: tuple[int, int], stride: tuple[int, int], sides: tuple[int, int], width: int, has_bias: bool
) -> None:
    """In double precision, for each kernel, stride and size."""
    ours, torchs = (layer.double() for layer in pair(1, width, kernel, stride, bias=has_bias))
    seen = images(3, 1, *sides)
    assert goes_by_products(ours(seen))
    (mine, gradients), (theirs, their_gradients) = learn(ours, seen), learn(torchs, seen)
    assert torch.equal(mine, theirs)
    assert len(gradients) == len(their_gradients) == 1 + has_bias
    for found, expected in zip(gradients, their_gradients, strict=True):
        assert found.shape == expected.shape
        assert torch.allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_in_single_precision_it_is_no_farther_from_the_truth_than_torch() -> None:
    """What training sees, at the size of the preset `cnn`."""
    ours, torchs = pair(1, 32, 3)
    truth = nn.Conv2d(1, 32, 3).double()
    truth.load_state_dict(torchs.state_dict())
    seen = images(64, 1, 28, 28, dtype=torch.float32)
    (_, mine), (_, theirs), (_, exact) = (learn(layer, seen.to(layer.weight.dtype)) for layer in (ours, torchs, truth))
    for found, allowed, expected in zip(mine, theirs, exact, strict=True):
        assert (found - expected).norm() <= 2 * (allowed - expected).norm() + 1e-6 * expected.norm()


@pytest.mark.parametrize("options", [{"padding": 1}, {"dilation": 2}, {"padding": "same"}], ids=str)
def test_what_is_padded_or_dilated_is_torch_s(options: dict[str, Any]) -> None:
    """The same values, by torch's own way."""
    ours, torchs = pair(1, 4, 3, **options)
    seen = images(2, 1, 9, 9, dtype=torch.float32)
    assert not goes_by_products(ours(seen))
    (mine, gradients), (theirs, their_gradients) = learn(ours, seen), learn(torchs, seen)
    assert all(torch.equal(*both) for both in zip([mine, *gradients], [theirs, *their_gradients], strict=True))


def test_images_that_want_a_gradient_get_it() -> None:
    """Such as those of an attribution map."""
    ours, torchs = pair(1, 4, 3)
    found = []
    for layer in (ours, torchs):
        seen = images(2, 1, 9, 9, dtype=torch.float32).requires_grad_()
        layer(seen).square().sum().backward()
        found.append(seen.grad)
    assert found[0] is not None
    assert found[1] is not None
    assert torch.equal(found[0], found[1])


def test_several_channels_are_torch_s() -> None:
    """Of three channels the library wastes less."""
    ours, torchs = pair(3, 4, 3)
    seen = images(2, 3, 9, 9, dtype=torch.float32)
    assert not goes_by_products(ours(seen))
    assert torch.equal(ours(seen), torchs(seen))
