"""A data set of two small files, published wherever a test says, and `vitdash` as it would be if it knew that one.

Run as a program it is the command: `python small.py MIRRORS ARGUMENT…`, with MIRRORS as a JSON list.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.data.hostile_server import Behaviour, HostileServer, sends
from vitdash import catalog
from vitdash.catalog import DatasetFacts
from vitdash.data import published
from vitdash.data.mirror import Limits
from vitdash.plugins.collection import Plugins
from vitdash.plugins.shelf import Shelf
from vitdash.publications import Publication, PublishedFile

NAME = "small"
UNPACKED = {"images.gz": random.Random(1).randbytes(200_000), "labels.gz": bytes(range(200)) * 10}
PACKED = {name: gzip.compress(content, mtime=0) for name, content in UNPACKED.items()}
FOLDER = "Small/raw"
REPOSITORY = Path(__file__).parents[2]
DEADLINE_SECONDS = 60.0
STALL_SECONDS = 0.4


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def publication(*mirrors: str, understated: bool = False) -> Publication:
    """Return what would be known of it; `understated`, it is larger than is known."""
    files = tuple(
        PublishedFile(name, 1 if understated else len(packed), md5(packed), md5(UNPACKED[name]))
        for name, packed in PACKED.items()
    )
    return Publication(FOLDER, mirrors, files, tuple("0123456789"))


def facts(*mirrors: str, understated: bool = False) -> DatasetFacts:
    known = publication(*mirrors, understated=understated)
    return DatasetFacts("tests.nowhere:load", "Small", 10, 28, 100, 10, publication=known)


def put(directory: Path, **contents: bytes) -> Path:
    """Write files (`images=…` is images.gz) where the data set is kept below `directory`; return that folder."""
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}.gz").write_bytes(content)
    return folder


def put_all(directory: Path) -> Path:
    """Write the whole data set and return its folder."""
    return put(directory, **{name.removesuffix(".gz"): content for name, content in PACKED.items()})


def serve(server: HostileServer, mirror: str, **behaviours: Behaviour) -> str:
    """Serve the files properly at /`mirror`/, save those whose behaviour is given, and return the mirror's address."""
    for name, packed in PACKED.items():
        server.serve(f"/{mirror}/{name}", behaviours.get(name.removesuffix(".gz"), sends(packed)))
    return f"http://{server.address}/{mirror}/"


def start(mirrors: list[str], *arguments: str, cwd: Path, **options: Any) -> subprocess.Popen[str]:
    """Start the command, its output in pipes."""
    clear = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    return subprocess.Popen(
        [sys.executable, __file__, json.dumps(mirrors), *arguments],
        cwd=cwd,
        env=clear | {"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def run(mirrors: list[str], *arguments: str, cwd: Path, **options: Any) -> tuple[int, str, str]:
    """Run the command and return its exit code, stdout and stderr."""
    with start(mirrors, *arguments, cwd=cwd, **options) as process:
        stdout, stderr = process.communicate(timeout=DEADLINE_SECONDS)
        return process.returncode, stdout, stderr


def _be_the_command() -> None:
    from vitdash.cli import main

    understated = "--understated" in sys.argv
    mirrors, *arguments = (word for word in sys.argv[1:] if word != "--understated")
    known = {NAME: facts(*json.loads(mirrors), understated=understated)}
    catalog.DATASETS = Shelf("datasets", known, lambda *_: "", Plugins(catalog.CONFIGURED))
    published.LIMITS = Limits(stall_seconds=STALL_SECONDS)
    sys.argv = ["vitdash", *arguments]
    main()


if __name__ == "__main__":
    _be_the_command()
