"""Readers of what is computed with: checkpoints and data files; and of what a mirror answers."""

from __future__ import annotations

import collections
import dataclasses
import functools
import gzip
import http.client
import io
import pickle
import queue
import struct
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from tests.fuzz.seeds import config
from vitdash import presets
from vitdash.architectures.vit import VisionTransformer
from vitdash.config import RunConfig
from vitdash.data import mirror, stock
from vitdash.data.mirror import Answer, MirrorError
from vitdash.engine import checkpoint
from vitdash.engine.checkpoint import Position
from vitdash.engine.datasets.idx import read_idx
from vitdash.engine.model import build_model
from vitdash.engine.optim import build_optimizer
from vitdash.engine.stepping import Training
from vitdash.errors import InputError, RunError
from vitdash.publications import Publication, PublishedFile

PLAN = 1280
NETWORK = VisionTransformer(patch=14, layers=1, heads=2, hidden=8, mlp=8, dropout=0.0, code_size=8)
"""One whose checkpoint is no longer than a changed input may be: of a larger one all that is tried is cut short."""


def _small() -> RunConfig:
    return dataclasses.replace(config(), model=NETWORK)


def _training() -> Training:
    torch.set_num_threads(1)
    model = build_model(_small())
    return Training(model, build_optimizer(model, _small().optim))


@functools.cache
def _kept() -> tuple[Training, dict[str, Any], dict[str, Any]]:
    training = _training()
    model = {name: value.clone() for name, value in training.model.state_dict().items()}
    return training, model, training.optimizer.state_dict()


def _fresh() -> Training:
    """Return a training as it begins, without building it again."""
    training, model, optimizer = _kept()
    training.model.load_state_dict(model)
    training.optimizer.load_state_dict(optimizer)
    training.images_seen = 0
    return training


def read_checkpoint(raw: bytes, folder: Path) -> Iterator[str]:
    """Restore a checkpoint, take a step from it, and save it again; and take it for weights alone."""
    path = folder / "checkpoint.pt"
    path.write_bytes(raw)
    try:
        yield str(checkpoint.restore_weights(path, _fresh().model))
    except RunError as error:
        yield str(error)
    training = _fresh()
    position = checkpoint.restore(path, training, ends=(PLAN,))
    kinds = [type(value) for value in dataclasses.astuple(position)]
    assert kinds == [int, int, float, float, str, bool, dict], "a position of other kinds"
    for parameter in training.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    training.optimizer.step()
    training.meter.count(torch.tensor(0.1), torch.eye(4), torch.arange(4))
    training.meter.state()
    checkpoint.save(path, training, position, with_optimizer=True)
    assert checkpoint.restore(path, _fresh(), ends=(PLAN,)) == position, "written again it is another"
    yield position.config


def checkpoints() -> list[bytes]:
    """Return sound checkpoints, and pickles that would do something."""
    training = _training()
    for parameter in training.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    training.optimizer.step()
    training.images_seen = 640
    position = Position(images_seen=640, seq=12, seconds=3.5, best_loss=0.05, config=presets.dump(_small()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.pt"
        checkpoint.save(path, training, position, with_optimizer=True)
        found = [path.read_bytes()]
        checkpoint.save(path, training, position, with_optimizer=False)
        found.append(path.read_bytes())
        checkpoint.save_weights(path, checkpoint.weights_of(training, 0.05, ""))
        found.append(path.read_bytes())
    return [
        *found,
        *map(_packed, (b"cos\nsystem\n(X\x01\x00\x00\x00:tR.", pickle.dumps(_Touch(), 2))),
        pickle.dumps({}),
    ]


class _Touch:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("executed"),))


def _packed(pickled: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("c/data.pkl"), pickled)
        archive.writestr(zipfile.ZipInfo("c/byteorder"), "little")
        archive.writestr(zipfile.ZipInfo("c/version"), "3\n")
    return packed.getvalue()


def read_idx_file(raw: bytes, folder: Path) -> Iterator[str]:
    """Read a data file as images, as labels, and for its checksum."""
    path = folder / "set" / "x-images-idx3-ubyte.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    published = Publication("set", (), (PublishedFile(path.name, 100, "0" * 32, "1" * 32),), ("a",))
    yield str(stock.look(published, folder).state)
    try:
        images = read_idx(path, 3)
    except InputError as error:
        yield str(error)
        images = read_idx(path, 1)
    yield str(tuple(images.shape))
    assert images.dtype is torch.uint8
    assert images.numel() > 0


def idx_files() -> list[bytes]:
    """Return images and labels, packed and not."""
    images = struct.pack(">HBBIII", 0, 8, 3, 2, 4, 4) + bytes(range(32))
    labels = struct.pack(">HBBI", 0, 8, 1, 5) + bytes(range(5))
    return [gzip.compress(images, mtime=0), images, gzip.compress(labels, mtime=0), labels]


class _Socket:
    """Gives an answer to whoever reads it, as a connection would."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._raw))


def read_answer(raw: bytes, folder: Path) -> Iterator[str]:
    """Take bytes for what a mirror sends, once asked for all and once for the rest; redirects lead to the same."""
    for start in (0, 100):
        mailbox: queue.Queue[Answer | bytes | MirrorError] = queue.Queue()

        def opened(*_: object, **__: object) -> http.client.HTTPResponse:
            response = http.client.HTTPResponse(_Socket(raw))  # type: ignore[arg-type]
            response.begin()
            return response

        with patch.object(urllib.request.OpenerDirector, "open", opened):
            mirror._deliver("http://example.org/x.gz", start, 1.0, mailbox, threading.Event())
        letters = [mailbox.get_nowait() for _ in range(mailbox.qsize())]
        assert letters, "whoever waits for an answer would wait for ever"
        assert letters[-1] == b"" or isinstance(letters[-1], MirrorError), "nobody says that it is over"
        for letter in letters:
            if isinstance(letter, MirrorError):
                yield mirror.blame("http://example.org/x.gz", letter)
            if isinstance(letter, Answer):
                assert letter.start in (0, start)
                assert letter.total is None or letter.total >= 0
                told = mirror.blame(
                    "http://example.org/x.gz", MirrorError(f"sent something else ({letter.content_type})")
                )
                yield told
        assert collections.Counter(map(type, letters))[Answer] <= 1


def answers() -> list[bytes]:
    """Return what mirrors send, good and bad."""
    head = b"HTTP/1.1 %s\r\nContent-Type: application/gzip\r\n"
    return [
        head % b"200 OK" + b"Content-Length: 5\r\n\r\nhello",
        head % b"206 Partial Content" + b"Content-Range: bytes 100-104/105\r\nContent-Length: 5\r\n\r\nhello",
        head % b"200 OK" + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        head % b"302 Found" + b"Location: https://example.org/y\r\n\r\n",
        head % b"416 Range Not Satisfiable" + b"\r\n",
        head % b"404 Not Found" + b"\r\n<html>",
        b"",
    ]
