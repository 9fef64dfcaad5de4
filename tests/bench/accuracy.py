"""What fast ways do to accuracy on a CPU: `python -m tests.bench.accuracy [PRESET…] [--images N] [--seeds N]`.

Each run is trained three ways from one seed, on the same images and augmentations: *plain* with torchvision's network
(for `cnn` torch's own layers) and torch's AdamW, unfused; *fast* as vitdash trains; *compiled* with `--compiled`. One
line a run, then mean ± standard deviation over the seeds.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
from typing import Any

import torch

from tests.bench import bare
from tests.bench.hardware import describe
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.engine.model import Classifier
from vitdash.engine.prepare import prepare
from vitdash.engine.stepping import Training
from vitdash.engine.train import train
from vitdash.run.events import Evaluated, Probed, Warned

Figures = tuple[float, float, float]
"""Validation loss, accuracy (argmax), accuracy (svc, held-out)."""


def make_plain(training: Training, config: RunConfig) -> None:
    """Put torchvision's network of the same weights, and torch's own optimiser, in the place of ours."""
    encoder, linear = bare.network(config).children()
    encoder.load_state_dict(training.model.encoder.state_dict())
    linear.load_state_dict(training.model.linear.state_dict())
    plain = Classifier(encoder, config.model.code_size, config.dataset.classes)
    plain.linear = linear  # type: ignore[assignment]
    training.model = plain
    optim = config.optim
    training.optimizer = torch.optim.AdamW(
        plain.parameters(),
        optim.learning_rate,
        (optim.beta1, optim.beta2),
        optim.epsilon,
        optim.weight_decay,
        foreach=False,
        fused=False,
    )


def learn(config: RunConfig, *, plain: bool) -> Figures:
    """Train to the end and return what is in the table then."""
    prepared = prepare(config, lambda *_: None, lambda: False)
    if plain:
        make_plain(prepared.training, prepared.config)
    found: list[Figures] = []
    end: Evaluated | None = None
    for item in train(prepared.training, prepared.config, prepared.dataset):
        if isinstance(item, Warned):
            raise SystemExit(item.message)
        if isinstance(item, Evaluated):
            end = item
        if isinstance(item, Probed):
            assert end is not None, "a probe follows its evaluation"
            found.append((end.loss, end.accuracy, item.values["svc_held_out"]))
    return found[-1]


def configure(preset: str, images: int, seed: int, way: str) -> RunConfig:
    """Return the preset, judged at its end alone."""
    data = os.environ.get("VITDASH_TEST_DATA")
    changes: dict[str, Any] = {"data_dir": data} if data else {"dataset": "digits"}
    changes |= {"seed": seed, "max_inputs": images, "evaluate_every_images": images, "probe_every": 0}
    changes |= {"device": "cpu", "threads": torch.get_num_threads(), "probe_beside": "no"}
    changes |= {"execution": "compiled" if way == "compiled" else "eager"}
    return presets.load(preset).replace(changes)


def told(figures: Figures) -> str:
    """Return figures as columns."""
    loss, argmax, svc = figures
    return f"{loss:15.5f}  {argmax:.4f}  {svc:.4f}"


def main() -> None:
    """Train all, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", default=["cnn", "vit-l4-h16"])
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--compiled", action="store_true", help="compiled as well, which needs a C++ compiler")
    given = parser.parse_args()
    ways = ["plain", "fast"] + ["compiled"] * given.compiled
    print(describe())
    print(f"{given.images:,} images\npreset       way       seed  validation loss  argmax  svc, held-out")
    found: dict[tuple[str, str], list[Figures]] = {pair: [] for pair in itertools.product(given.presets, ways)}
    for seed, (preset, way) in itertools.product(range(given.seeds), found):
        figures = learn(configure(preset, given.images, seed, way), plain=way == "plain")
        found[preset, way].append(figures)
        print(f"{preset:<12} {way:<9} {seed:4}  {told(figures)}", flush=True)
    for (preset, way), several in found.items():
        columns = list(zip(*several, strict=True))
        mean = told(tuple(map(statistics.mean, columns)))
        deviation = told(tuple(map(statistics.stdev, columns))) if given.seeds > 1 else ""
        print(f"{preset:<12} {way:<9} mean  {mean}\n{'':<12} {'':<9}    ±  {deviation}", flush=True)


if __name__ == "__main__":
    main()
