"""An IDX file is read exactly or refused in a sentence, whatever its bytes."""

from __future__ import annotations

import gzip
import math
import os
import struct
import tracemalloc
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vitdash.engine.datasets.idx import LARGEST_BYTES, read_idx
from vitdash.errors import InputError

SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=4)
TEN = struct.pack(">HBBI", 0, 8, 1, 10)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the files of this module's tests are written, over each other."""
    return tmp_path_factory.mktemp("idx") / "images"


def idx_bytes(tensor: Tensor) -> bytes:
    """Write the format independently of the reader."""
    header = struct.pack(f">HBB{tensor.dim()}I", 0, 8, tensor.dim(), *tensor.shape)
    return header + bytes(tensor.flatten().tolist())


def counting(shape: list[int]) -> Tensor:
    return (torch.arange(math.prod(shape)) % 251).to(torch.uint8).reshape(shape)


@given(shape=SHAPES, packed=st.booleans())
def test_what_was_written_is_read_packed_or_not(path: Path, shape: list[int], packed: bool) -> None:
    """Any shape survives the round trip, and the tensor is the caller's own to write to."""
    written = counting(shape)
    path.write_bytes(gzip.compress(idx_bytes(written)) if packed else idx_bytes(written))
    read = read_idx(path, len(shape))
    assert read.dtype == torch.uint8
    assert torch.equal(read, written)
    read += 1
    assert torch.equal(read_idx(path, len(shape)), written)


@given(data=st.binary(max_size=64) | st.binary(max_size=24).map(lambda rest: TEN + rest), packed=st.booleans())
@settings(max_examples=150)
def test_arbitrary_bytes_are_refused_or_read_exactly(path: Path, data: bytes, packed: bool) -> None:
    """Whatever is accepted is, written again, the file itself; everything else is an InputError."""
    path.write_bytes(gzip.compress(data) if packed else data)
    try:
        read = read_idx(path, 1)
    except InputError:
        return
    assert idx_bytes(read) == data


@given(shape=SHAPES, packed=st.booleans(), choices=st.data())
@settings(max_examples=150)
def test_a_damaged_file_is_refused_or_read_exactly(
    path: Path, shape: list[int], packed: bool, choices: st.DataObject
) -> None:
    """Cut, lengthened or changed: never another exception, and never wrong values from a gzip file."""
    whole = idx_bytes(counting(shape))
    stored = gzip.compress(whole) if packed else whole
    place = choices.draw(st.integers(0, len(stored) - 1))
    kept = choices.draw(st.sampled_from([place, place + 1]))
    inserted = choices.draw(st.binary(max_size=2))
    damaged = stored[:place] + inserted + stored[kept:] if choices.draw(st.booleans()) else stored[:place]
    path.write_bytes(damaged)
    try:
        read = read_idx(path, len(shape))
    except InputError:
        return
    # A byte of gzip's own header (the time, the system) may differ without harm.
    assert idx_bytes(read) == (whole if packed else damaged)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "too short", id="empty"),
        pytest.param(TEN[:7], "too short", id="half a header"),
        pytest.param(b"\x00\x01" + TEN[2:] + bytes(10), "begins with 00 01 08 01", id="wrong magic"),
        pytest.param(b"<!doctype html>", "begins with 3c 21", id="web page"),
        pytest.param(struct.pack(">HBBI", 0, 0x0D, 1, 10) + bytes(40), "type 0x0d", id="floats"),
        pytest.param(struct.pack(">HBBII", 0, 8, 2, 5, 2) + bytes(10), "2 dimensions instead of 1", id="matrix"),
        pytest.param(struct.pack(">HBBI", 0, 8, 1, 0), "promises 0 bytes", id="no values"),
        pytest.param(struct.pack(">HBBI", 0, 8, 1, LARGEST_BYTES + 1), "more than 1,073,741,824", id="too large"),
        pytest.param(TEN + bytes(9), "cut short: 9 of 10 bytes", id="truncated"),
        pytest.param(TEN + bytes(11), "goes on behind the 10 bytes", id="trailing"),
        pytest.param(gzip.compress(TEN + bytes(9)), "cut short: 9 of 10 bytes", id="truncated inside gzip"),
        pytest.param(gzip.compress(TEN + bytes(11)), "goes on behind", id="trailing inside gzip"),
        pytest.param(gzip.compress(TEN + bytes(10)) + b"more", "goes on behind", id="trailing behind gzip"),
        pytest.param(gzip.compress(TEN + bytes(10)) * 2, "goes on behind", id="two gzip streams"),
        pytest.param(gzip.compress(TEN + bytes(10))[:-1], "end of its gzip stream", id="gzip without its end"),
        pytest.param(gzip.compress(TEN + bytes(10))[:-8] + bytes(8), "incorrect data check", id="gzip checksum"),
        pytest.param(b"\x1f\x8b\x00rubbish", "cannot be unpacked", id="not really gzip"),
    ],
)
def test_each_defect_has_its_sentence(path: Path, data: bytes, reason: str) -> None:
    """The error names the file, what is wrong with it, and what to do."""
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_idx(path, 1)
    assert caught.value.title == str(path)
    assert reason in caught.value.message
    assert "delete it so that it is fetched again" in caught.value.hint


@pytest.mark.parametrize("promise", [10, LARGEST_BYTES], ids=["less than there is", "more than there is"])
def test_neither_a_bomb_nor_a_promise_takes_memory(path: Path, promise: int) -> None:
    """16 MiB of zeros pack into 16 KB: no more is unpacked than promised, nor taken than there is."""
    zeros = bytes(1 << 24) if promise == 10 else bytes(1000)
    path.write_bytes(gzip.compress(struct.pack(">HBBI", 0, 8, 1, promise) + zeros))
    tracemalloc.start()
    try:
        with pytest.raises(InputError):
            read_idx(path, 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    """Not there, a folder, or a pipe that nobody writes to: said at once."""
    os.mkfifo(tmp_path / "pipe")
    reasons = {"missing": "is not there", "": "Is a directory", "pipe": "it is no regular file"}
    for name, reason in reasons.items():
        with pytest.raises(InputError, match=reason) as caught:
            read_idx(tmp_path / name, 1)
        assert caught.value.title == str(tmp_path / name)


def test_the_published_files_are_read() -> None:
    """Fashion-MNIST as it is downloaded: shapes, and labels 0 to 9 in equal numbers."""
    directory = os.environ.get("VITDASH_TEST_DATA")
    if directory is None:
        pytest.skip("set VITDASH_TEST_DATA to the folder that holds FashionMNIST/raw/*.gz")
    raw = Path(directory) / "FashionMNIST" / "raw"
    assert read_idx(raw / "t10k-images-idx3-ubyte.gz", 3).shape == (10_000, 28, 28)
    labels = read_idx(raw / "t10k-labels-idx1-ubyte.gz", 1)
    assert labels.bincount().tolist() == [1000] * 10
