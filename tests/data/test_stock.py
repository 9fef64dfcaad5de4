"""What lies on this machine is told by its content, never by its name or length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.small import FOLDER, PACKED, UNPACKED, publication, put, put_all
from vitdash.data import inventory
from vitdash.data.stock import State, Stock, look
from vitdash.errors import InputError

IMAGES, LABELS = PACKED["images.gz"], PACKED["labels.gz"]
SIZE = len(IMAGES) + len(LABELS)


def stock(directory: Path) -> Stock:
    return look(publication(), directory)


def test_nothing_is_here_before_anything_is_fetched(tmp_path: Path) -> None:
    """Looking makes no folder."""
    found = stock(tmp_path / "data")
    assert (found.state, found.bytes_here, found.bytes_on_disk, found.size) == (State.MISSING, 0, 0, SIZE)
    assert found.folder == tmp_path / "data" / FOLDER
    assert list(tmp_path.iterdir()) == []


def test_packed_files_with_the_right_checksums_are_whole(tmp_path: Path) -> None:
    """That is all that a training needs."""
    put_all(tmp_path)
    found = stock(tmp_path)
    assert (found.state, found.bytes_here, found.bytes_on_disk) == (State.WHOLE, SIZE, SIZE)


def test_files_that_torchvision_unpacked_are_whole_too(tmp_path: Path) -> None:
    """By the checksum of what is in them; what they take up is what they take up."""
    folder = put(tmp_path, labels=LABELS)
    (folder / "images").write_bytes(UNPACKED["images.gz"])
    found = stock(tmp_path)
    assert (found.state, found.bytes_here) == (State.WHOLE, SIZE)
    assert found.bytes_on_disk == len(UNPACKED["images.gz"]) + len(LABELS)
    assert [item.path.name for item in found.files] == ["images", "labels.gz"]


@pytest.mark.parametrize("content", [b"", IMAGES[:-1], b"?" + IMAGES[1:], IMAGES + b"?"])
def test_a_file_with_other_bytes_is_damaged(tmp_path: Path, content: bytes) -> None:
    """Cut short, changed, or longer: the length may even be right."""
    put(tmp_path, images=content, labels=LABELS)
    found = stock(tmp_path)
    assert (found.state, found.bytes_here) == (State.DAMAGED, len(LABELS))


@pytest.mark.parametrize("content", [UNPACKED["images.gz"][:-1], UNPACKED["images.gz"][:-1] + b"?"])
def test_a_damaged_unpacked_file_is_not_taken_for_the_data(tmp_path: Path, content: bytes) -> None:
    """What torchvision left half unpacked, it would take for whole the next time."""
    folder = put(tmp_path, labels=LABELS)
    (folder / "images").write_bytes(content)
    assert stock(tmp_path).state is State.DAMAGED


def test_a_whole_unpacked_file_makes_up_for_a_damaged_packed_one(tmp_path: Path) -> None:
    """Nothing need be fetched, nor written to a folder that may be read-only."""
    folder = put(tmp_path, images=b"damaged", labels=LABELS)
    (folder / "images").write_bytes(UNPACKED["images.gz"])
    assert stock(tmp_path).state is State.WHOLE


def test_some_files_or_half_of_one_are_partial(tmp_path: Path) -> None:
    """What has arrived counts, as far as it can be of use."""
    folder = put(tmp_path, labels=LABELS)
    assert (stock(tmp_path).state, stock(tmp_path).bytes_here) == (State.PARTIAL, len(LABELS))
    (folder / "images.gz.part").write_bytes(IMAGES[:1000])
    assert stock(tmp_path).bytes_here == len(LABELS) + 1000
    (folder / "images.gz.part").write_bytes(bytes(len(IMAGES) + 5))
    assert stock(tmp_path).bytes_here == SIZE
    assert stock(tmp_path).state is State.PARTIAL


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    """Everything would seem to be missing."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file: is a file, not a folder\. Give another folder with --data-dir\."):
        stock(tmp_path / "file")


def test_the_real_data_set_is_whole(real_data: Path) -> None:
    """Every byte of Fashion-MNIST as it is published."""
    entry = inventory.entry("fashion-mnist", real_data)
    assert (entry.state, entry.checksum) == ("whole", "verified")
    assert entry.stock is not None
    assert entry.stock.bytes_here == entry.stock.size == 30_878_645
