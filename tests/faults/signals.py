"""Faults that befall processes: signals to workers, dashboards, standbys, and two at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from random import Random

from tests.faults.world import Broken, Subject, World, send, wait_for
from vitdash.run import queue
from vitdash.run.state import State

Fault = Callable[[World, Random], None]


def kill_worker(world: World, draws: Random) -> None:
    """Kill -9 the worker, half of the time twice: the second life is not the first again."""
    subject = world.start()
    kill_once(world, draws, subject)
    if draws.random() < 0.5 and subject.state is not State.FINISHED:
        world.resume(subject)
        kill_once(world, draws, subject)


def kill_once(world: World, draws: Random, subject: Subject) -> None:
    """Kill -9 a run's worker at a random moment, and check what it leaves."""
    moment = world.wait_moment(draws, subject)
    if world.kill_worker(subject, signal.SIGKILL):
        world.tell(f"kill -9 worker {moment}")
    world.wait_end(subject)


def end_worker(number: signal.Signals) -> Fault:
    """Return the fault: the worker is asked to end, and does, with a checkpoint."""

    def ask(world: World, draws: Random) -> None:
        subject = world.start()
        moment = world.wait_moment(draws, subject)
        # Python's start is not the product's: there a signal does what it does to any program.
        begun = subject.run.events.exists()
        if not world.kill_worker(subject, number):
            world.tell(f"{number.name} to nobody: it had finished")
            return
        world.tell(f"{number.name} to the worker {moment}")
        world.wait_end(subject)
        if not begun:
            return
        if subject.state not in (State.STOPPED, State.FINISHED):
            raise Broken(f"after {number.name} the run is {subject.state}")
        if subject.workers[-1].process.returncode:
            raise Broken(f"after {number.name} the worker's exit code is {subject.workers[-1].process.returncode}")

    return ask


def hang_up_worker(world: World, draws: Random) -> None:
    """Tell the worker that its terminal is gone: that is nothing to it."""
    subject = world.start()
    moment = world.wait_moment(draws, subject)
    # Python's start is not the product's: there a signal does what it does to any program.
    wait_for(lambda: subject.run.events.exists(), "a worker begins")
    process = subject.process()
    world.kill_worker(subject, signal.SIGHUP)
    world.tell(f"HUP to the worker {moment}")
    wait_for(lambda: subject.state is State.FINISHED, "a run is finished")
    if subject.process() != process or len(subject.workers) > 1:
        raise Broken("the worker has died of HUP")


def suspend_worker(world: World, draws: Random) -> None:
    """Stop the worker's process for a moment, then let it go on."""
    subject = world.start()
    moment = world.wait_moment(draws, subject)
    world.kill_worker(subject, signal.SIGSTOP)
    world.tell(f"STOP to the worker {moment}")
    time.sleep(draws.uniform(0.2, 1.5))
    if subject.state in (State.LOST, State.FAILED, State.STOPPED):
        raise Broken(f"a suspended worker's run is {subject.state}")
    world.kill_worker(subject, signal.SIGCONT)


def end_dashboard(number: signal.Signals) -> Fault:
    """Return the fault: the dashboard that holds the queue gets a signal while a run trains and one waits."""

    def hit(world: World, draws: Random) -> None:
        window = world.open_window()
        first, _ = world.enqueue(), world.enqueue()
        moment = world.wait_moment(draws, first)
        send(window.process, number)
        world.tell(f"{number.name} to the dashboard that holds the queue, {moment}")
        if number is signal.SIGSTOP:
            time.sleep(draws.uniform(0.2, 1.5))
            send(window.process, signal.SIGCONT)
        else:
            wait_for(lambda: window.terminal.process.poll() is not None, f"a dashboard ends of {number.name}")

    return hit


def kill_standby(number: signal.Signals) -> Fault:
    """Return the fault: who keeps the queue going without a dashboard gets a signal while a run trains, one waits."""

    def hit(world: World, draws: Random) -> None:
        first, second = world.enqueue(), world.enqueue()
        moment = world.wait_moment(draws, first)
        send(world.standby(), number)
        world.tell(f"{number.name} to the standby {moment}")
        if second.state is State.LOST:
            raise Broken("a waiting run is lost with the standby")
        queue.ensure_standby(world.root)

    return hit


def kill_two(who: str) -> Fault:
    """Return the fault: two are killed at the same moment."""

    def hit(world: World, draws: Random) -> None:
        window = world.open_window() if "dashboard" in who else None
        first, _ = world.enqueue(), world.enqueue()
        moment = world.wait_moment(draws, first)
        victims = {
            "worker": first.process(),
            "dashboard": window.process if window else 0,
            "standby": world.standby() if "standby" in who else 0,
        }
        for name in who.split(" and "):
            send(victims[name], signal.SIGKILL)
        world.tell(f"kill -9 {who} {moment}")
        if "standby" in who:
            queue.ensure_standby(world.root)

    return hit
