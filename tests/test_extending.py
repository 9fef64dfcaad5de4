"""docs/extending.md does what it says: its examples, taken out of it, train, are listed, shown and exported."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Result, vitdash, vitdash_each
from tests.extending import examples, write_files, write_package
from tests.recorded import progress, record, started
from vitdash import catalog, presets
from vitdash.run import store
from vitdash.run.events import Evaluated, Stopped
from vitdash.run.store import Run

PACKAGE = "vitdash_extras_under_test"


@pytest.fixture(autouse=True)
def _forget(no_plugins: None) -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the examples, and with a run of theirs in `runs`: trained by a real worker."""
    folder = tmp_path_factory.mktemp("world")
    given = [word for file in write_files(folder) for word in ("--plugin", file.name)]
    result = vitdash("train", "--preset", "mlp.toml", *given, "--quiet", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    (folder / "results.md").write_text(result.stdout)
    return folder


def only_run(folder: Path) -> Run:
    (run,) = store.all_runs(folder / "runs")
    return run


def named(folder: Path) -> str:
    """Return what VITDASH_PLUGINS is to be for the examples in a folder."""
    return os.pathsep.join(str(folder / name) for name in ("mlp.py", "bars.py", "centroid.py", "page.py"))


def test_every_example_is_short_and_complete() -> None:
    """A page that is to be copied from has nothing to be filled in."""
    modules = {name: text for name, text in examples().items() if name.endswith(".py")}
    assert len(modules) == 4
    assert all(len(text.splitlines()) < 40 for text in modules.values())


def test_the_examples_train_together_by_their_files(world: Path) -> None:
    """Architecture, data set and probe in one run: it learns, and says what it was made of."""
    heading, _, row = (world / "results.md").read_text().splitlines()
    columns = [cell.strip() for cell in heading.split("|")]
    cells = [cell.strip() for cell in row.split("|")]
    assert columns.index("centroid") > columns.index("training time")
    assert float(cells[columns.index("centroid")]) > 0.6
    assert float(cells[columns.index("accuracy (argmax)")]) > 0.6
    run = only_run(world)
    expected = {str(world / name): hashlib.sha256((world / name).read_bytes()).hexdigest() for name in (
        "mlp.py", "bars.py", "centroid.py", "page.py")}  # fmt: skip
    assert run.read_claim().plugins == expected
    assert run.log_tail() == ""


def test_such_a_run_is_read_with_its_plug_ins(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown with the probe's figure, exported by the example's exporter, named in the help."""
    monkeypatch.setenv("VITDASH_PLUGINS", named(world))
    commands = [
        ["show", "mlp"],
        ["export", "mlp", "--format", "page"],
        ["export", "--help"],
        ["export", "mlp", "--format", "json"],
    ]
    shown, page, explained, as_json = vitdash_each(commands, world)
    assert "centroid" in shown.stdout.split("[model]")[0]
    assert page.stdout.startswith("<!doctype html>\n<table>\n<tr><th>model</th>")
    assert "<th>centroid</th>" in page.stdout
    assert "markdown, csv, json, svg, tensorboard or page." in explained.stdout
    (described,) = json.loads(as_json.stdout)
    assert described["architecture"] == "mlp"
    assert 0 <= described["results"]["centroid"] <= 1


def stopped(folder: Path) -> Run:
    """Return a run of the examples that was stopped, as a worker leaves it."""
    catalog.add_files(folder / name for name in ("mlp.py", "bars.py", "centroid.py"))
    config = presets.load_file(folder / "mlp.toml")
    evaluated = Evaluated(images_seen=512, epoch=1.0, loss=0.2, accuracy=0.75)
    events = [started(config), progress(512), evaluated, Stopped(images_seen=512)]
    run = record(folder / "stopped", config, events, claim="stopped")
    files = {str(folder / name): "0" * 64 for name in ("mlp.py", "bars.py")}
    run.write_claim(dataclasses.replace(run.read_claim(), plugins=files))
    return run


def test_without_its_plug_ins_such_a_run_is_listed_and_the_rest_is_one_sentence(world: Path) -> None:
    """What its events say needs no plug-in; for what does, the sentence says which to give again."""
    run = stopped(world)
    where = ["--runs-dir", str(world / "stopped")]
    commands = [
        ["runs"],
        ["tail", "mlp"],
        ["show", "mlp"],
        ["export", "mlp"],
        ["resume", "mlp"],
        ["show", "mlp", "--plugin", "mlp.py"],
    ]
    listed, told, *refused, partly = vitdash_each([[*command, *where] for command in commands], world)
    assert "0.7500" in listed.stdout
    assert told.returncode == 0
    given = f"--plugin {world}/mlp.py --plugin {world}/bars.py"
    for result in refused:
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            f"vitdash: {run.id}: architecture 'mlp' and data set 'bars' and probe 'centroid' are not known here; "
            f"the run was started with {given}: give them again.\n"
        )
    assert "data set 'bars' and probe 'centroid' are not known here" in partly.stderr
    assert run.read_claim().claim == "stopped"


def test_all_four_come_from_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is named on the command line; listed, exported and judged, the same objects as by their files."""
    write_package(tmp_path / "site", PACKAGE)
    for file in (tmp_path / "site").rglob("entry_points.txt"):
        file.write_text(file.read_text().replace("vitdash_extras", PACKAGE))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.syspath_prepend(tmp_path / "site")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "mlp.toml").write_text(examples()["mlp.toml"])
    config = presets.load_file(folder / "mlp.toml")
    evaluated = Evaluated(images_seen=2048, epoch=4.0, loss=0.2, accuracy=0.75)
    record(
        folder / "runs",
        config,
        [started(config), progress(2048), evaluated, Stopped(images_seen=2048)],
        claim="stopped",
    )
    commands = [["presets", "show", "mlp.toml"], ["export", "mlp", "--format", "page"], ["show", "mlp"]]
    preset, page, shown = vitdash_each(commands, folder)
    assert [result.stderr for result in (preset, page, shown)] == ["", "", ""]
    assert 'architecture = "mlp"' in preset.stdout
    assert "<td>MLP</td>" in page.stdout
    assert "units" in shown.stdout
    assert type(config.model).__module__ == f"{PACKAGE}.mlp"
    assert catalog.PROBES["centroid"].__module__ == f"{PACKAGE}.centroid"
    facts = catalog.DATASETS["bars"]
    assert len(facts.loader(folder, lambda *_: None, lambda: False).train_images) == facts.train_images
    assert importlib.import_module("vitdash.run.provenance").of(config) == {PACKAGE.replace("_", "-"): "1.0"}


BROKEN = {"raises.py": "1 / 0", "exits.py": "raise SystemExit", "wrong.py": "PROBES = {'x': 1, 'svc': print}"}


def test_broken_plug_ins_take_no_command_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named on stderr in a line each, where they are met; the command does what it does."""
    for name, text in BROKEN.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("VITDASH_PLUGINS", os.pathsep.join(BROKEN))
    typed = [word for name in BROKEN for word in ("--plugin", name)]
    commands = [["presets"], ["presets", "show", "cnn", *typed], ["presets", "show", "cnn"], ["runs"], ["--version"]]
    listed, shown, *silent = vitdash_each(commands, tmp_path)
    for result in (listed, shown):
        lines = result.stderr.splitlines()
        assert result.returncode == 0
        assert len(lines) == 4
        assert all(line.startswith("vitdash: ") and " is skipped: " in line for line in lines)
    assert shown.stdout == silent[0].stdout
    assert [(result.returncode, result.stderr) for result in silent] == [(0, "")] * 3


def test_a_typed_file_that_is_not_there_is_refused_by_any_command(tmp_path: Path) -> None:
    """One sentence, exit code 2; before the command or after it."""
    commands = [
        ["runs", "--plugin", "gone.py"],
        ["--plugin", "gone.py", "presets"],
        ["presets", "show", "cnn", "--plugin", "gone.py"],
    ]
    for result in vitdash_each(commands, tmp_path):
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("vitdash: gone.py: there is no such file. A plug-in is one Python file;")


def test_an_exporter_that_fails_is_one_sentence(world: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever it raises or returns; a file that was to be replaced stays."""
    (tmp_path / "bad.py").write_text(
        "def raises(rows, *, reported): raise KeyError('cell')\n"
        "def forgets(rows, *, reported): rows\n"
        "EXPORTERS = {'raises': raises, 'forgets': forgets}\n"
    )
    monkeypatch.setenv("VITDASH_PLUGINS", named(world))
    bad = ["--plugin", str(tmp_path / "bad.py")]
    raised, forgot = vitdash_each([["export", "mlp", "--format", name, *bad] for name in ("raises", "forgets")], world)
    assert raised.stderr == f"vitdash: exporter 'raises': of plug-in {tmp_path / 'bad.py'} failed: KeyError: 'cell'.\n"
    assert forgot.stderr == "vitdash: exporter 'forgets': returned NoneType, not text.\n"
    assert (raised.returncode, forgot.returncode) == (1, 1)


EVIL = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\nARCHITECTURES = {}\n"


def test_neither_a_preset_nor_a_run_s_directory_can_make_vitdash_import_a_file(world: Path, tmp_path: Path) -> None:
    """Whatever they say and whatever lies beside them: names are looked up, never followed."""
    run = stopped(world)
    text = (world / "mlp.toml").read_text()
    claims = dataclasses.replace(
        run.read_claim(), plugins={str(run.path / "evil.py"): ""}, command=("--plugin", "evil.py")
    )
    run.write_claim(claims)
    for folder in (tmp_path, run.path):
        (folder / "evil.py").write_text(EVIL)
    variants = {
        "path": text.replace('"mlp"', f'"{tmp_path}/evil.py"'),
        "module": text.replace('"mlp"', '"evil"'),
        "place": text.replace('"mlp"', '"evil:ARCHITECTURES"'),
        "probe": text.replace('"centroid"', '"evil"').replace('"mlp"', '"cnn"'),
        "key": f'plugins = ["evil.py"]\n{text}',
        "table": f'{text}\n[plugins]\nfiles = ["evil.py"]\n',
    }
    for name, variant in variants.items():
        (tmp_path / f"{name}.toml").write_text(variant)
    where = ["--runs-dir", str(world / "stopped")]
    commands = [["train", "--preset", f"{name}.toml"] for name in variants]
    commands += [[command, run.id, *where] for command in ("resume", "show", "export")]
    results: list[Result] = vitdash_each(commands, tmp_path)
    assert [(result.returncode, result.stdout) for result in results] == [(2, "")] * len(commands)
    assert f"--plugin {run.path}/evil.py: give it again" in results[-1].stderr
    assert not list(tmp_path.rglob("*.ran")) + list(run.path.rglob("*.ran"))
