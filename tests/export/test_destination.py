"""A table is written whole or not at all, and never over something that was not meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vitdash.errors import InputError
from vitdash.export import destination


def test_a_table_is_written(tmp_path: Path) -> None:
    """In UTF-8 whatever the locale, and nothing else is left in the folder."""
    destination.write(tmp_path / "results.md", "| ä |\n", replace=False)
    assert (tmp_path / "results.md").read_bytes() == "| ä |\n".encode()
    assert [file.name for file in tmp_path.iterdir()] == ["results.md"]


def test_a_file_that_is_there_stays_unless_asked(tmp_path: Path) -> None:
    """Results of hours are not lost to a name used twice."""
    file = tmp_path / "results.md"
    file.write_text("old")
    with pytest.raises(InputError, match=r"results\.md: is there already\. Replace it with --force"):
        destination.write(file, "new", replace=False)
    assert file.read_text() == "old"
    destination.write(file, "new", replace=True)
    assert file.read_text() == "new"


@pytest.mark.parametrize("replace", [False, True])
def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, replace: bool) -> None:
    """A directory, a missing folder, a file where a folder should be: found out before hours of training."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a directory; give the name of a file"):
        destination.check(tmp_path, replace=replace)
    with pytest.raises(InputError, match="its folder does not exist"):
        destination.check(tmp_path / "missing" / "results.md", replace=replace)
    with pytest.raises(InputError, match="its folder does not exist"):
        destination.check(tmp_path / "file" / "results.md", replace=replace)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_before_the_work(tmp_path: Path) -> None:
    """Permission is asked when it can still be answered."""
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="its folder is read-only"):
        destination.check(tmp_path / "results.md", replace=False)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old table stands until the new one is whole; the reason is the system's own word."""
    file = tmp_path / "results.md"
    file.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"results\.md: cannot be written: No space left on device\."):
        destination.write(file, "new", replace=True)
    assert file.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["results.md"]


def test_a_link_stays_a_link_and_what_was_private_stays_private(tmp_path: Path) -> None:
    """What it leads to is replaced, and may be read by those who might before."""
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "results.md"
    elsewhere.mkdir()
    file = elsewhere / "kept.md"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    destination.write(link, "new", replace=True)
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in elsewhere.iterdir()] == ["kept.md"]


def test_a_link_that_leads_nowhere_yet_is_written_through(tmp_path: Path) -> None:
    """The file that it names is made, and the folder asked about is that file's."""
    link = tmp_path / "results.md"
    link.symlink_to(tmp_path / "made.md")
    destination.write(link, "new", replace=False)
    assert link.is_symlink()
    assert (tmp_path / "made.md").read_text() == "new"
    link.unlink()
    link.symlink_to(tmp_path / "missing" / "made.md")
    with pytest.raises(InputError, match="its folder does not exist"):
        destination.check(link, replace=False)


@pytest.mark.parametrize("replace", [False, True])
def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path, replace: bool) -> None:
    """So is a device: root's --force must not put a table where /dev/null was. Nothing is replaced, so none asks."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        destination.write(pipe, "table", replace=replace)
        assert pipe.is_fifo()
        assert os.read(reader, 100) == b"table"
    finally:
        os.close(reader)
