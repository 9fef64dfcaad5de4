"""Sweeps: what a matrix comes to, what of it is there already, and that going on is the same again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import finished, record, started
from tests.run.bare_runs import rewrite
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.run import known, labels, machine, queue, state, store, sweep
from vitdash.run.known import Known
from vitdash.run.state import State
from vitdash.run.states import States
from vitdash.run.store import Run
from vitdash.run.summary import Figures
from vitdash.run.sweep import Plan, Wanted

SMALL = {"dataset": "digits", "width": "4", "code_size": "16", "max_inputs": "1500"}


def wanted(*presets_: str, **given: Any) -> Wanted:
    return Wanted(presets_ or ("cnn",), **{"settings": SMALL, **given})


def planned(*presets_: str, **given: Any) -> Plan:
    return sweep.plan(wanted(*presets_, **given), Known())


@pytest.fixture
def lined_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Plan], sweep.Launched]:
    """Return what launches a plan; nobody starts what waits then."""
    monkeypatch.setattr(queue, "ensure_standby", lambda _: None)
    return lambda plan: sweep.launch_all(plan.members, plan.name, root, ("sweep",))


RATES = {"learning_rate": ("3e-4", "1e-3")}


def test_each_combination_has_each_seed_and_the_first_seed_comes_first() -> None:
    """A sweep that is cut short has said something about each combination."""
    plan = planned(matrix=RATES, seeds=(0, 1))
    assert [member.name for member in plan.members] == [
        "cnn-lr0.0003-s0", "cnn-lr0.001-s0", "cnn-lr0.0003-s1", "cnn-lr0.001-s1",
    ]  # fmt: skip
    assert [dict(member.values) for member in plan.members][1] == {"learning_rate": 0.001, "seed": 0}
    configs = [member.config for member in plan.members]
    assert [(config.optim.learning_rate, config.train.seed) for config in configs] == [
        (3e-4, 0), (1e-3, 0), (3e-4, 1), (1e-3, 1),
    ]  # fmt: skip
    assert all(member.fate == "new" for member in plan.members)
    assert (plan.combinations, plan.filtered, plan.same) == (4, 0, 0)
    assert len({member.fingerprint for member in plan.members}) == 4
    for member in plan.members:
        member.config.check()


def test_several_presets_have_each_their_own_matrix_and_the_typed_one(tmp_path: Path) -> None:
    """What is typed comes before what a preset states for the same knob."""
    mine = tmp_path / "mine.toml"
    mine.write_text("[model]\narchitecture='cnn'\nwidth=4\n[matrix]\nkernel=[3, 5]\nlearning_rate=[0.5]\nseed=[4, 5]\n")
    plan = planned(str(mine), "cnn", settings={"dataset": "digits"}, matrix=RATES)
    assert [dict(member.values) for member in plan.members if member.config.description.preset == "cnn"] == [
        {"learning_rate": 3e-4},
        {"learning_rate": 1e-3},
    ]
    own = [dict(member.values) for member in plan.members if member.config.description.preset == "mine"]
    assert len(own) == 8
    assert own[0] == {"kernel": 3, "learning_rate": 3e-4, "seed": 4}
    assert own[-1] == {"kernel": 5, "learning_rate": 1e-3, "seed": 5}
    seeded = planned(str(mine), settings={}, seeds=(9,))
    assert {member.config.train.seed for member in seeded.members} == {9}


def test_the_filter_leaves_out_what_would_not_fit_together() -> None:
    """It is asked before a combination is checked; the number of parameters only where that is reached."""
    varied = {"heads": ("4", "7", "12"), "hidden": ("64", "84")}
    plan = planned(
        "vit-l4-h16", settings={"patch": "7"}, matrix=varied, filter="hidden % heads == 0 and parameters < 1e9"
    )
    assert [dict(member.values) for member in plan.members] == [
        {"heads": 4, "hidden": 64},
        {"heads": 4, "hidden": 84},
        {"heads": 7, "hidden": 84},
        {"heads": 12, "hidden": 84},
    ]
    assert plan.filtered == 2
    one = planned(matrix=RATES, seeds=(0, 1), filter="seed == 0 or learning_rate < 5e-4")
    assert [member.name for member in one.members] == ["cnn-lr0.0003-s0", "cnn-lr0.001-s0", "cnn-lr0.0003-s1"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "--matrix: nothing is varied: this would be a single run."),
        ({"matrix": {"width": ("4", "8")}}, "--matrix: width is given to --set too."),
        ({"matrix": {"kernel": ("3", "29")}}, "--matrix: cnn with kernel=29: kernel: 29 is larger than the image side"),
        ({"matrix": {"heads": ("3",)}}, "--matrix: heads: is a knob of ViT, not of CNN."),
        ({"matrix": {"seed": ("1", "2")}, "seeds": (1, 2)}, "--seeds: the seed is given to --matrix or --set too."),
        ({"matrix": RATES, "seeds": (2**60,)}, "--seeds: '1152921504606846976' is not allowed."),
        ({"matrix": RATES, "filter": "kernel > 3"}, "--filter: leaves none of the 2 combinations: kernel > 3"),
        ({"matrix": RATES, "filter": "kernle > 3"}, "--filter: at character 1, 'kernle': "),
        ({"matrix": RATES, "filter": "accuracy > 0.9"}, "--filter: at character 1, 'accuracy': "),
        ({"matrix": RATES, "filter": "kernel >"}, "--filter: at character 9, the end: "),
        ({"matrix": RATES, "name": "no tag"}, "--name: 'no tag' is no tag."),
        ({"matrix": {"momentum": ("0.5", "0.9")}}, "--matrix: cnn with momentum=0.5: momentum: has no effect while"),
        ({"settings": {"lerning_rate": "1"}, "seeds": (1, 2)}, "lerning_rate: is no knob of CNN."),
    ],
)
def test_a_mistake_is_told_with_combination_and_knob(given: dict[str, Any], sentence: str) -> None:
    """One sentence, before anything is made."""
    with pytest.raises(InputError) as refused:
        planned(**given)
    assert str(refused.value).startswith(sentence)


def test_a_million_combinations_are_refused_before_any_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is told, and no value was so much as read."""
    many = tuple(map(str, range(1, 101)))
    monkeypatch.setattr(RunConfig, "checked", None)
    varied = {"width": many, "code_size": many, "batch_size": many}
    with pytest.raises(InputError, match="these are 1,000,000 combinations; a sweep has at most 10,000"):
        sweep.plan(Wanted(("cnn",), matrix=varied), Known())


def test_what_another_preset_computes_too_is_trained_once() -> None:
    """Two presets that differ in one knob meet where the matrix varies it."""
    plan = planned("vit-l4-h4", "vit-l4-h8", settings={}, matrix={"heads": ("4", "8")})
    assert (len(plan.members), plan.same) == (2, 2)


def test_runs_wait_in_order_under_the_sweeps_tag(root: Path, lined_up: Callable[[Plan], sweep.Launched]) -> None:
    """Each is an ordinary run that keeps what was typed, its threads fixed."""
    plan = planned(matrix=RATES, seeds=(0, 1))
    done = lined_up(plan)
    waiting = queue.waiting(root, States(root).look())
    assert [run.id for run in waiting] == [run.id for run in done.created]
    assert [store.shown_name(run) for run in waiting] == [member.name for member in plan.members]
    assert {labels.read(run).tags for run in waiting} == {(plan.name,)} == {("cnn-by-learning_rate",)}
    assert [store.read_config(run).fingerprint() for run in waiting] == [item.fingerprint for item in plan.members]
    assert store.read_config(waiting[0]).compute.threads == 1
    assert waiting[0].read_claim().command == ("sweep",)


def test_the_same_again_goes_on_with_what_is_left(root: Path, lined_up: Callable[[Plan], sweep.Launched]) -> None:
    """Finished, running and waiting members are left alone; lost, stopped and failed ones go on, first in the line."""
    asked = wanted(matrix=RATES, seeds=(0, 1, 2))
    first = lined_up(sweep.plan(asked, known.survey(root)))
    claims = ["finished", "stopped", "failed", "lost"]
    for run, claim in zip(first.created, claims, strict=False):
        rewrite(run, claim="running" if claim == "lost" else claim, boot_id="an earlier one")
    plan = sweep.plan(asked, known.survey(root))
    fates = [member.fate for member in plan.members]
    assert fates == ["finished", "goes on", "goes on", "goes on", "queued", "queued"]
    assert len(plan.to_do) == 3
    second = lined_up(plan)
    assert second.created == ()
    assert second.problems == ()
    assert second.resumed == first.created[1:4]
    waiting = queue.waiting(root, States(root).look())
    assert [run.id for run in waiting] == [run.id for run in (*first.created[1:4], *first.created[4:])]
    assert len(store.all_runs(root)) == 6
    anew = sweep.plan(wanted(matrix=RATES, seeds=(0, 1, 2), again=True), known.survey(root))
    assert len(anew.to_do) == 6


def test_what_waits_already_is_given_its_turn_by_somebody(
    root: Path, lined_up: Callable[[Plan], sweep.Launched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After everything was killed nobody may be left who starts what waits, though nothing is to be lined up."""
    lined_up(sweep.plan(wanted(matrix=RATES), known.survey(root)))
    asked: list[Path] = []
    monkeypatch.setattr(queue, "ensure_standby", asked.append)
    plan = sweep.plan(wanted(matrix=RATES), known.survey(root))
    assert (plan.to_do, plan.untagged) == ((), ())
    assert sweep.launch_all(plan.members, plan.name, root, ("sweep",)) == sweep.Launched()
    assert asked == [root]


def test_runs_of_others_that_run_or_wait_are_counted(root: Path, lined_up: Callable[[Plan], sweep.Launched]) -> None:
    """They take their places in the queue too; a member that is there already is none of them."""
    lined_up(sweep.plan(wanted(matrix=RATES), known.survey(root)))
    assert sweep.plan(wanted(matrix=RATES, seeds=(0, 1)), known.survey(root)).others == 0
    assert sweep.plan(wanted(matrix={"learning_rate": ("1e-3", "2e-3")}), known.survey(root)).others == 1


def test_a_run_from_elsewhere_that_computes_the_same_joins_the_sweep(
    root: Path, lined_up: Callable[[Plan], sweep.Launched]
) -> None:
    """It is not trained a second time, and the sweep's tag finds it."""
    config = presets.load("cnn")
    config = config.replace(config.parse(SMALL) | {"learning_rate": 1e-3, "threads": 7})
    there = record(root, config, finished(config), name="by-hand")
    plan = sweep.plan(wanted(matrix=RATES, name="rates"), known.survey(root))
    assert [member.fate for member in plan.members] == ["new", "finished"]
    assert [member.name for member in plan.untagged] == ["cnn-lr0.001"]
    assert lined_up(plan).tagged == (there,)
    assert labels.read(there).tags == ("rates",)
    assert len(store.all_runs(root)) == 2


def test_of_several_that_compute_the_same_the_furthest_counts(root: Path) -> None:
    """One that is stopped is not gone on with where another is finished."""
    config = presets.load("cnn")
    config = config.replace(config.parse(SMALL))
    record(root, config, [started(config)], name="halted", claim="stopped")
    over = record(root, config, finished(config), name="over")
    record(root, config, [started(config)], name="halted", claim="stopped")
    found = known.survey(root).like(config.fingerprint())
    assert found is not None
    assert (found.run, found.state) == (over, State.FINISHED)


def test_time_is_told_from_what_was_measured(root: Path) -> None:
    """Of a member that nothing like was measured it is not known; two at once take half the time."""
    config = presets.load("cnn")
    config = config.replace(config.parse(SMALL))
    record(root, config, finished(config), name="over")
    found = known.survey(root)
    varied = {"learning_rate": ("3e-4", "1e-3", "2e-3")}
    asked = wanted(settings=SMALL | {"threads": str(machine.cores())}, matrix=varied)
    one, two = (sweep.plan(asked, found, jobs) for jobs in (1, 2))
    times = [member.seconds for member in one.members]
    assert times[0] == 0
    assert times[1]
    assert one.seconds == pytest.approx(times[1] * 2)
    assert two.seconds == pytest.approx(one.seconds / 2)
    assert sweep.plan(wanted(matrix={"kernel": ("3", "5")}), found).unknown == 1


def test_the_time_is_that_of_the_run_that_was_timed_last(root: Path) -> None:
    """Not of the one whose id is the last: a sweep's runs are created in one moment."""
    config = presets.load("cnn")
    config = config.replace(config.parse(SMALL) | {"threads": 1})

    def seen(name: str, pace: float, last_time: float) -> known.Seen:
        figures = Figures(images_per_second=pace, images_seen=1500, last_time=last_time)
        return known.Seen(Run(root / name), State.STOPPED, config.replace({"seed": int(pace)}), figures, name)

    found = Known([seen("slow-today", 10.0, 200.0), seen("fast-yesterday", 1000.0, 100.0)])
    (member, _) = sweep.plan(wanted(seeds=(5, 6)), found).members
    assert member.expected.source == "as in slow-today: 10/s"
    assert member.seconds == 150.0


def test_threads_that_were_stated_stay(root: Path) -> None:
    """It is one unless somebody says otherwise: the last bits of a result depend on it, so it must not be the jobs'."""
    stated = sweep.plan(wanted(settings=SMALL | {"threads": "3"}, matrix=RATES), Known(), jobs=2)
    assert {member.config.compute.threads for member in stated.members} == {3}
    many = sweep.plan(wanted(matrix=RATES), Known(), jobs=64)
    assert {member.config.compute.threads for member in many.members} == {1}


def test_names_say_what_varies_and_stay_within_bounds() -> None:
    """Initials where they tell the knobs apart, whole names where they do not."""
    plan = planned(
        "vit-l4-h16", settings={}, matrix={"heads": ("4", "8"), "hidden": ("64", "128"), "augment": ("none",)}
    )
    assert plan.members[0].name == "vit-l4-h16-heads4-hidden64-anone"
    assert plan.name == "vit-l4-h16-by-heads+hidden+augment"
    everything = {"learning_rate": ("0.00012345678",), "weight_decay": ("0.012345678",), "batch_size": ("64",)}
    spelled = planned("cnn", "vit-l4-h16", settings={}, matrix={"learning_rate": ("1e-3",), "weight_decay": ("0.1",)})
    assert spelled.name == "cnn+vit-l4-h16-by-lr+wd"
    long = planned("vit-l8-h12-d768", settings={}, matrix=everything | {"warmup_images": ("123456789",)}, seeds=(0, 1))
    assert len({member.name for member in long.members}) == 2
    assert all(len(member.name) <= 60 for member in long.members)
    assert len(long.name) <= 40


def test_as_many_train_at_once_as_there_are_cores_and_memory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More stay if somebody has said so; a GPU's queue is left as it is."""
    root.mkdir()
    monkeypatch.setattr(machine, "has_gpus", lambda: False)
    monkeypatch.setattr(machine, "cores", lambda: 8)
    monkeypatch.setattr(machine, "memory", lambda: 64_000_000_000)
    assert sweep.usual_jobs(root) == 8
    monkeypatch.setattr(machine, "memory", lambda: 4_000_000_000)
    assert sweep.usual_jobs(root) == 2
    monkeypatch.setattr(machine, "memory", lambda: 1_000_000_000)
    assert sweep.usual_jobs(root) == 1
    queue.set_jobs(root, 3)
    assert sweep.usual_jobs(root) == 3
    monkeypatch.setattr(machine, "memory", lambda: 64_000_000_000)
    monkeypatch.setattr(machine, "has_gpus", lambda: True)
    assert sweep.usual_jobs(root) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(root: Path, lined_up: Callable[[Plan], sweep.Launched]) -> None:
    """One sentence, and nothing is half there."""
    root.mkdir()
    root.chmod(0o555)
    with pytest.raises(InputError, match="cannot hold runs"):
        lined_up(planned(matrix=RATES))
    root.chmod(0o755)
    assert store.all_runs(root) == []


def test_a_member_that_cannot_go_on_keeps_no_other_from_it(
    root: Path, lined_up: Callable[[Plan], sweep.Launched]
) -> None:
    """What is the matter is told of each."""
    done = lined_up(planned(matrix=RATES))
    for run in done.created:
        rewrite(run, claim="stopped")
    plan = sweep.plan(wanted(matrix=RATES), known.survey(root))
    rewrite(done.created[0], claim="finished")
    again = lined_up(plan)
    assert again.resumed == done.created[1:]
    assert again.problems == (
        f"{done.created[0].id}: is finished; there is nothing to go on with. "
        f"Extend it with: vitdash resume {done.created[0].id} --max-inputs IMAGES",
    )
    assert state.derive(done.created[1]) is State.QUEUED
