"""Gradients of weights beside the others: the same ones, however late they are computed.

A lane that computes only when it is joined stands in for a stream of a GPU that is as slow as can be.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from torch import Tensor, nn

from vitdash import presets
from vitdash.engine.stepping.beside import Beside


class Late(Sequence[Tensor]):
    """What is computed when it is read, from what its inputs are by then."""

    def __init__(self, work: Callable[[], Sequence[Tensor]]) -> None:
        self._work = work

    def __len__(self) -> int:
        return len(self._work())

    def __getitem__(self, index: int) -> Tensor:  # type: ignore[override]
        return self._work()[index]

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self._work())


class Slow:
    """A lane in which nothing is done before it is waited for."""

    def __init__(self) -> None:
        self.ran = 0
        self.joined = 0

    def run(self, work: Callable[[], Sequence[Tensor]]) -> Sequence[Tensor]:
        """Do it later."""
        self.ran += 1
        return Late(work)

    def join(self) -> None:
        """Count."""
        self.joined += 1


class Residual(nn.Module):
    """Adds what came in to what came out: one gradient goes two ways, and autograd adds to what it alone holds."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Add twice."""
        inner: Tensor = inputs + self.first(inputs)
        outer: Tensor = inner + self.second(inner.tanh()) + self.second(inner)
        return outer


def gradients(network: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """Return a network's gradients as torch finds them, and leave it without."""
    network(images).square().mean().backward()
    found = {name: weight.grad for name, weight in network.named_parameters() if weight.grad is not None}
    network.zero_grad(set_to_none=True)
    return found


@pytest.mark.parametrize("family", ["cnn", "vit-l4-h4", "rn18"])
def test_networks_have_the_gradients_that_they_have_without(family: str) -> None:
    """Bit for bit, in the same order in memory; and large weights do come beside."""
    torch.manual_seed(0)
    model = presets.load(family).model
    network, images = model.build(28).train(), torch.rand(4, model.channels, 28, 28)
    expected = gradients(network, images)
    slow = Slow()
    with Beside(_Counting(slow)).gradients_of_weights():
        network(images).square().mean().backward()
    # On a CPU the first convolution of grey images has a way of its own.
    assert slow.ran >= 3
    assert slow.joined == 1
    for name, weight in network.named_parameters():
        assert weight.grad is not None
        assert torch.equal(weight.grad, expected[name]), name
        assert weight.grad.stride() == expected[name].stride(), name


class _Counting:
    """The slow lane, but for counters: they are read at once, by nobody but the test."""

    def __init__(self, slow: Slow) -> None:
        self._slow = slow

    def run(self, work: Callable[[], Sequence[Tensor]]) -> Sequence[Tensor]:
        """Count at once, compute late."""
        with torch.no_grad():
            late = self._slow.run(work)
            return work() if "count" in work.__qualname__ else late

    def join(self) -> None:
        """Pass on."""
        self._slow.join()


class Watching(Beside):
    """Remembers what lies in memory where a stream would read it later."""

    def __init__(self) -> None:
        super().__init__(Slow())
        self.remembered: list[tuple[int, bytes]] = []

    def find(
        self,
        weights: Sequence[Tensor],  # noqa: ARG002
        compute: Callable[[], Sequence[Tensor]],  # noqa: ARG002
        *needed: Tensor,
    ) -> None:
        """Remember, and forget the work: it would hold on to what it reads, as a launched kernel does not."""
        for tensor in needed:
            self.remembered.append((tensor.data_ptr(), in_memory(tensor.data_ptr(), tensor.numel() * 4)))
        super().find((), list, *needed)


def in_memory(address: int, size: int) -> bytes:
    return ctypes.string_at(address, size)


def test_what_is_read_late_is_what_it_was() -> None:
    """A gradient that goes two ways is not added to before it has been read, and no memory is given away."""
    torch.manual_seed(0)
    network, watching = nn.Sequential(*[Residual() for _ in range(3)]), Watching()
    with watching.gradients_of_weights():
        loss = network(torch.rand(4, 8)).square().mean()
        loss.backward()
        assert len(watching.remembered) == 2 * 9
        for address, content in watching.remembered:
            assert in_memory(address, len(content)) == content


def test_a_weight_that_is_used_twice_gets_both_gradients() -> None:
    """They are added up, as autograd does."""
    torch.manual_seed(0)
    network, inputs = nn.Sequential(*[Residual() for _ in range(3)]), torch.rand(4, 8)
    expected = gradients(network, inputs)
    with Beside(Slow()).gradients_of_weights():
        network(inputs).square().mean().backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None
        assert torch.allclose(weight.grad, expected[name], rtol=1e-5, atol=1e-7), name


def test_nothing_is_waited_for_where_nothing_came_beside() -> None:
    """A stream that has done nothing cannot be waited for in a recording; computed weights are left to autograd."""
    slow = Slow()
    weight = nn.Parameter(torch.rand(3, 4))
    with Beside(slow).gradients_of_weights():
        loss = torch.nn.functional.linear(torch.rand(2, 4), weight * 2, None).sum()
        loss.backward()  # type: ignore[no-untyped-call]
    assert (slow.ran, slow.joined) == (0, 0)
    assert weight.grad is not None


def test_a_failed_pass_leaves_nothing_behind() -> None:
    """Gradients of a step that broke off are not given to the next."""
    network, beside = nn.Linear(2, 2), Beside(Slow())

    def break_off() -> None:
        with beside.gradients_of_weights():
            network(torch.rand(1, 2)).sum().backward()
            raise RuntimeError("cannot be recorded")

    with pytest.raises(RuntimeError, match="cannot be recorded"):
        break_off()
    assert network.weight.grad is None
    with beside.gradients_of_weights():
        network(torch.ones(1, 2)).sum().backward()
    found = network.weight.grad
    assert found is not None
    assert torch.equal(found, torch.ones(2, 2))
