"""What is deleted is gone whole, what is pruned loses only what was said, and no run that lives is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import diagnosed, save_diagnostics
from tests.run.bare_runs import bare_run, rewrite
from tests.run.rights import nobody, open_to_all
from vitdash.errors import InputError, RunError
from vitdash.run import disk, labels, lock, removal, state, store
from vitdash.run.removal import HIDDEN, clean, consider, delete, prunable, prune, weigh
from vitdash.run.state import State
from vitdash.run.store import Run


def trained(root: Path, claim: str = "finished", **changes: Any) -> Run:
    """Make a run with checkpoints of 300 and 200 bytes and three diagnostics."""
    run = bare_run(root, [], claim=claim, **changes)
    run.checkpoint.write_bytes(b"x" * 300)
    run.best.write_bytes(b"x" * 200)
    for position in (640, 1280, 1920):
        save_diagnostics(run, diagnosed([[1, 0], [0, 1]], ("cat", "dog"), position))
    return run


def names_in(folder: Path) -> list[str]:
    """Return everything in a folder, hidden files included."""
    return sorted(os.listdir(folder))  # noqa: PTH208 - names are what the test is about


def test_a_deleted_run_is_gone(root: Path) -> None:
    """With all that lies in it, and nothing else; its size was said before."""
    run, other = trained(root), trained(root)
    labels.change(run, name="baseline")
    found = consider(run)
    assert (found.run, found.name, found.state, found.bytes) == (run, "baseline", State.FINISHED, disk.used(run.path))
    assert found.bytes > 500
    assert delete(run) >= found.bytes
    assert names_in(root) == [other.id]


@pytest.mark.parametrize("claim", ["queued", "stopped", "failed", "running"])
def test_whatever_does_not_live_can_be_deleted(root: Path, claim: str) -> None:
    """A run that says it is running and has no worker is lost."""
    delete(trained(root, claim))
    assert names_in(root) == []


@pytest.mark.parametrize("claim", ["running", "paused", "starting"])
def test_a_run_that_lives_is_neither_deleted_nor_pruned(root: Path, claim: str) -> None:
    """It must be stopped first; the sentence says how."""
    run = trained(root, claim)
    held = lock.acquire(run.lock)
    for act in (consider, delete, weigh):
        with pytest.raises(InputError, match=rf"is {claim}; stop it first\. With: vitdash stop {run.id}"):
            act(run)
    assert held
    held.release()
    assert run.checkpoint.exists()


def test_a_worker_that_is_on_its_way_protects_its_run(root: Path) -> None:
    """It was launched a moment ago and has not taken its lock yet."""
    with pytest.raises(InputError, match="is starting; stop it first"):
        delete(trained(root, "starting"))


def test_a_lock_that_somebody_holds_protects_a_run_whatever_it_claims(root: Path) -> None:
    """Someone resumes it just now, or its claim cannot be read at all."""
    run, broken = trained(root), trained(root)
    (broken.path / "run.json").write_text("{")
    for taken in (run, broken):
        held = lock.acquire(taken.lock)
        with pytest.raises(InputError, match="is running; stop it first"):
            delete(taken)
        assert held
        held.release()
    assert names_in(root) == sorted([run.id, broken.id])


def test_a_run_that_went_on_between_look_and_lock_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its new claim tells: the worker comes for the lock that we hold."""
    run = trained(root, "stopped")
    acquire = lock.acquire

    def resumed_before(path: Path) -> Any:
        rewrite(run, claim="starting")
        return acquire(path)

    monkeypatch.setattr(lock, "acquire", resumed_before)
    with pytest.raises(InputError, match="is going on; stop it first"):
        delete(run)
    assert names_in(root) == [run.id]


def test_nobody_can_resume_a_run_while_it_is_deleted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is held from before it is hidden until it is gone."""
    run = trained(root)
    held = []
    remove = shutil.rmtree

    def looked_at(path: Path) -> None:
        held.append((lock.is_held(path / "lock"), store.all_runs(root), names_in(root)))
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", looked_at)
    delete(run)
    assert held == [(True, [], [f"{HIDDEN}{run.id}"])]


def test_a_run_whose_claim_cannot_be_read_can_be_deleted(root: Path) -> None:
    """It is in every list until it is."""
    run = trained(root)
    (run.path / "run.json").write_text("{")
    assert (consider(run).state, consider(run).name) == (None, run.id)
    delete(run)
    assert names_in(root) == []


def test_a_run_of_another_machine_is_deleted_only_if_insisted(root: Path) -> None:
    """It may be going on there: from here nobody can tell."""
    run = trained(root, "running", host="elsewhere.example", boot_id="another")
    for act in (consider, delete, weigh):
        with pytest.raises(InputError, match=r"belongs to the machine 'elsewhere\.example', where it may be running"):
            act(run)
    consider(run, elsewhere=True)
    delete(run, elsewhere=True)
    assert names_in(root) == []


def test_a_link_leads_to_nothing_that_is_deleted(root: Path, tmp_path: Path) -> None:
    """Neither a run that is a link, nor what a link within a run leads to."""
    precious = tmp_path / "precious"
    outside = trained(precious)
    root.mkdir()
    linked = Run(root / outside.id)
    linked.path.symlink_to(outside.path)
    for act in (consider, delete, weigh):
        with pytest.raises(InputError, match="is a link to another place"):
            act(linked)
    assert prunable(root) == []
    run = trained(root)
    (run.path / "more").symlink_to(precious)
    (run.path / "weights").symlink_to(outside.checkpoint)
    delete(run)
    assert outside.checkpoint.stat().st_size == 300
    assert len(names_in(outside.path)) == 5


def test_a_lock_that_is_a_link_is_not_followed(root: Path, tmp_path: Path) -> None:
    """Taking it would make a file somewhere else."""
    run = trained(root)
    run.lock.symlink_to(tmp_path / "made")
    with pytest.raises(RunError, match="cannot be locked: Too many levels of symbolic links"):
        delete(run)
    assert not (tmp_path / "made").exists()


def test_a_deletion_that_was_interrupted_is_ended_by_the_next(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed midway, half a run lies hidden; no list shows it. What only looks like one stays."""
    run, other = trained(root), trained(root)

    def killed(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            delete(run)
    assert names_in(root) == sorted([f"{HIDDEN}{run.id}", other.id])
    assert store.all_runs(root) == [other]
    (root / f"{HIDDEN}link").symlink_to(other.path)
    (root / ".hidden").mkdir()
    clean(root)
    assert names_in(root) == sorted([".hidden", f"{HIDDEN}link", other.id])
    assert other.checkpoint.exists()
    clean(root / "missing")


def test_what_cannot_be_deleted_is_said() -> None:
    """A read-only folder keeps its runs, whole; of a run with a read-only folder in it the rest lies hidden."""
    with open_to_all() as folder:
        shared = folder / "runs"
        shared.mkdir()
        shared.chmod(0o777)
        with nobody():
            theirs = trained(shared)
        shared.chmod(0o555)
        with nobody(), pytest.raises(RunError, match=f"{theirs.id}: cannot be deleted: Permission denied"):
            delete(theirs)
        assert theirs.checkpoint.exists()
        shared.chmod(0o777)
        theirs.diagnostics.chmod(0o555)
        with nobody(), pytest.raises(RunError, match=r"not all of its files can be removed: Permission denied\. What"):
            delete(theirs)
        assert store.all_runs(shared) == []


def test_pruning_takes_the_checkpoints_and_leaves_the_rest(root: Path) -> None:
    """Figures and curves stay; asked for, the diagnostics go but for the last."""
    run = trained(root)
    (run.path / ".checkpoint.pt.1-1.tmp").write_bytes(b"x" * 7)
    found = weigh(run)
    assert [path.name for path in found.files] == ["checkpoint.pt", "best.pt", ".checkpoint.pt.1-1.tmp"]
    assert (found.bytes, prune(found)) == (507, 507)
    assert names_in(run.path) == ["diagnostics", "events.jsonl", "lock", "run.json"]
    assert state.derive(run) is State.FINISHED
    assert removal.describe(weigh(run, with_diagnostics=True))["files"] == [
        "diagnostics/000000000640.json",
        "diagnostics/000000001280.json",
    ]
    prune(weigh(run, with_diagnostics=True))
    assert names_in(run.diagnostics) == ["000000001920.json"]
    assert weigh(run, with_diagnostics=True).files == ()


def test_the_best_weights_can_be_kept(root: Path) -> None:
    """They are a model all the same."""
    run = trained(root)
    prune(weigh(run, keep_best=True))
    assert run.best.exists()
    assert not run.checkpoint.exists()


def test_finished_runs_are_pruned_others_only_by_name(root: Path) -> None:
    """What could still go on needs its checkpoint."""
    done = trained(root)
    for claim in ("stopped", "failed", "running", "queued"):
        trained(root, claim)
    (trained(root).path / "run.json").write_text("{")
    assert prunable(root) == [done]
    assert prune(weigh(trained(root, "stopped"))) == 500


def test_a_run_that_went_on_after_the_look_is_not_pruned(root: Path) -> None:
    """Between question and answer anything may happen."""
    run = trained(root, "stopped")
    found = weigh(run)
    rewrite(run, claim="running")
    held = lock.acquire(run.lock)
    with pytest.raises(InputError, match="is running; stop it first"):
        prune(found)
    assert held
    held.release()
    assert run.checkpoint.exists()


def test_what_cannot_be_removed_is_said(root: Path) -> None:
    """A directory in place of a checkpoint is not ours."""
    run = trained(root)
    run.best.unlink()
    run.best.mkdir()
    with pytest.raises(RunError, match=r"best\.pt: cannot be removed: Is a directory"):
        prune(weigh(run))
