"""Gradients of weights, computed beside those that the next layer waits for. Must not know networks or steps.

In a backward pass only the gradients of activations are a chain, each waiting for the one before. Those of weights are
read at its end, by the optimiser; and a product for 64 small images keeps a tenth of a large GPU busy, so that there is
room for both at once. Letters: B batch, I inputs and O outputs of a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional
from torch.overrides import TorchFunctionMode


class Lane(Protocol):
    """Where work goes that nobody waits for yet; a stream on CUDA."""

    def run(self, work: Callable[[], Sequence[Tensor]]) -> Sequence[Tensor]:
        """Launch `work` behind all that is launched by now; what it returns is to be read after `join` alone."""

    def join(self) -> None:
        """Let all that is launched from now on come after what was run here."""


class Stream:
    """A stream of CUDA beside the current one."""

    def __init__(self) -> None:
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def run(self, work: Callable[[], Sequence[Tensor]]) -> Sequence[Tensor]:
        """Launch it on that stream."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            return work()

    def join(self) -> None:
        """Make the current stream wait; on the device, not here."""
        torch.cuda.current_stream().wait_stream(self._stream)


class Beside:
    """Gradients that are computed in a lane of their own, during one backward pass after the other."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._found: list[tuple[Sequence[Tensor], Sequence[Tensor]]] = []
        self._needed: list[Tensor] = []

    @contextmanager
    def gradients_of_weights(self) -> Iterator[None]:
        """Compute what is called and differentiated within this so that gradients of weights come beside.

        They are where they would be without, and computed by the same kernels.
        """
        try:
            with _Layers(self):
                yield
            if self._found:
                self._lane.join()
            for weights, gradients in self._found:
                for weight, gradient in zip(weights, gradients, strict=True):
                    weight.grad = gradient if weight.grad is None else weight.grad + gradient
        finally:
            self._found.clear()
            self._needed.clear()

    def find(self, weights: Sequence[Tensor], compute: Callable[[], Sequence[Tensor]], *needed: Tensor) -> None:
        """Let `compute`, which reads `needed`, find the gradients of `weights`."""
        # Held to the end: what nobody holds, autograd adds to in place, and its memory is given to others.
        self._needed += needed
        # Not returned to autograd: it would read them here and now.
        self._found.append((weights, self._lane.run(compute)))

    def count(self, add: Callable[[], Tensor]) -> Tensor:
        """Let `add`, which counts something nobody waits for, do so, and return the counter."""
        (counter,) = self._lane.run(lambda: [add()])
        self._found.append(((), ()))
        return counter


class _Layers(TorchFunctionMode):
    """Exchanges the two functions that layers with large weights call, and puts counters beside, too."""

    def __init__(self, beside: Beside) -> None:
        super().__init__()
        self._beside = beside

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        # As modules of torch call them: without keywords, on parameters themselves.
        if not kwargs and torch.is_grad_enabled() and not torch.is_autocast_enabled("cuda"):
            if func is functional.linear and len(args) == 3 and _are_weights(args[1:]):
                return _Linear.apply(self._beside, *args)
            if func is torch.conv2d and len(args) == 7 and _are_weights(args[1:3]) and not isinstance(args[4], str):
                return _Convolution.apply(self._beside, *args)
        if func is Tensor.add_ and args[0].dtype is torch.int64 and args[0].dim() == 0:
            # Each batch norm counts its batches: a launch each, in the middle of the chain.
            return self._beside.count(lambda: func(*args, **(kwargs or {})))
        return func(*args, **(kwargs or {}))


class _Linear(torch.autograd.Function):
    """`functional.linear`: (B, …, I) → (B, …, O)."""

    @staticmethod
    def forward(ctx: Any, beside: Beside, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:  # noqa: ANN401
        ctx.beside = beside
        ctx.save_for_backward(inputs, weight, bias)
        return functional.linear(inputs, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        inputs, weight, bias = ctx.saved_tensors
        flat, seen = gradient.reshape(-1, gradient.shape[-1]), inputs.reshape(-1, inputs.shape[-1])
        if bias is None:
            ctx.beside.find([weight], lambda: [flat.t() @ seen], flat, seen)
        else:
            ctx.beside.find([weight, bias], lambda: [flat.t() @ seen, flat.sum(0)], flat, seen)
        of_inputs = (flat @ weight).view(inputs.shape) if ctx.needs_input_grad[1] else None
        return None, of_inputs, None, None


class _Convolution(torch.autograd.Function):
    """`torch.conv2d`: (B, I, H, W) → (B, O, H', W')."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        beside: Beside,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        *shape: Any,  # noqa: ANN401
    ) -> Tensor:
        stride, padding, dilation, groups = shape
        ctx.beside = beside
        ctx.shape = (_pair(stride), _pair(padding), _pair(dilation), False, [0, 0], groups)
        ctx.save_for_backward(inputs, weight, bias)
        return torch.conv2d(inputs, weight, bias, *shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        inputs, weight, bias = ctx.saved_tensors

        def gradients(*wanted: bool) -> tuple[Tensor, ...]:
            sizes = None if bias is None else list(bias.shape)
            found = torch.ops.aten.convolution_backward(gradient, inputs, weight, sizes, *ctx.shape, wanted)
            return tuple(tensor for tensor, is_wanted in zip(found, wanted, strict=True) if is_wanted)

        weights = [weight] if bias is None else [weight, bias]
        ctx.beside.find(weights, lambda: gradients(False, True, bias is not None), gradient, inputs)
        of_inputs = gradients(True, False, False)[0] if ctx.needs_input_grad[1] else None
        return None, of_inputs, *[None] * 6


def _are_weights(tensors: Sequence[Tensor | None]) -> bool:
    """Return whether gradients of these are nothing but kept: those of anything computed are passed on at once."""
    return all(tensor is None or (tensor.is_leaf and tensor.requires_grad) for tensor in tensors)


def _pair(size: int | Sequence[int]) -> list[int]:
    return [size, size] if isinstance(size, int) else list(size)
