"""Augmentation: torchvision's pixels and torchvision's chances, one draw for a batch or one for each image."""

from __future__ import annotations

import gzip
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from scipy.stats import chisquare
from torch import Tensor
from torchvision.transforms import TrivialAugmentWide
from torchvision.transforms import functional as torchvision_functional

from vitdash.engine.augment import (
    CropFlipDraws,
    TrivialDraws,
    apply_crop_flip,
    apply_trivial,
    augment,
    draw_crop_flip,
    draw_trivial,
)
from vitdash.engine.augment.tables import BINS
from vitdash.engine.augment.trivial import OPERATIONS, SIGNED
from vitdash.errors import InputError

KINDS = ("none", "trivial-wide", "crop-flip")
WITHOUT_MAGNITUDE = ("Identity", "AutoContrast", "Equalize")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep thousands of tiny operations from waiting for a second core that other tests are using."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def noise(*shape: int, levels: int = 256) -> Tensor:
    return torch.randint(levels, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def fashion_mnist() -> Tensor:
    root = os.environ.get("VITDASH_TEST_DATA")
    if not root:
        pytest.skip("VITDASH_TEST_DATA names no folder with FashionMNIST/raw")
    with gzip.open(Path(root, "FashionMNIST", "raw", "t10k-images-idx3-ubyte.gz")) as file:
        pixels = file.read(16 + 16 * 28 * 28)[16:]
    return torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(16, 1, 28, 28)


def synthetic() -> Tensor:
    """Make noise, nine neighbouring levels, two levels, constant images of many levels, all zero."""
    bright = torch.arange(1, 256, 32, dtype=torch.uint8).view(-1, 1, 1, 1)
    constant = torch.arange(0, 256, 15, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)
    few_levels = 100 + noise(8, 1, 28, 28, levels=9)
    return torch.cat([noise(8, 1, 28, 28), few_levels, bright * noise(8, 1, 28, 28, levels=2), constant])


IMAGES: dict[str, Callable[[], Tensor]] = {
    "real": fashion_mnist,
    "synthetic": synthetic,
    "32x32": lambda: noise(6, 1, 32, 32),
    "29x17": lambda: noise(6, 1, 29, 17),
    "8x8": lambda: noise(6, 1, 8, 8),
    "2x9": lambda: noise(6, 1, 2, 9),
}


def magnitudes_of(operation: str) -> range:
    if operation in WITHOUT_MAGNITUDE:
        return range(1)
    return range(1 - BINS if operation in SIGNED else 0, BINS)


def as_torchvision(images: Tensor, operation: str, magnitude: int, channels: int) -> Tensor:
    """Let torchvision's TrivialAugmentWide choose from one operation and one magnitude: (B, channels, H, W)."""
    transform = TrivialAugmentWide()
    choices = transform._augmentation_space(BINS)[operation][0]
    if choices.ndim:
        choices = choices[abs(magnitude)][None] * (-1 if magnitude < 0 else 1)
    transform._augmentation_space = lambda _bins: {operation: (choices, False)}
    result = transform(images.expand(-1, channels, -1, -1))
    assert isinstance(result, Tensor)
    return result


def drawn(operation: str, magnitudes: list[int]) -> TrivialDraws:
    return TrivialDraws(torch.full((len(magnitudes),), OPERATIONS.index(operation)), torch.tensor(magnitudes))


def differing_pixels(result: Tensor, expected: Tensor) -> int:
    """Count the pixels of `result` (B, 1, H, W) that any channel of `expected` disagrees with."""
    assert result.dtype == expected.dtype == torch.uint8
    assert result.shape == (len(expected), 1, *expected.shape[2:])
    return int((result != expected).any(dim=1).sum())


@pytest.mark.parametrize("images", IMAGES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_magnitude_gives_torchvisions_pixels(operation: str, channels: int, images: str) -> None:
    """No pixel differs from torchvision's, at any magnitude of either sign, as grey and as three equal channels."""
    batch = IMAGES[images]()
    magnitudes = magnitudes_of(operation)
    draws = drawn(operation, [magnitude for magnitude in magnitudes for _ in batch])
    results = apply_trivial(batch.repeat(len(magnitudes), 1, 1, 1), draws, channels=channels)
    different = {}
    for magnitude, result in zip(magnitudes, torch.split(results, len(batch)), strict=True):
        if count := differing_pixels(result, as_torchvision(batch, operation, magnitude, channels)):
            different[magnitude] = count
    assert not different, f"pixels that differ, by magnitude: {different}"


@pytest.mark.parametrize(("channels", "height", "width"), [(1, 28, 28), (3, 29, 17)])
def test_each_image_gets_its_own_operation(channels: int, height: int, width: int) -> None:
    """In a batch of mixed draws each image is what torchvision makes of it alone: none is swapped with another."""
    batch = noise(150, 1, height, width)
    draws = draw_trivial(len(batch), per_image=True, seeds=[0])
    result = apply_trivial(batch, draws, channels=channels)
    for image, changed, operation, magnitude in zip(
        batch, result, draws.operation.tolist(), draws.magnitude.tolist(), strict=True
    ):
        expected = as_torchvision(image[None], OPERATIONS[operation], magnitude, channels)
        assert differing_pixels(changed[None], expected) == 0, (OPERATIONS[operation], magnitude)


def test_torchvision_darkens_the_grey_of_three_equal_channels() -> None:
    """Why there is a channels argument: for torchvision (v, v, v) is a grey of v - 1, so Color changes a grey image."""
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    grey = torchvision_functional.rgb_to_grayscale(levels.expand(-1, 3, -1, -1))
    assert torch.equal(grey, levels.clamp(min=1) - 1)
    draws = drawn("Color", [-15])
    assert torch.equal(apply_trivial(levels, draws, channels=1), levels)
    assert not torch.equal(apply_trivial(levels, draws, channels=3), levels)


def test_operations_are_torchvisions() -> None:
    """The list drawn from is the library's, in its order, with its signs and number of magnitudes."""
    transform = TrivialAugmentWide()
    space = transform._augmentation_space(transform.num_magnitude_bins)
    assert tuple(space) == OPERATIONS
    assert tuple(operation for operation, (_, signed) in space.items() if signed) == SIGNED
    assert {len(magnitudes) for magnitudes, _ in space.values() if magnitudes.ndim} == {BINS}


def per_image_draws() -> TrivialDraws:
    return draw_trivial(86_800, per_image=True, seeds=[0])


def draws_of_consecutive_steps() -> TrivialDraws:
    draws = [draw_trivial(1, per_image=False, seeds=[seed]) for seed in range(17_360)]
    return TrivialDraws(torch.cat([d.operation for d in draws]), torch.cat([d.magnitude for d in draws]))


@pytest.mark.parametrize("draw", [per_image_draws, draws_of_consecutive_steps])
def test_draws_have_torchvisions_chances(draw: Callable[[], TrivialDraws]) -> None:
    """Operations, magnitudes and signs are as likely as in torchvision, also over consecutive seeds."""
    draws = draw()
    observed = Counter(zip(draws.operation.tolist(), draws.magnitude.tolist(), strict=True))
    each = observed.total() / len(OPERATIONS) / BINS
    expected = {}
    for index, operation in enumerate(OPERATIONS):
        for magnitude in range(BINS):
            expected[index, magnitude] = each
            if operation in SIGNED and magnitude:
                expected[index, magnitude] = expected[index, -magnitude] = each / 2
    assert observed.keys() == expected.keys()
    assert chisquare([observed[pair] for pair in expected], list(expected.values())).pvalue > 0.001


@pytest.mark.parametrize("crop_padding", [0, 1, 4])
def test_crop_offsets_and_flips_are_equally_likely(crop_padding: int) -> None:
    """Every offset from border to border and both orientations come up alike, also over consecutive seeds."""
    by_image = [draw_crop_flip(8_000, per_image=True, seeds=[0], crop_padding=crop_padding)]
    by_step = [draw_crop_flip(1, per_image=False, seeds=[seed], crop_padding=crop_padding) for seed in range(8_000)]
    for draws in (by_image, by_step):
        observed: Counter[tuple[int, int, bool]] = Counter()
        for draw in draws:
            observed.update(zip(draw.top.tolist(), draw.left.tolist(), draw.flipped.tolist(), strict=True))
        offsets = range(2 * crop_padding + 1)
        possible = list(itertools.product(offsets, offsets, (False, True)))
        assert observed.keys() <= set(possible)
        assert chisquare([observed[outcome] for outcome in possible]).pvalue > 0.001


@pytest.mark.parametrize("size", [(28, 28), (29, 17)])
def test_every_crop_and_flip_gives_torchvisions_pixels(size: tuple[int, int]) -> None:
    """Each image is padded, cropped and mirrored as drawn for it, exactly as torchvision does it."""
    padding = 2
    offsets = range(2 * padding + 1)
    outcomes = list(itertools.product(offsets, offsets, (False, True)))
    batch = noise(len(outcomes), 1, *size)
    top, left, flipped = (torch.tensor(values) for values in zip(*outcomes, strict=True))
    result = apply_crop_flip(batch, CropFlipDraws(top, left, flipped), crop_padding=padding)
    for image, changed, (top_, left_, flip) in zip(batch, result, outcomes, strict=True):
        expected = torchvision_functional.crop(torchvision_functional.pad(image, [padding]), top_, left_, *size)
        assert torch.equal(changed, torchvision_functional.hflip(expected) if flip else expected)


@pytest.mark.parametrize("kind", ["trivial-wide", "crop-flip"])
def test_one_draw_serves_the_whole_batch(kind: str) -> None:
    """Per batch, as the reference does it: equal images stay equal, whatever is drawn; per image they part."""
    batch = noise(1, 1, 28, 28).expand(16, -1, -1, -1)
    for seed in range(30):
        changed = augment(batch, kind, per_image=False, channels=3, seeds=[seed], crop_padding=4)
        assert torch.equal(changed, changed[:1].expand_as(changed))
    changed = augment(batch, kind, per_image=True, channels=3, seeds=[0], crop_padding=4)
    assert len({image.numpy().tobytes() for image in changed}) > 8


@pytest.mark.parametrize("per_image", [True, False])
def test_augment_applies_what_the_seed_draws(per_image: bool) -> None:
    """The one entry point passes every argument on to the right pair of functions."""
    batch = noise(32, 1, 28, 28)
    for seed in range(10):
        trivial = draw_trivial(32, per_image=per_image, seeds=[seed])
        for channels in (1, 3):
            changed = augment(
                batch, "trivial-wide", per_image=per_image, channels=channels, seeds=[seed], crop_padding=0
            )
            assert torch.equal(changed, apply_trivial(batch, trivial, channels=channels))
        crop_flip = draw_crop_flip(32, per_image=per_image, seeds=[seed], crop_padding=3)
        changed = augment(batch, "crop-flip", per_image=per_image, channels=1, seeds=[seed], crop_padding=3)
        assert torch.equal(changed, apply_crop_flip(batch, crop_flip, crop_padding=3))


@pytest.mark.parametrize("kind", KINDS)
def test_result_depends_on_the_arguments_alone(kind: str) -> None:
    """The global generator neither decides anything nor moves, and the caller's images stay as they are."""
    batch = noise(32, 1, 28, 28)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = augment(batch, kind, per_image=True, channels=3, seeds=[5], crop_padding=4)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(first, augment(batch, kind, per_image=True, channels=3, seeds=[5], crop_padding=4))
    assert torch.equal(batch, noise(32, 1, 28, 28))
    other = augment(batch, kind, per_image=True, channels=3, seeds=[6], crop_padding=4)
    assert torch.equal(first, other) == (kind == "none")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per_image", [True, False])
def test_any_view_and_any_batch_size_will_do(kind: str, per_image: bool) -> None:
    """A slice of a larger tensor, as a shuffled or last short batch may be, gives what its copy gives."""
    for count in (1, 2, 37):
        view = noise(count, 1, 28, 60)[:, :, :, 1:57:2]
        for seed in range(6):
            changed = augment(view, kind, per_image=per_image, channels=3, seeds=[seed], crop_padding=4)
            copy = augment(view.contiguous(), kind, per_image=per_image, channels=3, seeds=[seed], crop_padding=4)
            assert torch.equal(changed, copy)
            assert changed.shape == view.shape


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per_image", [True, False])
def test_batches_together_come_out_as_they_would_one_by_one(kind: str, per_image: bool) -> None:
    """Grouping by operation over many steps is a matter of speed: each step keeps its own draws."""
    batches, seeds = torch.split(noise(40 * 16, 1, 28, 28), 16), list(range(40))
    for channels in (1, 3):
        apart = [
            augment(batch, kind, per_image=per_image, channels=channels, seeds=[seed], crop_padding=4)
            for batch, seed in zip(batches, seeds, strict=True)
        ]
        together = augment(
            torch.cat(batches), kind, per_image=per_image, channels=channels, seeds=seeds, crop_padding=4
        )
        assert torch.equal(together, torch.cat(apart))


@pytest.mark.parametrize("kind", KINDS)
def test_number_of_threads_is_left_as_it_was(kind: str) -> None:
    """Training's threads are decided once: another number would change its weights."""
    torch.set_num_threads(2)
    augment(noise(4, 1, 28, 28), kind, per_image=True, channels=3, seeds=[0], crop_padding=4)
    assert torch.get_num_threads() == 2
    with pytest.raises(RuntimeError):
        apply_trivial(noise(4, 1, 28, 28), drawn("Identity", [0]), channels=3)
    assert torch.get_num_threads() == 2


def test_no_augmentation_costs_nothing() -> None:
    """Without augmentation the tensor that was given comes back, not a copy."""
    batch = noise(4, 1, 28, 28)
    assert augment(batch, "none", per_image=True, channels=3, seeds=[0], crop_padding=4) is batch


def test_unknown_kind_is_an_input_error() -> None:
    """A kind that slipped past the configuration's check is named, not taken for "none"."""
    with pytest.raises(InputError, match="trivial-wild"):
        augment(noise(1, 1, 8, 8), "trivial-wild", per_image=True, channels=3, seeds=[0], crop_padding=4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("kind", ["trivial-wide", "crop-flip"])
def test_every_device_gives_the_same_pixels(kind: str) -> None:
    """A run that moves to another device augments alike: draws and tables are made on the CPU."""
    batch = noise(64, 1, 28, 28)
    for seed, per_image, channels in itertools.product(range(40), (True, False), (1, 3)):
        on_cpu = augment(batch, kind, per_image=per_image, channels=channels, seeds=[seed], crop_padding=4)
        on_gpu = augment(batch.cuda(), kind, per_image=per_image, channels=channels, seeds=[seed], crop_padding=4)
        assert torch.equal(on_cpu, on_gpu.cpu())
