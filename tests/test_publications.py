"""The facts about published files are torchvision's, and those of the files themselves."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from vitdash import catalog
from vitdash.publications import FASHION_MNIST, MNIST, Publication


@pytest.mark.parametrize(("publication", "name"), [(FASHION_MNIST, "FashionMNIST"), (MNIST, "MNIST")])
def test_the_facts_are_torchvision_s(publication: Publication, name: str) -> None:
    """Mirrors, names, checksums and the folder are written down here so that no command has to import torchvision."""
    from torchvision import datasets

    theirs = getattr(datasets, name)
    assert list(publication.mirrors) == theirs.mirrors
    assert [(file.name, file.md5) for file in publication.files] == theirs.resources
    assert publication.folder == f"{theirs.__name__}/raw"  # as `MNIST.raw_folder` has it, which needs the files


def test_the_classes_are_torchvision_s() -> None:
    """Fashion-MNIST's by name and in order; MNIST's are the digits, which torchvision also spells out."""
    from torchvision import datasets

    assert list(FASHION_MNIST.classes) == datasets.FashionMNIST.classes
    assert list(MNIST.classes) == [name[0] for name in datasets.MNIST.classes]


def test_each_data_set_has_as_many_classes_as_its_publication_names() -> None:
    """Said in two places, because a data set need not be published as files."""
    for facts in catalog.DATASETS.values():
        assert facts.publication is None or len(facts.publication.classes) == facts.classes


def test_sizes_and_checksums_are_those_of_the_real_files(real_data: Path) -> None:
    """Packed and unpacked: what torchvision leaves unpacked is recognised by its content."""
    for file in FASHION_MNIST.files:
        packed = (real_data / FASHION_MNIST.folder / file.name).read_bytes()
        assert (len(packed), hashlib.md5(packed).hexdigest()) == (file.size, file.md5)
        assert hashlib.md5(gzip.decompress(packed)).hexdigest() == file.unpacked_md5
