"""Completion in the shells themselves, and what they are answered: candidates, or nothing at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands import COMMAND, DEADLINE_SECONDS, environment, vitdash_each
from tests.recorded import finished, record
from vitdash import presets
from vitdash.completion import scripts


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a folder in which a run called `first` has finished."""
    cnn = presets.load("cnn")
    record(tmp_path / "runs", cnn, finished(cnn), name="first")
    return tmp_path


def in_shell(shell: str, script: str, world: Path) -> list[str]:
    """Run a script of the shell's after our own, and return the lines it printed; skip loudly without the shell."""
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"{shell} is not installed: completion in it is not tested")
    flags = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    path = f"{Path(COMMAND[0]).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [found, *flags, "-c", script],
        cwd=world,
        env=environment() | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


BASH = """
eval "$(vitdash completion bash)"
complete -p vitdash
compopt() { echo "compopt $*"; }
press_tab() { COMP_LINE=$1; COMP_POINT=${#1}; _vitdash vitdash; echo "${COMPREPLY[*]}"; }
press_tab "vitdash st"
press_tab "vitdash show fi"
press_tab "vitdash train --preset cnn --set learning"
press_tab "vitdash train --preset cnn --set loss="
press_tab "vitdash train --preset 'cn"
press_tab "vitdash nonsense "
"""
ZSH = """
compdef() { print compdef $*; }
_describe() { print -l - "${(@P)3}" ${@[4,-1]}; }
_files() { print files; }
eval "$(vitdash completion zsh)"
press_tab() { words=("$@"); CURRENT=$#words; PREFIX=$words[-1]; _vitdash; }
press_tab vitdash st
press_tab vitdash show fi
press_tab vitdash train --preset cnn --set learning
press_tab vitdash train --preset "'cnn'" --set loss=c
press_tab vitdash nonsense ""
"""
FISH = """
vitdash completion fish | source
complete -C 'vitdash st'
complete -C 'vitdash show fi'
complete -C 'vitdash train --preset cnn --set learning'
complete -C "vitdash train --preset 'cnn' --set loss=c"
complete -C 'vitdash nonsense ru'
"""


def test_bash_completes(world: Path) -> None:
    """Only what comes after the `=` is put in, for bash breaks the word there; after `knob=` there is no space."""
    assert in_shell("bash", BASH, world) == [
        "complete -o default -F _vitdash vitdash",
        "stop",
        "first",
        "compopt -o nospace",
        "learning_rate=",
        "l2 cross-entropy",
        "cnn",
        "",
    ]


def test_zsh_completes(world: Path) -> None:
    """With a word about each; files where we have nothing to offer."""
    assert in_shell("zsh", ZSH, world) == [
        "compdef _vitdash vitdash",
        "stop:Stop a run with a checkpoint, to be resumed later.",
        "first:finished",
        "learning_rate=:Step size before the schedule.",
        "-S",
        "loss=cross-entropy",
        "files",
    ]


def test_fish_completes(world: Path) -> None:
    """With a word about each; files where we have nothing to offer."""
    assert in_shell("fish", FISH, world) == [
        "stop\tStop a run with a checkpoint, to be resumed later.",
        "first\tfinished",
        "learning_rate=\tStep size before the schedule.",
        "loss=cross-entropy",
        "runs/",
    ]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_zsh_and_fish_are_told_about_each_candidate(world: Path, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    """The protocol, which needs no shell: the words so far, and a line each."""
    monkeypatch.setenv("VITDASH_COMPLETE", shell)
    run, knob = vitdash_each([["show", "f"], ["train", "--set", "loss=l"]], world)
    assert (run.stdout, knob.stdout) == ("first\tfinished\n", "loss=l2\n")


def test_bash_is_told_what_to_put_in_after_its_last_break(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It breaks words where COMP_WORDBREAKS says; a user may have changed that."""
    monkeypatch.setenv("VITDASH_COMPLETE", "bash")
    monkeypatch.setenv("VITDASH_LINE", "vitdash train --set=loss=c")
    monkeypatch.setenv("VITDASH_BREAKS", " \t\n\"'><=;|&(:")
    (broken,) = vitdash_each([[]], world)
    monkeypatch.setenv("VITDASH_BREAKS", " \t\n")
    (whole,) = vitdash_each([[]], world)
    assert (broken.stdout, whole.stdout) == ("cross-entropy\n", "--set=loss=cross-entropy\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "", "csh"])
def test_trouble_of_ours_never_appears_in_a_line_that_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    """Runs that cannot be listed, a preset that is none, a line that is nonsense: nothing is offered, nothing said."""
    (tmp_path / "file").write_text("")
    (tmp_path / "bad.toml").write_bytes(b"\\xff")
    words = [
        ["show", "--runs-dir", "file", ""],
        ["train", "--preset", "bad.toml", "--set", "\x1b[2J="],
        ["train", "--set", "no_such_knob="],
        ["--version", "--", "-", "x"],
        [],
    ]
    monkeypatch.setenv("VITDASH_COMPLETE", shell)
    monkeypatch.setenv("VITDASH_LINE", "vitdash show --runs-dir file ")
    for result in vitdash_each(words, tmp_path):
        assert (result.returncode, result.stderr) == (0, "")
        assert "\x1b" not in result.stdout


def test_a_shell_without_completion_is_refused(tmp_path: Path) -> None:
    """And a script for the others says how it is installed."""
    refused, near, *printed = vitdash_each(
        [["completion", name] for name in ("nushell", "zhs", *scripts.SHELLS)], tmp_path
    )
    assert refused.stderr == "vitdash: SHELL: nothing completes 'nushell'. There is: bash, zsh or fish.\n"
    assert near.stderr == "vitdash: SHELL: nothing completes 'zhs'. Did you mean 'zsh'?\n"
    for shell, result in zip(scripts.SHELLS, printed, strict=True):
        assert result.stdout == scripts.read(shell)
        assert f"vitdash completion {shell}" in "".join(result.stdout.splitlines()[:2])
