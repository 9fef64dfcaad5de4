"""What rounding does to ResNet-18 where whole batches turn black: `python -m tests.bench.rounding [--images N]`.

One line for torch's batch norm and for ours, in float32 and with the operands of all products rounded as a GPU rounds
them in TF32, on a CPU: the beginning of the preset `rn18`, up to its first evaluation.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from tests.bench.hardware import describe
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine.prepare import prepare
from vitdash.engine.train import train
from vitdash.layers.batch_norm import BatchNorm
from vitdash.run.events import Evaluated, TrainProgress


def to_tf32(numbers: Tensor) -> Tensor:
    """Return float32 with ten bits behind the binary point, halves rounded away from zero."""
    return ((numbers.view(torch.int32) + 0x1000) & ~0x1FFF).view(torch.float32)


class Rounded(nn.Module):
    """Rounds what goes in; what comes back is left as it is."""

    def forward(self, numbers: Tensor) -> Tensor:
        """Round them."""
        rounded: Tensor = _Forward.apply(numbers)
        return rounded


class _Forward(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, numbers: Tensor) -> Tensor:
        return to_tf32(numbers)

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return gradient


class _Backward(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, numbers: Tensor) -> Tensor:
        return numbers.view_as(numbers)

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return to_tf32(gradient)


def round_products(network: nn.Module) -> None:
    """Round all that the network's convolutions and linear layers multiply, forward and backward."""
    layers = [layer for layer in network.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    rounded = Rounded()
    for layer in layers:
        parametrize.register_parametrization(layer, "weight", rounded)
        layer.register_forward_pre_hook(lambda _, given: tuple(map(rounded, given)))
        layer.register_forward_hook(lambda _, __, made: _Backward.apply(made))


def learn(config: RunConfig, *, plain_norm: bool, tf32: bool) -> tuple[float, Evaluated]:
    """Train until the first evaluation; return the mean training loss of the last third, and the evaluation."""
    prepared = prepare(config, lambda *_: None, lambda: False)
    network = prepared.training.model
    for layer in list(network.modules()):
        if plain_norm and isinstance(layer, BatchNorm):
            layer.forward = partial(nn.BatchNorm2d.forward, layer)  # type: ignore[method-assign]
    if tf32:
        round_products(network)
    losses = []
    for item in train(prepared.training, prepared.config, prepared.dataset):
        if isinstance(item, TrainProgress):
            losses.append(item.loss)
        if isinstance(item, Evaluated):
            return statistics.mean(losses[-max(1, len(losses) // 3) :]), item
    raise AssertionError("it ends with an evaluation")


def main() -> None:
    """Train four times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=60_000)
    images = parser.parse_args().images
    data = os.environ.get("VITDASH_TEST_DATA")
    where = {"data_dir": data} if data else {"dataset": "digits"}
    changes: dict[str, Any] = {
        "evaluate_every_images": images,
        "probes": (),
        "device": "cpu",
        "threads": torch.get_num_threads(),
    }
    config = presets.load("rn18").replace(changes | where)
    print(describe())
    print("batch norm  products  training loss  validation loss  argmax")
    for plain_norm, tf32 in itertools.product((True, False), (False, True)):
        loss, end = learn(config, plain_norm=plain_norm, tf32=tf32)
        names = "torch's" if plain_norm else "ours", "tf32" if tf32 else "float32"
        print(f"{names[0]:<11} {names[1]:<9} {loss:13.5f}  {end.loss:15.5f}  {end.accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
