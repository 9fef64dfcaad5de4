"""The doctor names what is broken in a set-up, says what to do, and tells it from what is merely good to know."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.commands import vitdash, vitdash_each, vitdash_on_terminal
from tests.harmless import is_harmless
from tests.recorded import finished, record
from tests.run.rights import nobody, open_to_all
from vitdash import keys, presets, settings
from vitdash.doctor import computation, datasets, examination, files, in_force, installation, places, runs
from vitdash.doctor.finding import Finding, Verdict
from vitdash.doctor.places import Place
from vitdash.publications import FASHION_MNIST
from vitdash.run import lock

NMS = "operator torchvision::nms does not exist"


def by_subject(found: list[Finding]) -> dict[str, Finding]:
    return {item.subject: item for item in found}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Return a folder for PYTHONPATH in which CPU-only torch stands beside the torchvision of another build."""
    folder = tmp_path / "foreign"
    for name, version in (("torch", "2.13.0+cpu"), ("torchvision", "0.28.0")):
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (folder / name).mkdir()
    (folder / "torch" / "__init__.py").write_text("")
    (folder / "torchvision" / "__init__.py").write_text(f"raise RuntimeError('{NMS}')\n")
    return folder


def test_a_broken_set_up_is_named_piece_by_piece(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No data, an ASCII locale, no terminal, a foreign torchvision, a broken preset: each with its way out."""
    for name in ("LANG", "LC_CTYPE", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(foreign), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("VITDASH_RUNS", str(tmp_path / "no" / "such"))
    presets.user_directory().mkdir(parents=True)
    (presets.user_directory() / "mine.toml").write_text("[modle]\n")
    answer = vitdash("doctor", "--json", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (1, "")
    found = by_subject([Finding(**item) for item in json.loads(answer.stdout)])
    assert all(item.remedy for item in found.values() if item.verdict == Verdict.TROUBLE)
    told = {subject: (item.verdict, f"{item.told} {item.remedy}") for subject, item in found.items()}
    expected = {
        "terminal": (Verdict.NOTE, "stdin, stdout and stderr are no terminals: commands print plain lines"),
        "characters": (Verdict.NOTE, "only, for LC_ALL is C: curves are drawn in ASCII"),
        "colours": (Verdict.NOTE, "TERM is dumb: no colours"),
        "fashion-mnist": (Verdict.NOTE, "not there; fetched when first used, 30.9 MB."),
        "runs folder": (Verdict.OK, "made when it is needed"),
        "presets": (Verdict.OK, "12, 0 of your own"),
        "torch": (
            Verdict.TROUBLE,
            f"cannot be imported together with torchvision: RuntimeError: {NMS}. CPU-only torch",
        ),
    }
    for subject, (verdict, words) in expected.items():
        assert told[subject][0] == verdict, subject
        assert words in told[subject][1]
    assert "2.13.0+cpu stands beside torchvision 0.28.0, which is of another build." in told["torch"][1]
    assert "pip install --force-reinstall torch torchvision --index-url" in told["torch"][1]
    assert "export LC_ALL=C.UTF-8" in told["characters"][1]
    assert "unknown table [modle]" in answer.stdout


def test_a_whole_set_up_is_without_trouble_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finding a line or a paragraph within the terminal; torch last, for it takes seconds; exit code 0."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    code, shown = vitdash_on_terminal("doctor", cwd=tmp_path, columns=80)
    assert code == 0
    assert shown.splitlines()[-1].startswith("No trouble, ")
    assert "ok       size           80 columns, 24 rows" in shown
    assert "ok       terminal       stdin, stdout and stderr\n" in shown
    assert "none, for NO_COLOR is set" in shown
    assert "works, on " in shown
    assert f"Python {sys.version.split()[0]}" in shown


def test_a_folder_that_cannot_be_written_is_trouble_for_runs_and_a_note_for_others() -> None:
    """Said before a run fails; with the reason, and where else to go."""
    with open_to_all() as folder, nobody():
        kept = folder / "kept"
        if os.geteuid() == folder.stat().st_uid:
            folder.chmod(0o555)
        runs_folder = places.look(Place("runs folder", kept, "Choose another place.", needed=True))
        others = places.look(Place("data folder", folder, "Choose another place."))
        locks = places.look_at_locks(Place("runs folder", folder, ""))
    assert runs_folder.verdict is Verdict.TROUBLE
    assert runs_folder.told == (
        f"{kept} (not there yet; it would be made in {folder}) cannot be written: Permission denied."
    )
    assert runs_folder.remedy == "Choose another place."
    assert (others.verdict, others.told) == (Verdict.NOTE, f"{folder} cannot be written: Permission denied.")
    assert locks is None


def test_a_file_or_a_dead_link_is_no_folder(tmp_path: Path) -> None:
    """Both are found where a folder was."""
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("nowhere")
    for name, reason in (("file", "it is a file"), ("link", "it is a link that leads nowhere")):
        found = places.look(Place("runs folder", tmp_path / name, "Choose another place.", needed=True))
        assert (found.verdict, found.told) == (Verdict.TROUBLE, f"{tmp_path / name} cannot be written: {reason}.")


def test_little_room_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends runs hours later."""
    monkeypatch.setattr(places, "LITTLE_BYTES", 10**18)
    found = places.look(Place("runs folder", tmp_path, "", needed=True))
    assert found.verdict is Verdict.NOTE
    assert found.told.endswith("free: that is little.")


def test_locks_are_tried_and_nothing_is_left_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On some network file systems they fail, or no one sees them: then every run there would seem lost."""
    place = Place("runs folder", tmp_path, "Choose another place.")
    found = places.look_at_locks(place)
    assert found is not None
    assert found.verdict is Verdict.OK
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(lock, "is_held", lambda _: False)
    blind = places.look_at_locks(place)
    assert blind is not None
    assert blind.verdict is Verdict.TROUBLE
    assert "keeps none: a lock that was taken is not seen." in blind.told
    assert list(tmp_path.iterdir()) == []


def test_runs_that_are_lost_or_cannot_be_read_are_counted(root: Path) -> None:
    """A lost run can go on; one that cannot be read is named."""
    assert [item.told for item in runs.look(root)] == ["none yet"]
    cnn = presets.load("cnn")
    record(root, cnn, finished(cnn))
    assert [item.told for item in runs.look(root)] == ["1, all can be read"]
    lost = record(root, cnn, [], claim="running")
    torn = record(root, cnn, finished(cnn))
    (torn.path / "run.json").write_text("{")
    unreadable, gone = runs.look(root)
    assert unreadable.verdict is Verdict.TROUBLE
    assert unreadable.told.startswith("1 of 3 cannot be read; ")
    assert torn.id in unreadable.told
    assert gone.verdict is Verdict.NOTE
    assert gone.remedy.endswith(f"vitdash resume {lost.id}")


def test_data_sets_are_missing_incomplete_damaged_or_whole(tmp_path: Path, real_data: Path) -> None:
    """What is missing is fetched; what is damaged is named, for it is there and looks whole."""
    assert by_subject(list(datasets.look(real_data)))["fashion-mnist"].verdict is Verdict.OK
    folder = tmp_path / FASHION_MNIST.folder
    folder.mkdir(parents=True)
    labels = FASHION_MNIST.files[3]
    (folder / labels.name).write_bytes((real_data / FASHION_MNIST.folder / labels.name).read_bytes())
    found = by_subject(list(datasets.look(tmp_path)))
    assert found["fashion-mnist"].verdict is Verdict.NOTE
    assert found["fashion-mnist"].told == "3 of 4 files are not there; fetched when first used, 30.9 MB."
    assert found["mnist"].told.startswith("not there; ")
    assert found["digits"].verdict is Verdict.OK
    (folder / labels.name).write_bytes(b"half")
    damaged = by_subject(list(datasets.look(tmp_path)))["fashion-mnist"]
    assert (damaged.verdict, damaged.told) == (Verdict.TROUBLE, f"damaged in {folder}: {labels.name}.")


@pytest.mark.parametrize(
    ("torch", "torchvision", "told"),
    [
        ("2.14.1", "0.29.1", ""),
        ("2.13.0+cpu", "0.28.0+cpu", ""),
        ("2.6.0+cu126", "0.21.0+cu126", ""),
        ("3.0.0", "0.40.0", ""),
        ("", "0.28.0", ""),
        ("2.13.0", "0.27.1", "torch 2.13.0 belongs with torchvision 0.28, not with 0.27.1"),
        (
            "2.13.0+cpu",
            "0.28.0",
            "CPU-only torch 2.13.0+cpu stands beside torchvision 0.28.0, which is of another build",
        ),
        ("2.13.0", "0.28.0+cpu", "torch 2.13.0 stands beside torchvision 0.28.0+cpu, which is of another build"),
    ],
)
def test_a_pair_that_does_not_belong_together_is_known_by_its_versions(torch: str, torchvision: str, told: str) -> None:
    """Whatever the exception says: this is the cause that people meet."""
    assert installation.mismatch(torch, torchvision) == told


def test_a_torch_that_hangs_dies_or_babbles_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examination goes on whatever the other process does."""
    monkeypatch.setattr(computation, "COMMAND", ("-c", "import time; time.sleep(60)"))
    hanging = computation.look(limit_seconds=0.2)
    assert hanging.verdict is Verdict.TROUBLE
    assert "takes more than 0.2 seconds" in hanging.told
    monkeypatch.setattr(computation, "COMMAND", ("-c", "import os, sys; print('\\x1b[31mhi'); os.abort()"))
    dying = computation.look()
    assert dying.verdict is Verdict.TROUBLE
    assert "the process ended with -6 and no word" in dying.told
    report = {"seconds": 2.5, "device": "cuda", "name": "H\x1b[31m", "threads": 1}
    babbling = f"import json; print('loading'); print(json.dumps({report!r}))"
    monkeypatch.setattr(computation, "COMMAND", ("-c", babbling))
    working = computation.look()
    assert working.verdict is Verdict.OK
    assert "works, on cuda (H [31m), with 1 thread for" in working.told
    assert is_harmless(working.told)


def test_a_broken_config_file_is_named_and_stops_only_what_needs_it(tmp_path: Path) -> None:
    """`vitdash config`, help and version still work; commands that would need a setting say the one sentence."""
    file = settings.path()
    file.parent.mkdir(parents=True)
    file.write_text("[screen]\nbel = true\n")
    sentence = f"{file}: [screen] unknown key 'bel'. Did you mean 'bell'?"
    commands = [["--help"], ["--version"], ["config", "path"], ["config"], ["config", "--json"]]
    commands += [["runs"], ["train", "--preset", "cnn"], ["runs", "--runs-dir", "."]]
    helped, version, path, config, as_json, listed, trained, elsewhere = vitdash_each(commands, tmp_path)
    assert all(answer.returncode == 0 for answer in (helped, version, path, config, as_json, elsewhere))
    assert path.stdout == f"{file}\n"
    assert config.stdout.startswith(sentence)
    assert json.loads(as_json.stdout) == {"path": str(file), "exists": True, "problem": sentence, "settings": []}
    for refused in (listed, trained):
        assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"vitdash: {sentence}\n")
    found = [item for item in examination.look() if item.subject in ("config file", "plug-ins", "the rest")]
    assert [(item.verdict, item.subject) for item in found] == [
        (Verdict.TROUBLE, "config file"),
        (Verdict.NOTE, "the rest"),
    ]
    assert found[0].told == sentence


def test_every_setting_is_listed_with_its_value_and_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default, config file or environment; folders as whole paths; what the file does not state is there too."""
    monkeypatch.setenv("VITDASH_CONFIG", str(tmp_path / "mine.toml"))
    monkeypatch.setenv("VITDASH_DATA", "/images")
    initialised, again, path = vitdash_each([["config", "init"], ["config", "init"], ["config", "path"]], tmp_path)
    assert initialised.stdout == f"Wrote {tmp_path / 'mine.toml'}.\n"
    assert (again.returncode, path.stdout) == (2, f"{tmp_path / 'mine.toml'}\n")
    (tmp_path / "mine.toml").write_text('[folders]\nruns = "~/kept"\n[keys]\nsort = "o, f5"\nquit = "ctrl+b"\n')
    listed, as_json = vitdash_each([["config"], ["config", "--json"]], tmp_path)
    rows = {line.split()[0]: line.split()[1:] for line in listed.stdout.splitlines()[2:]}
    assert rows["folders.runs"] == ["config", "file", str(tmp_path / "kept")]
    assert rows["folders.data"] == ["VITDASH_DATA", "/images"]
    assert rows["screen.bell"] == ["default", "false"]
    assert rows["keys.sort"] == ["config", "file", "o,f5"]
    assert len(json.loads(as_json.stdout)["settings"]) == len(in_force.read()) == len(list(settings.declared()))
    warned = list(files.look_at_config())[-1]
    assert warned.verdict is Verdict.NOTE
    assert warned.told == "[keys] quit: 'ctrl+b' may never arrive: tmux keeps it for itself."
    assert keys.defaults()["quit"] == ("q",)
