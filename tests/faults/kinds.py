"""The kinds of faults: each is what befalls the runs of one case, up to where they may go on undisturbed."""

from __future__ import annotations

from signal import Signals

from tests.faults import damage, signals
from tests.faults.signals import Fault

KINDS: dict[str, Fault] = {
    "worker KILL": signals.kill_worker,
    "worker TERM": signals.end_worker(Signals.SIGTERM),
    "worker INT": signals.end_worker(Signals.SIGINT),
    "worker HUP": signals.hang_up_worker,
    "worker STOP": signals.suspend_worker,
    "dashboard KILL": signals.end_dashboard(Signals.SIGKILL),
    "dashboard TERM": signals.end_dashboard(Signals.SIGTERM),
    "dashboard INT": signals.end_dashboard(Signals.SIGINT),
    "dashboard HUP": signals.end_dashboard(Signals.SIGHUP),
    "dashboard STOP": signals.end_dashboard(Signals.SIGSTOP),
    "standby KILL": signals.kill_standby(Signals.SIGKILL),
    "standby TERM": signals.kill_standby(Signals.SIGTERM),
    "worker and dashboard KILL": signals.kill_two("worker and dashboard"),
    "worker and standby KILL": signals.kill_two("worker and standby"),
    "dashboard and standby KILL": signals.kill_two("dashboard and standby"),
    "log torn": damage.tear_log,
    "log cut, power gone": damage.cut_power,
    "checkpoint cut": damage.damage_checkpoint("cut"),
    "checkpoint altered": damage.damage_checkpoint("altered"),
    "checkpoint removed": damage.damage_checkpoint("removed"),
    "disk full": damage.fill_disk,
    "folder read-only": damage.forbid_writing,
    "clock set": damage.set_clock,
    "machine restarted": damage.restart_machine,
    "two dashboards, readers": damage.crowd,
    "resumed twice at once": damage.resume_twice,
}
