"""Faults that befall files, disks and clocks, and too many people at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

from tests.faults import readers, troubles
from tests.faults.signals import Fault, kill_once
from tests.faults.world import Broken, Subject, World, wait_for
from vitdash.run import pulse
from vitdash.run.log import EventReader
from vitdash.run.state import State


def tear_log(world: World, draws: Random) -> None:
    """Kill the worker and leave half a line at the end of its log, as a kernel that went down in the middle of it."""
    subject = _killed(world, draws)
    with subject.run.events.open("ab") as log:
        log.write(b'{"seq": 999, "time": 1.0, "type": "TrainProgress", "images_seen": 1, "lo'[: draws.randint(1, 70)])
    world.tell("half a line after it")


def cut_power(world: World, draws: Random) -> None:
    """Kill the worker and take off its log what was not yet on the disk: who had read that, died with the machine."""
    subject = _killed(world, draws)
    subject.dismiss_readers()
    size = subject.run.events.stat().st_size
    lost = draws.randint(0, size - troubles.synced_bytes(world.folder, subject.run.events))
    os.truncate(subject.run.events, size - lost)
    world.tell(f"the last {lost} bytes of its log lost")
    subject.recall_readers()
    _forget_boot(subject)


def damage_checkpoint(how: str) -> Fault:
    """Return the fault: the worker is killed, and its last checkpoint is cut, altered or removed."""

    def hit(world: World, draws: Random) -> None:
        subject = _killed(world, draws)
        path = subject.run.checkpoint
        if subject.state is State.FINISHED or not path.exists():
            world.tell("no checkpoint to damage")
            return
        content = bytearray(path.read_bytes())
        if how == "cut":
            path.write_bytes(content[: draws.randrange(len(content))])
        elif how == "altered":
            for _ in range(draws.randint(1, 4)):
                content[draws.randrange(len(content))] ^= 1 << draws.randrange(8)
            path.write_bytes(content)
        else:
            path.unlink()
        world.tell(f"its checkpoint {how}")

    return hit


def fill_disk(world: World, draws: Random) -> None:
    """Let the disk be full for a while: the worker waits, says so, and goes on."""
    subject = world.start()
    moment = world.wait_moment(draws, subject)
    world.trouble(troubles.DISK_FULL)
    world.tell(f"disk full {moment}")
    time.sleep(draws.uniform(1.0, 2.5))
    if (said := subject.state) not in (State.FINISHED, State.STARTING, State.RUNNING):
        raise Broken(f"on a full disk the run is {said}")
    if said is State.RUNNING and pulse.read(subject.run.lock) is None:
        raise Broken("on a full disk the worker gives no sign of life")
    if draws.random() < 0.3:
        # Asked to stop, it cannot save: it ends with what it has, and is told of truly.
        world.kill_worker(subject, signal.SIGTERM)
        world.tell("TERM meanwhile")
        wait_for(lambda: not readers.lives(subject.process()), "a worker that finds no room can be stopped")
        world.check_checkpoint(subject)
    world.end_trouble(troubles.DISK_FULL)


def forbid_writing(world: World, draws: Random) -> None:
    """Let nothing be made or renamed in the run's folder for a while: the run ends there, its checkpoint stands."""
    subject = world.start()
    moment = world.wait_moment(draws, subject)
    world.trouble(troubles.READ_ONLY)
    world.tell(f"folder read-only {moment}")
    world.wait_end(subject)
    if subject.state not in (State.FAILED, State.LOST, State.FINISHED):
        raise Broken(f"in a folder that cannot be written the run is {subject.state}")
    world.end_trouble(troubles.READ_ONLY)


def set_clock(world: World, draws: Random) -> None:
    """Set the clock back and forth while the run trains, and kill the worker under a clock that is wrong."""
    subject = world.start()
    for _ in range(2):
        moment = world.wait_moment(draws, subject)
        shift = draws.choice([-86_400, -3_600, -5, 5, 3_600, 86_400 * 365])
        world.trouble(troubles.CLOCK, str(shift))
        world.tell(f"clock {shift:+,} s {moment}")
    if draws.random() < 0.5:
        kill_once(world, draws, subject)


def restart_machine(world: World, draws: Random) -> None:
    """Kill the worker, and leave what a machine that went down leaves: an old boot, a number that another has now."""
    subject = _killed(world, draws)
    if subject.state is not State.FINISHED:
        _forget_boot(subject)
        world.tell("then the machine started anew, its number given to another")


def crowd(world: World, draws: Random) -> None:
    """Let two dashboards and a third process read one run whose worker is killed: all see the same."""
    windows = [world.open_window(), world.open_window()]
    subject = world.start()
    tail = subprocess.Popen(
        [sys.executable, "-m", "vitdash", "tail", "-f", "--json", subject.run.id],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=world.folder,
    )
    heard: list[bytes] = []
    listening = threading.Thread(target=lambda: heard.extend(tail.stdout or ()), daemon=True)
    listening.start()
    kill_once(world, draws, subject)
    listening.join(60)
    tail.wait(60)
    log = subject.run.events.read_bytes().splitlines(keepends=True)
    if [json.loads(line) for line in heard] != [json.loads(line) for line in log]:
        raise Broken(f"vitdash tail printed {len(heard)} events, the log holds {len(log)}")
    world.finish(subject)
    wait_for(lambda: all("finished" in window.terminal.text for window in windows), "two dashboards agree", 30)


def resume_twice(world: World, draws: Random) -> None:
    """Kill the worker, and go on with the run by two commands at once: one of them does, the other is told."""
    subject = _killed(world, draws)
    if subject.state is State.FINISHED:
        return
    command = [sys.executable, "-m", "vitdash", "resume", "--detach", subject.run.id]
    both = [
        subprocess.Popen(command, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)
    ]
    told = [process.communicate(timeout=60)[0].decode() for process in both]
    codes = sorted(process.returncode for process in both)
    world.tell(f"resumed twice at once, exit codes {codes}")
    if codes[0] != 0:
        raise Broken(f"neither of two resumes began: {told[0].strip()}")
    wait_for(lambda: subject.state is State.FINISHED or not subject.state.active, "a run that was resumed ends")
    lives = [item for item in EventReader(subject.run.events).from_file() if type(item).__name__ == "Resumed"]
    if len(lives) != 1:
        raise Broken(f"{len(lives)} workers went on with one run")


def _killed(world: World, draws: Random) -> Subject:
    subject = world.start()
    kill_once(world, draws, subject)
    return subject


def _forget_boot(subject: Subject) -> None:
    """Let the claim be one of an earlier boot, whose worker's number is ours now."""
    claim = subject.run.path / "run.json"
    content = json.loads(claim.read_text()) | {"boot_id": "an-earlier-one", "pid": os.getppid(), "claimed_uptime": 1e9}
    _replace(claim, json.dumps(content).encode())


def _replace(path: Path, content: bytes) -> None:
    path.with_name("replacing").write_bytes(content)
    path.with_name("replacing").replace(path)
