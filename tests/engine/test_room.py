"""A full disk is waited for and told; anything else that cannot be written ends the run in one sentence."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from vitdash.engine import room as rooms
from vitdash.engine.orders import Orders
from vitdash.engine.room import Room
from vitdash.errors import RunError
from vitdash.run import control, pulse
from vitdash.run.control import Word
from vitdash.run.pulse import Heart


class Disk:
    """Refuses writes, with one number of an error after the other, before it takes one."""

    def __init__(self, *refusals: int) -> None:
        self.refusals = list(refusals)

    def write(self) -> str:
        """Write, or say why not."""
        if self.refusals:
            number = self.refusals.pop(0)
            raise OSError(number, os.strerror(number))
        return "written"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Return a room in which nobody waits for long."""
    monkeypatch.setattr(rooms, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr("vitdash.engine.orders.LOOK_SECONDS", 0.0)
    (tmp_path / "lock").touch()
    return Room(tmp_path, Orders(tmp_path / "control", 0), Heart(tmp_path / "lock"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_what_finds_no_room_is_written_when_there_is_some(room: Room, tmp_path: Path, number: int) -> None:
    """Everybody is told meanwhile, and afterwards for how long, once."""
    seen = []
    disk = Disk(number, number)

    def write() -> str:
        found = pulse.read(tmp_path / "lock")
        seen.append(found.waits if found else "")
        return disk.write()

    assert room.write(tmp_path / "checkpoint.pt", write) == "written"
    assert seen == ["", "room on its disk", "room on its disk"]
    found = pulse.read(tmp_path / "lock")
    assert found is not None
    assert found.waits == ""
    assert "waited" in room.told()
    assert room.told() == ""


def test_a_stop_ends_the_waiting(room: Room, tmp_path: Path) -> None:
    """The run fails with what it has saved; nothing waits again while it ends."""
    control.give(tmp_path / "control", Word.STOP)
    with pytest.raises(RunError, match="disk full: there is no room"):
        room.write(tmp_path / "checkpoint.pt", Disk(errno.ENOSPC).write)
    with pytest.raises(RunError, match="disk full"):
        room.wait()


def test_a_folder_that_cannot_be_written_is_named(room: Room, tmp_path: Path) -> None:
    """It is not waited for: nobody can know for what."""
    said = r"checkpoint\.pt: cannot be written: Permission denied\. "
    with pytest.raises(RunError, match=f"{said}No checkpoint was saved before"):
        room.write(tmp_path / "checkpoint.pt", Disk(errno.EACCES).write)
    (tmp_path / "checkpoint.previous.pt").touch()
    with pytest.raises(RunError, match=f"{said}The last checkpoint stands"):
        room.write(tmp_path / "checkpoint.pt", Disk(errno.EACCES).write)


def test_of_a_folder_that_was_moved_nothing_is_claimed(room: Room, tmp_path: Path) -> None:
    """What was saved lies wherever it is now."""
    tmp_path.rename(tmp_path.with_name("moved"))
    with pytest.raises(RunError, match=r"No such file or directory\. The run's folder cannot be reached any more\."):
        room.write(tmp_path / "checkpoint.pt", Disk(errno.ENOENT).write)


def test_undisturbed_there_is_nothing_to_tell(room: Room, tmp_path: Path) -> None:
    """Equal runs must have equal events."""
    assert room.write(tmp_path / "checkpoint.pt", Disk().write) == "written"
    assert room.told() == ""
