"""Fashion-MNIST and MNIST as published: found, checked, or missed with a way out."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from vitdash.engine.datasets import fashion_mnist
from vitdash.engine.datasets.published import load_published
from vitdash.errors import InputError
from vitdash.publications import Publication, PublishedFile


def idx(values: torch.Tensor) -> bytes:
    header = struct.pack(f">HBB{values.dim()}I", 0, 8, values.dim(), *values.shape)
    return header + values.numpy().tobytes()


@dataclass(frozen=True)
class Small:
    """Eight training and four test images, published by a mirror that refuses, and the directory they are kept in."""

    directory: Path
    publication: Publication

    @property
    def folder(self) -> Path:
        """Return where the files lie."""
        return self.directory / self.publication.folder

    def unpack(self) -> None:
        """Leave the files as torchvision does, which may be all that there is."""
        for packed in list(self.folder.glob("*.gz")):
            packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
            packed.unlink()

    def load(self) -> tuple[torch.Size, list[int]]:
        """Return the shape of the training images and the validation labels."""
        dataset = load_published(self.publication, self.directory, lambda *_: None, lambda: False)
        assert dataset.train_labels.dtype == torch.int64
        return dataset.train_images.shape, dataset.validation_labels.tolist()


CONTENTS = {
    "train-images-idx3-ubyte.gz": torch.arange(8 * 784).reshape(8, 28, 28).to(torch.uint8),
    "train-labels-idx1-ubyte.gz": torch.arange(8, dtype=torch.uint8),
    "t10k-images-idx3-ubyte.gz": torch.zeros(4, 28, 28, dtype=torch.uint8),
    "t10k-labels-idx1-ubyte.gz": torch.tensor([9, 8, 7, 6], dtype=torch.uint8),
}


def published(directory: Path, contents: dict[str, torch.Tensor]) -> Small:
    files = []
    (directory / "Small" / "raw").mkdir(parents=True)
    for name, values in contents.items():
        unpacked = idx(values)
        packed = gzip.compress(unpacked, mtime=0)
        (directory / "Small" / "raw" / name).write_bytes(packed)
        files.append(PublishedFile(name, len(packed), md5(packed), unpacked_md5=md5(unpacked)))
    mirrors = ("http://127.0.0.1:9/",)
    return Small(directory, Publication("Small/raw", mirrors, tuple(files), tuple("0123456789")))


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """Return a publication whose four packed files are there."""
    return published(tmp_path, CONTENTS)


def test_packed_files_are_read_where_they_lie(small: Small) -> None:
    """No network, nothing written: a read-only folder will do."""
    before = sorted(small.folder.iterdir())
    assert small.load() == (torch.Size((8, 1, 28, 28)), [9, 8, 7, 6])
    assert sorted(small.folder.iterdir()) == before


def test_files_that_torchvision_unpacked_are_read_too(small: Small) -> None:
    """Who has trained with torchvision has the data already."""
    small.unpack()
    assert small.load() == (torch.Size((8, 1, 28, 28)), [9, 8, 7, 6])


def test_missing_files_without_a_network_name_the_way_out(small: Small) -> None:
    """One sentence: what is missing, --data-dir, --dataset digits."""
    (small.folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError) as caught:
        small.load()
    assert "t10k-labels-idx1-ubyte.gz" in str(caught.value)
    assert "--data-dir" in caught.value.hint
    assert "--dataset digits" in caught.value.hint


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:-1] + b"?"])
def test_a_damaged_unpacked_file_is_fetched_anew(small: Small, damage: Callable[[bytes], bytes]) -> None:
    """What torchvision left half unpacked, or a disk has changed, is noticed by its checksum and left alone."""
    small.unpack()
    unpacked = small.folder / "train-images-idx3-ubyte"
    unpacked.write_bytes(damage(unpacked.read_bytes()))
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte\.gz: could not be fetched"):
        small.load()


def test_images_and_labels_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    """Each file may be sound and the set still wrong."""
    few = CONTENTS["t10k-labels-idx1-ubyte.gz"]
    with pytest.raises(InputError, match="holds"):
        published(tmp_path, CONTENTS | {"train-labels-idx1-ubyte.gz": few}).load()


def test_the_real_data_set_is_what_it_should_be(real_data: Path) -> None:
    """60,000 and 10,000 images, every class equally often, in torchvision's order of classes."""
    dataset = fashion_mnist.load(real_data, lambda *_: None, lambda: False)
    assert dataset.train_images.shape == (60_000, 1, 28, 28)
    assert dataset.train_labels.bincount().tolist() == [6000] * 10
    assert dataset.validation_labels.bincount().tolist() == [1000] * 10
    assert dataset.classes[0] == "T-shirt/top"
