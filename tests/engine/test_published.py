"""Fashion-MNIST and MNIST as published: found, checked, or missed with a way out."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import struct
from pathlib import Path

import pytest
import torch

from vitdash.engine.datasets import fashion_mnist
from vitdash.engine.datasets.published import load_published
from vitdash.errors import InputError

CLASSES = tuple("0123456789")


def idx(values: torch.Tensor) -> bytes:
    header = struct.pack(f">HBB{values.dim()}I", 0, 8, values.dim(), *values.shape)
    return header + values.numpy().tobytes()


class Small:
    """A publication of eight training and four test images; its mirror refuses."""

    mirrors = ["http://127.0.0.1:9/"]  # noqa: RUF012 - as torchvision declares it
    resources: list[tuple[str, str]] = []  # noqa: RUF012


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the four packed files of `Small`."""
    contents = {
        "train-images-idx3-ubyte.gz": torch.arange(8 * 784).reshape(8, 28, 28).to(torch.uint8),
        "train-labels-idx1-ubyte.gz": torch.arange(8, dtype=torch.uint8),
        "t10k-images-idx3-ubyte.gz": torch.zeros(4, 28, 28, dtype=torch.uint8),
        "t10k-labels-idx1-ubyte.gz": torch.tensor([9, 8, 7, 6], dtype=torch.uint8),
    }
    resources = []
    for name, values in contents.items():
        packed = gzip.compress(idx(values), mtime=0)
        (tmp_path / name).write_bytes(packed)
        resources.append((name, hashlib.md5(packed, usedforsecurity=False).hexdigest()))
    monkeypatch.setattr(Small, "resources", resources)
    return tmp_path


def load(folder: Path) -> tuple[torch.Size, list[int]]:
    dataset = load_published(Small, folder, CLASSES, lambda *_: None, lambda: False)
    assert dataset.train_labels.dtype == torch.int64
    return dataset.train_images.shape, dataset.validation_labels.tolist()


def test_packed_files_are_read_where_they_lie(folder: Path) -> None:
    """No network, nothing written: a read-only folder will do."""
    before = sorted(folder.iterdir())
    assert load(folder) == (torch.Size((8, 1, 28, 28)), [9, 8, 7, 6])
    assert sorted(folder.iterdir()) == before


def test_files_that_torchvision_unpacked_are_read_too(folder: Path) -> None:
    """Who has trained with torchvision has the data already."""
    for packed in list(folder.glob("*.gz")):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    assert load(folder) == (torch.Size((8, 1, 28, 28)), [9, 8, 7, 6])


def test_missing_files_without_a_network_name_the_way_out(folder: Path) -> None:
    """One sentence: what is missing, --data-dir, --dataset digits."""
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError) as caught:
        load(folder)
    assert "t10k-labels-idx1-ubyte.gz" in str(caught.value)
    assert "--data-dir" in caught.value.hint
    assert "--dataset digits" in caught.value.hint


def test_a_truncated_unpacked_file_is_never_taken_for_whole(folder: Path) -> None:
    """What torchvision left half unpacked is noticed by its length."""
    packed = folder / "train-images-idx3-ubyte.gz"
    content = gzip.decompress(packed.read_bytes())
    packed.with_suffix("").write_bytes(content[:-1])
    packed.unlink()
    with pytest.raises(InputError, match="cut short"):
        load(folder)


def test_images_and_labels_that_do_not_belong_together_are_refused(folder: Path) -> None:
    """Each file may be sound and the set still wrong."""
    for packed in list(folder.glob("*.gz")):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    shutil.copy(folder / "t10k-labels-idx1-ubyte", folder / "train-labels-idx1-ubyte")
    with pytest.raises(InputError, match="holds"):
        load(folder)


def test_the_real_data_set_is_what_it_should_be(real_data: Path) -> None:
    """60,000 and 10,000 images, every class equally often, in torchvision's order of classes."""
    dataset = fashion_mnist.load(real_data, lambda *_: None, lambda: False)
    assert dataset.train_images.shape == (60_000, 1, 28, 28)
    assert dataset.train_labels.bincount().tolist() == [6000] * 10
    assert dataset.validation_labels.bincount().tolist() == [1000] * 10
    assert dataset.classes[0] == "T-shirt/top"
