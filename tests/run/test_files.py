"""A file is replaced whole or not at all, whoever reads, writes or fails meanwhile."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from tests.run.rights import nobody
from vitdash.run import files
from vitdash.run.files import replace_atomically, write_atomically

READ_UNTIL_TOLD = """
import sys, threading
from pathlib import Path

path, told = Path(sys.argv[1]), threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), told.set())).start()
print("reading", flush=True)
while not told.is_set():
    content = path.read_bytes()
    assert len(content) == 1000 * content[0] and len(set(content)) == 1, content[:80]
"""


def names_in(folder: Path) -> list[str]:
    """Return everything in a folder, hidden files included."""
    return sorted(os.listdir(folder))  # noqa: PTH208 - names are what the test is about


@pytest.mark.parametrize("old", [b"", b"old content"])
def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path, old: bytes) -> None:
    """One file before, one file after, and nothing beside it."""
    path = tmp_path / "file"
    path.write_bytes(old)
    write_atomically(path, b"new")
    assert (path.read_bytes(), names_in(tmp_path)) == (b"new", ["file"])


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, OSError])
def test_a_writer_that_fails_midway_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, trouble: type[BaseException]
) -> None:
    """A full disk, a bug or Ctrl-C while saving costs the new checkpoint, never the last one."""
    path = tmp_path / "checkpoint.pt"
    write_atomically(path, b"old")

    def write(file: IO[bytes]) -> None:
        file.write(b"half of the new")
        file.flush()
        raise trouble

    with pytest.raises(trouble):
        replace_atomically(path, write)
    assert (path.read_bytes(), names_in(tmp_path)) == (b"old", ["checkpoint.pt"])


def test_a_place_that_cannot_be_replaced_keeps_no_temporary(tmp_path: Path) -> None:
    """A directory in the file's place is an error, and the folder stays as it was."""
    (tmp_path / "file" / "inside").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "file", b"new")
    assert names_in(tmp_path) == ["file"]
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "file", b"new")


def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    """What callers catch."""
    tmp_path.chmod(0o555)
    with nobody(), pytest.raises(PermissionError):
        write_atomically(tmp_path / "file", b"new")


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_are_what_the_user_asked_of_new_files(tmp_path: Path, mask: int, mode: int) -> None:
    """A colleague may read a run where the umask lets them; a temporary file's 0600 is not inherited."""
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "file", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("durable", [True, False])
def test_the_new_file_is_on_disk_before_it_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    """Content, then name, then directory: in another order a power cut leaves an empty checkpoint."""
    path = tmp_path / "file"
    write_atomically(path, b"old")
    order: list[tuple[str | int, bytes]] = []

    def fsync(handle: int) -> None:
        found = os.fstat(handle)
        order.append(("directory" if stat.S_ISDIR(found.st_mode) else found.st_size, path.read_bytes()))

    monkeypatch.setattr("vitdash.run.files.os.fsync", fsync)
    write_atomically(path, b"new", durable=durable)
    assert order == ([(len(b"new"), b"old"), ("directory", b"new")] if durable else [])
    assert path.read_bytes() == b"new"


def test_readers_in_other_processes_never_see_part_of_a_file(tmp_path: Path) -> None:
    """While several threads replace it as fast as they can, every reader finds one whole content."""
    path = tmp_path / "file"
    write_atomically(path, b"\x01" * 1000)
    command = [sys.executable, "-c", READ_UNTIL_TOLD, str(path)]
    readers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == b"reading\n"
    failures: list[Any] = []

    def write(number: int) -> None:
        try:
            for index in range(60):
                size = (number * 37 + index) % 250 + 1
                write_atomically(path, bytes([size]) * 1000 * size, durable=index % 20 == 0)
        except OSError as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for reader in readers:
        reader.communicate(timeout=30)
    assert not failures
    assert [reader.returncode for reader in readers] == [0, 0]
    assert names_in(tmp_path) == ["file"]


CHANGING = ("open", "link", "replace", "fsync", "unlink")
"""What changes a disk, by its names in `os`; `open` is the one of `io`."""


def die_at(number: int, act: Callable[[], object]) -> bool:
    """Do something in a process that is gone, without any last word, after so many changes of the disk.

    Return whether it came to its end before that.
    """
    if process := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    calls = 0

    def deadly(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls > number:
                os._exit(9)
            return real(*arguments, **named)

        return call

    try:
        for name in CHANGING:
            place = io if name == "open" else os
            setattr(place, name, deadly(getattr(place, name)))
        act()
        os._exit(0)
    finally:
        os._exit(1)


def test_wherever_a_crash_cuts_it_off_whole_files_stand(tmp_path: Path) -> None:
    """The file is the old or the new one, its predecessor the one before, and the next writer puts everything right."""
    path, kept = tmp_path / "checkpoint.pt", tmp_path / "checkpoint.previous.pt"
    ended, number, seen = False, 0, set()
    while not ended:
        for content in (b"first" * 999, b"second" * 999):
            files.replace_atomically(path, lambda file, content=content: file.write(content), keep=kept)  # type: ignore[misc]
        ended = die_at(number, lambda: files.replace_atomically(path, lambda file: file.write(b"third"), keep=kept))
        found = (path.read_bytes()[:5], kept.read_bytes()[:5])
        assert found in {(b"secon", b"first"), (b"third", b"first"), (b"third", b"secon")}
        # Two names of one file would be damaged together.
        assert not path.samefile(kept)
        seen.add(found)
        files.remove_leftovers(tmp_path)
        assert {item.name for item in tmp_path.iterdir()} == {path.name, kept.name}
        number += 1
    assert len(seen) == 3
    assert number > 4
