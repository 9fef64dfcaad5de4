"""Plug-ins are found in files and packages, the broken are skipped by name, and what is built in stays what it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.extending import install
from vitdash import catalog, presets
from vitdash.errors import InputError
from vitdash.plugins import offers

PROBE = "def measure(validation, train, knobs):\n    return {'one': 1.0}\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_what_is_built_in_is_found_without_a_look_at_plug_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset is read, a data set checked, an exporter loaded: no package's metadata and no file is touched."""
    monkeypatch.setattr("vitdash.plugins.collection.from_packages", pytest.fail)
    catalog.add_files([write(tmp_path / "loud.py", "raise SystemExit('imported')")])
    config = presets.load("cnn").replace({"dataset": "digits"})
    assert config.replace(config.parse({"probes": "svc", "dataset": "mnist"})).dataset.title == "MNIST"
    assert callable(catalog.load("--format", catalog.EXPORTERS, "json"))


def test_a_file_adds_what_its_dictionaries_state(tmp_path: Path, told: list[str]) -> None:
    """Found under its name, listed after what is built in; what it prints at import does not reach stdout."""
    catalog.add_files([write(tmp_path / "mine.py", f"print('hello')\n{PROBE}PROBES = {{'mine': measure}}\n")])
    assert list(catalog.PROBES) == ["svc", "mine"]
    assert catalog.PROBES["mine"](None, None, None) == {"one": 1.0}
    assert told == []


def test_a_package_adds_what_its_entry_points_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    """And it is known which package, in which version, a name came from."""
    write(tmp_path / "plugin_one.py", PROBE)
    install(tmp_path, "plugin_one", {"vitdash.probes": {"mine": "plugin_one:measure"}, "other": {"x": "y"}}, "2.1")
    monkeypatch.syspath_prepend(tmp_path)
    offer = catalog.PROBES.offer("mine")
    assert offer is not None
    assert (offer.source, offer.version) == ("plugin-one", "2.1")
    assert catalog.PROBES.offer("svc") is None
    assert told == []


BROKEN = {
    "raises": ("1 / 0", "is skipped: ZeroDivisionError: division by zero."),
    "exits": ("import sys\nsys.exit(3)", "is skipped: SystemExit: 3."),
    "is no Python": ("def", "is skipped: SyntaxError: invalid syntax"),
    "states nothing": ("PROBE = {}", "is skipped: it states none of ARCHITECTURES, DATASETS, PROBES, EXPORTERS."),
    "states a list": ("PROBES = [1]", "is skipped: its PROBES is no dictionary by name."),
    "is no function": ("PROBES = {'mine': 3}", "'mine' of plug-in {file} is skipped: it is an int, not a function."),
    "takes a built-in name": ("PROBES = {'svc': print}", "'svc' of plug-in {file} is skipped: that name is built in."),
    "has no name": ("PROBES = {'My Probe': print}", "'My Probe' of plug-in {file} is skipped: a name has lower-"),
    "drives terminals": ("raise ValueError('\\x1b[2J')", "is skipped: ValueError:  [2J."),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plug_in_is_named_once_and_skipped(name: str, tmp_path: Path, told: list[str]) -> None:
    """One sentence says which and why, to whoever listens and to whoever asks; all else works on."""
    text, sentence = BROKEN[name]
    file = write(tmp_path / "broken.py", text)
    good = write(tmp_path / "good.py", "EXPORTERS = {'good': print}")
    catalog.add_files([file, good])
    assert list(catalog.PROBES) == ["svc"]
    assert list(catalog.EXPORTERS)[-1] == "good"
    assert catalog.problems() == tuple(told)
    (said,) = told
    assert sentence.format(file=file) in said
    assert str(file) in said
    assert catalog.load("probe", catalog.PROBES, "svc").__module__ == "vitdash.engine.probes.svc"


def test_of_two_plug_ins_with_one_name_the_first_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    """Files before packages, packages by their names; the others are named."""
    for name in ("zebra", "adder"):
        write(tmp_path / f"{name}_plugin.py", f"def {name}(rows): ...\n")
        entries = {"both": f"{name}_plugin:{name}", f"{name}s": f"{name}_plugin:{name}"}
        install(tmp_path, f"{name}_plugin", {"vitdash.exporters": entries})
    monkeypatch.syspath_prepend(tmp_path)
    catalog.add_files([write(tmp_path / "file.py", "EXPORTERS = {'zebras': print}")])
    assert list(catalog.EXPORTERS) == ["markdown", "csv", "json", "svg", "tensorboard", "zebras", "both", "adders"]
    assert catalog.EXPORTERS["both"].__name__ == "adder"
    assert catalog.EXPORTERS["zebras"] is print
    file = tmp_path / "file.py"
    assert set(told) == {
        "exporter 'both' of plug-in zebra-plugin is skipped: plug-in adder-plugin offers that name already.",
        f"exporter 'zebras' of plug-in zebra-plugin is skipped: plug-in {file} offers that name already.",
    }


@pytest.mark.parametrize("text", ["raise RuntimeError('no')", "import sys\nsys.exit()", "other = 1"])
def test_an_unknown_name_is_answered_with_the_plug_in_that_would_have_had_it(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks for a spelling mistake where the plug-in is broken: not in a preset, not behind --set."""
    module = f"bad_plugin_{abs(hash(text))}"
    write(tmp_path / f"{module}.py", text)
    groups = {f"vitdash.{kind}": {"mine": f"{module}:thing"} for kind in ("architectures", "probes", "exporters")}
    install(tmp_path, module, groups)
    monkeypatch.syspath_prepend(tmp_path)
    source = module.replace("_", "-")
    with pytest.raises(InputError, match=rf"there is no 'mine'\. Exporter 'mine' of plug-in {source} is skipped: "):
        catalog.load("--format", catalog.EXPORTERS, "mine")
    with pytest.raises(InputError, match=rf"'mine' is not allowed\. Probe 'mine' of plug-in {source} is skipped: "):
        presets.load("cnn").parse({"probes": "mine"})
    with pytest.raises(InputError, match=rf"architecture 'mine'\. Architecture 'mine' of plug-in {source} is skipped"):
        presets.parse("[model]\narchitecture = 'mine'", "x.toml", "x")


def test_metadata_that_cannot_be_read_is_its_package_s_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    """A half-removed package, or one whose entry points are no text, keeps nobody else from being found."""
    (tmp_path / "half-1.0.dist-info").mkdir()
    install(tmp_path, "bytes", {})
    (tmp_path / "bytes-1.0.dist-info" / "entry_points.txt").write_bytes(b"[vitdash.probes]\n\xff = \xfe")
    install(tmp_path, "good", {"vitdash.exporters": {"good": "builtins:print"}})
    monkeypatch.syspath_prepend(tmp_path)
    assert list(catalog.EXPORTERS)[-1] == "good"
    assert ["bytes" in sentence for sentence in told] == [True]


def test_files_are_named_in_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    """Absolute whatever they were; one that is gone is skipped, for no command may fail because of it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mine.py", "EXPORTERS = {'mine': print}")
    monkeypatch.setenv("VITDASH_PLUGINS", os.pathsep.join(["mine.py", "", "gone.py"]))
    catalog.add_files([Path("mine.py")])
    assert catalog.plugin_files() == (tmp_path / "mine.py", tmp_path / "gone.py")
    assert "mine" in catalog.EXPORTERS
    assert told == [f"plug-in {tmp_path / 'gone.py'} is skipped: there is no such file."]


def test_files_are_named_in_the_config_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once and for all; a worker, which is told its files, looks neither there nor into the environment."""
    file = write(tmp_path / "mine.py", "EXPORTERS = {'mine': print}")
    monkeypatch.setenv("VITDASH_CONFIG", str(write(tmp_path / "config.toml", f"[plugins]\nfiles = ['{file}']")))
    assert catalog.plugin_files() == (file,)
    assert "mine" in catalog.EXPORTERS
    catalog.forget_plugins()
    catalog.use_only_files([])
    assert catalog.plugin_files() == ()
    assert "mine" not in catalog.EXPORTERS


def test_a_broken_config_file_costs_its_plug_ins_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    """Who looks for a name is not stopped by a file that lists others."""
    monkeypatch.setenv("VITDASH_CONFIG", str(write(tmp_path / "config.toml", "[plugin]")))
    assert "mine" not in catalog.EXPORTERS
    (said,) = told
    assert said.startswith("plug-in list of the config file is skipped: ")
    assert "unknown table [plugin]. Did you mean 'plugins'?" in said


def test_a_file_added_later_is_still_found(tmp_path: Path) -> None:
    """The user's settings may be read after the first name was looked up."""
    assert "mine" not in catalog.EXPORTERS
    catalog.add_files([write(tmp_path / "mine.py", "EXPORTERS = {'mine': print}")])
    assert "mine" in catalog.EXPORTERS


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gone.py", "gone.py: there is no such file. A plug-in is one Python file; see docs/extending.md."),
        ("folder.py", "folder.py: is a directory. A plug-in is one Python file; see docs/extending.md."),
        ("text.txt", "text.txt: is no Python file: its name does not end in .py. A plug-in is one Python file; see"),
    ],
)
def test_a_file_that_can_be_no_plug_in_is_refused_where_it_is_typed(name: str, sentence: str, tmp_path: Path) -> None:
    """What was typed and is not there is a mistake."""
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "text.txt").touch()
    with pytest.raises(InputError) as refused:
        offers.check_file(tmp_path / name)
    assert sentence in str(refused.value)


def test_a_plug_in_that_failed_leaves_no_half_of_a_module(tmp_path: Path) -> None:
    """As Python's own imports do it."""
    before = set(sys.modules)
    catalog.add_files([write(tmp_path / "broken.py", "1 / 0")])
    assert len(catalog.problems()) == 1
    assert not [name for name in set(sys.modules) - before if "broken" in name]
