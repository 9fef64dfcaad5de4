"""The form's line for a shell: what the command makes of it is exactly what the form shows."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from tests.configurations import CONFIGURATIONS
from vitdash import cli, presets
from vitdash.config import RunConfig
from vitdash.run import launch
from vitdash.ui.form.command_line import Ground, command_line, ground


class Created(Exception):  # noqa: N818 - it ends the command where the run would begin
    """Carries what the command was about to create."""


def understood(line: str, monkeypatch: pytest.MonkeyPatch) -> tuple[RunConfig, Path, str]:
    """Return configuration, folder and name that the installed command makes of a line as a shell splits it."""
    program, *words = shlex.split(line)
    assert program == "vitdash"
    made: list[tuple[RunConfig, Path, str]] = []

    def create(config: RunConfig, root: Path, name: str, _command: tuple[str, ...]) -> None:
        made.append((config, root, name))
        raise Created

    monkeypatch.setattr(launch, "create", create)
    result = CliRunner().invoke(cli.app, words)
    assert made, result.output
    return made[0]


def test_the_line_gives_exactly_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsed by the command itself, with a name of its own and the usual folder."""
    config = presets.load("vit-l8-h8").replace(
        {"heads": 4, "learning_rate": 1.5e-3, "optimizer": "sgd", "momentum": 0.5, "probes": (), "keep_optimizer": True}
    )
    line = command_line(config, "my-run", ground(config, Path("runs")))
    assert line.text.startswith("vitdash train --preset vit-l8-h8 --set heads=4 --set optimizer=sgd ")
    again, root, name = understood(line.text, monkeypatch)
    assert (again, root, name) == (config, Path("runs"), "my-run")
    assert again.fingerprint() == config.fingerprint()


def test_an_untouched_preset_needs_no_more_than_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest line that does it."""
    config = presets.load_for_new_run("cnn")
    line = command_line(config, "cnn", ground(config, Path("runs")))
    assert line.text == "vitdash train --preset cnn"
    assert understood(line.text, monkeypatch)[0] == config


def test_runs_kept_elsewhere_are_kept_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder with a space and a quote in it survives the shell."""
    config = presets.load("cnn").replace({"data_dir": "/somewhere/it's here"})
    elsewhere = tmp_path / "other runs"
    line = command_line(config, "cnn", ground(config, elsewhere))
    again, root, _ = understood(line.text, monkeypatch)
    assert (again, root) == (config, elsewhere)


def test_the_user_s_own_device_is_undone_where_the_form_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The command begins with the config file's device, so the line has to name the form's."""
    (tmp_path / "config.toml").write_text('[compute]\ndevice = "cpu"\nthreads = 3\n')
    monkeypatch.setenv("VITDASH_CONFIG", str(tmp_path / "config.toml"))
    config = presets.load("cnn")
    line = command_line(config, "cnn", ground(config, Path("runs")))
    assert understood(line.text, monkeypatch)[0] == config


def test_a_preset_that_is_gone_has_no_line_and_says_so() -> None:
    """A run outlives the preset that it was made from."""
    import dataclasses

    config = presets.load("cnn")
    gone = dataclasses.replace(config, description=dataclasses.replace(config.description, preset="gone"))
    line = command_line(gone, "gone", ground(gone, Path("runs")))
    assert line.words == ()
    assert "there is no preset 'gone'" in line.problem
    assert "Save" in line.problem


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(config=CONFIGURATIONS)
def test_any_configuration_has_its_line(config: RunConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against any preset of its architecture: here, that of all defaults."""
    bare = RunConfig(description=config.description, model=type(config.model)())
    with monkeypatch.context() as patched:
        patched.setattr(presets, "load_for_new_run", lambda _: bare)
        words = command_line(config, "a-name", Ground(bare)).words
        if words[3].startswith("-"):
            return
        again = understood(shlex.join(words), patched)[0]
    assert list(again.knobs()) == list(config.knobs())
