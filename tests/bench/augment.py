"""Time augmentation against a loop over torchvision: `python -m tests.bench.augment`.

64 images of 28×28, seen as three channels. The candidates take turns within one run, so that a busy machine slows all
of them alike; medians are printed.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
import torchvision
from torch import Tensor
from torchvision.transforms import v2

from vitdash.engine.augment import augment

ROUNDS = 200


def main() -> None:
    """Measure, then print one line for each candidate."""
    images = torch.randint(256, (64, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    transform = v2.TrivialAugmentWide()
    ours = partial(augment, images, channels=3, crop_padding=4)
    candidates: dict[str, Callable[[int], object]] = {
        "trivial-wide, per batch": lambda seed: ours("trivial-wide", per_image=False, seeds=[seed]),
        "trivial-wide, per image": lambda seed: ours("trivial-wide", per_image=True, seeds=[seed]),
        "crop-flip, per batch": lambda seed: ours("crop-flip", per_image=False, seeds=[seed]),
        "crop-flip, per image": lambda seed: ours("crop-flip", per_image=True, seeds=[seed]),
        "torchvision v2, whole batch": lambda seed: whole_batch(transform, images, seed),
        "torchvision v2, loop of images": lambda seed: loop_of_images(transform, images, seed),
    }
    milliseconds = measure(candidates)
    threads = f"{torch.get_num_threads()} threads"
    print(f"{cpu_model()}, {threads}, torch {torch.__version__}, torchvision {torchvision.__version__}, n={ROUNDS}")
    for name, times in milliseconds.items():
        deciles = statistics.quantiles(times, n=10)
        print(f"{name:32} {statistics.median(times):7.3f} ms   (10 % {deciles[0]:.3f}, 90 % {deciles[-1]:.3f})")
    ours_, theirs = (
        statistics.median(milliseconds[name]) for name in ("trivial-wide, per image", "torchvision v2, loop of images")
    )
    print(f"per image, loop of torchvision's v2 / ours: {theirs / ours_:.1f}")


def measure(candidates: dict[str, Callable[[int], object]]) -> dict[str, list[float]]:
    """Return the milliseconds of each call, ROUNDS of each candidate, after a warm-up that also makes the tables."""
    milliseconds: dict[str, list[float]] = {name: [] for name in candidates}
    for seed in range(-20, ROUNDS):
        for name, candidate in candidates.items():
            start = time.perf_counter()
            candidate(seed)
            if seed >= 0:
                milliseconds[name].append(1000 * (time.perf_counter() - start))
    return milliseconds


def whole_batch(transform: v2.TrivialAugmentWide, images: Tensor, seed: int) -> object:
    """Do as the reference does: one call with the whole batch, in three channels."""
    torch.manual_seed(seed)
    return transform(images.expand(-1, 3, -1, -1))


def loop_of_images(transform: v2.TrivialAugmentWide, images: Tensor, seed: int) -> Tensor:
    """Do as a Dataset would: one call for each image, in three channels."""
    torch.manual_seed(seed)
    return torch.stack([transform(image.expand(3, -1, -1)) for image in images])


def cpu_model() -> str:
    """Name the processor, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


if __name__ == "__main__":
    main()
