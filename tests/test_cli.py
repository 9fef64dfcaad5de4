"""The commands as users and scripts meet them: output, one line of trouble, exit code – with and without a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from tests.commands import COMMAND, DEADLINE_SECONDS, Result, vitdash, vitdash_each, vitdash_on_terminal
from tests.harmless import is_harmless
from tests.recorded import finished, progress, record, started
from vitdash import __version__, presets
from vitdash.cli import app
from vitdash.run.events import RunFailed, Stopped
from vitdash.run.store import Run

ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with some runs in `runs`, and some files that are none of what they are taken for."""
    folder = tmp_path_factory.mktemp("world")
    cnn, vit = presets.load("cnn"), presets.load("vit-l8-h8-mlp1024")
    runs = folder / "runs"
    record(runs, cnn, finished(cnn))
    record(runs, vit, finished(vit))
    record(runs, cnn, [started(cnn), progress(640), Stopped(images_seen=640)], claim="stopped", name="halted")
    trouble = RunFailed(title="diverged", message="the loss is not finite.", traceback="")
    record(runs, cnn, [started(cnn), progress(640), trouble], claim="failed", name="broken")
    record(runs, cnn, finished(cnn), name="twin")
    record(runs, cnn, finished(cnn), name="twin")
    (folder / "file").write_text("not yours")
    (folder / "folder").mkdir()
    (folder / "empty.toml").write_text("")
    (folder / "binary.toml").write_bytes(bytes(range(256)))
    (folder / "huge.toml").write_text("#" * 100_000)
    (folder / "torn.toml").write_text("[model\n")
    (folder / "odd.toml").write_text('[model]\narchitecture = "cnn"\n"\\u001b[31mkey" = 1\n')
    return folder


def run_called(world: Path, name: str) -> Run:
    (path,) = (world / "runs").glob(f"{name}-*")
    return Run(path)


TRAIN = ("train", "--preset")
SET = ("train", "--preset", "vit-l4-h4", "--set")
NAME = ("train", "--preset", "cnn", "--name")
EXPORT = ("train", "--preset", "cnn", "--export")
MISTAKES: dict[tuple[str, ...], str] = {
    (*TRAIN, "cmn"): "PRESET: there is no preset 'cmn'. Did you mean 'cnn'?",
    (*TRAIN, "missing.toml"): "missing.toml: there is no such file. See: vitdash presets",
    (*TRAIN, "empty.toml"): "empty.toml: is empty; a preset needs at least a [model] table with an architecture.",
    (*TRAIN, "folder/"): "folder: is a directory; a preset is one TOML file.",
    (*TRAIN, "binary.toml"): "binary.toml: is not text; a preset is a TOML file in UTF-8.",
    (*TRAIN, "huge.toml"): "huge.toml: is larger than 65,536 bytes; that is no preset.",
    (*TRAIN, "torn.toml"): "torn.toml: is not TOML: ",
    (*TRAIN, "odd.toml"): "odd.toml: [model] unknown key '[31mkey'.",
    (*TRAIN, "cnn", "--dataset", "fashion-minst"): "dataset: 'fashion-minst' is not allowed. Did you mean 'fashion-mni",
    (*TRAIN, "cnn", "--max-inputs", "0"): "max_inputs: '0' is not allowed. Allowed: a whole number from 1 to",
    (*TRAIN, "cnn", "--device", "tpu"): "device: 'tpu' is not allowed.",
    (*TRAIN, "cnn", "--runs-dir", "file"): "file: cannot hold runs: is a file. Choose another place with --runs-dir or",
    (*SET, "heads"): "--set: 'heads' is no assignment. Write it as knob=value, for example heads=8.",
    (*SET, "=3"): "--set: '=3' is no assignment.",
    (*SET, "heads="): "heads: '' is not allowed. Allowed: a whole number from 1 to 1,024.",
    (*SET, "heads=x"): "heads: 'x' is not allowed. Allowed: a whole number from 1 to 1,024.",
    (*SET, "heads=7"): "heads: 7 does not divide the hidden size of 256. Allowed: 1, 2, 4, 8,",
    (*SET, "haeds=8"): "haeds: is no knob of ViT. Did you mean 'heads'?",
    (*SET, "learning_rate=0,001"): "learning_rate: '0,001' is not allowed.",
    (*SET, "a\x1b[31mb=1"): "a [31mb: is no knob of ViT.",
    (*NAME, "a/b"): "--name: a run cannot be called 'a/b'. Use letters, digits,",
    (*NAME, "../x"): "--name: a run cannot be called '../x'.",
    (*NAME, "a\nb"): "--name: a run cannot be called 'a b'.",
    (*NAME, "\x1b[31mred"): "--name: a run cannot be called '[31mred'.",
    (*NAME, "🎉"): "--name: a run cannot be called '🎉'.",
    (*NAME, "x" * 61): "--name: a run cannot be called 'xxx",
    (*EXPORT, "folder"): "folder: is a directory; give the name of a file.",
    (*EXPORT, "file"): "file: is there already. Replace it with --force, or give another name.",
    (*EXPORT, "missing/results.md"): "missing/results.md: cannot be written: its folder does not exist.",
    ("train",): "Missing option '--preset'. See: vitdash train --help",
    ("runs", "--runs-dir", "file"): "file: cannot be read: Not a directory. Choose another place with --runs-dir or",
    ("show", "halt3d-1"): "RUN: there is no run 'halt3d-1'. Did you mean 'halted",
    ("show", "qqqq"): "RUN: there is no run 'qqqq'. See: vitdash runs",
    ("show", "twin"): "RUN: 'twin' fits 2 runs: twin-",
    ("show", "\x1b[2J"): "RUN: there is no run '[2J'.",
    ("show", "x", "--runs-dir", "nowhere"): "RUN: there is no run 'x'. There are no runs in nowhere yet",
    ("tail", "qqqq"): "RUN: there is no run 'qqqq'.",
    ("tail", "cnn", "-n", "many"): "Invalid value for '--lines' / '-n': 'many' is no whole number. See: vitdash tail",
    ("stop", "qqqq"): "RUN: there is no run 'qqqq'.",
    ("pause", "qqqq"): "RUN: there is no run 'qqqq'.",
    ("resume", "qqqq"): "RUN: there is no run 'qqqq'.",
    ("export", "qqqq"): "RUN: there is no run 'qqqq'.",
    ("export", "cnn", "--format", "markdwon"): "--format: there is no 'markdwon'. Did you mean 'markdown'?",
    ("export", "cnn", "--format", "html"): "--format: there is no 'html'. Known: markdown, csv, json, svg or tensor",
    ("export", "cnn", "--format", "tensorboard"): "--format: tensorboard writes a folder. Say where, with --output",
    ("export", "cnn", "--format", "tensorboard", "-o", "file"): "file: is a file; this format writes a folder.",
    ("report", "qqqq"): "RUN: there is no run 'qqqq'.",
    ("report", "cnn", "-o", "folder"): "folder: is a directory; give the name of a file.",
    ("export", "cnn", "-o", "folder"): "folder: is a directory; give the name of a file.",
    ("export", "cnn", "-o", "file"): "file: is there already.",
    ("export", "cnn", "-o", "missing/results.md"): "missing/results.md: cannot be written: its folder does not exist.",
    ("presets", "show", "vit-l8h8"): "PRESET: there is no preset 'vit-l8h8'. Did you mean 'vit-l8-h8'?",
    ("rnus",): "No such command 'rnus'. Did you mean 'runs'?",
    ("\x1b[31mx",): "No such command '",
    ("runs", "--jason"): "No such option",
}
ENDED: dict[tuple[str, ...], str] = {
    ("stop", "cnn"): " is finished: there is nothing to stop. See: vitdash show cnn-",
    ("pause", "halted"): " is stopped: there is nothing to pause. Go on with: vitdash resume halted-",
    ("pause", "broken"): "there is nothing to pause. Go on with: vitdash resume broken-",
    (
        "resume",
        "halted",
        "--max-inputs",
        "9000000",
    ): " is stopped: only a finished run can be extended. Go on with: vit",
    (
        "resume",
        "cnn",
        "--max-inputs",
        "2000000",
    ): "max_inputs: 2,000,000 is not above the 2,000,000 images that the run",
    ("resume", "cnn"): " is finished; there is nothing to go on with. Extend it with: vitdash resume cnn-",
}


def assert_refused(result: Result) -> None:
    """Check that there was one line on stderr, harmless to a terminal, and nothing else."""
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("vitdash: ")
    assert result.stderr.endswith("\n")
    assert is_harmless(result.stderr[:-1])


@pytest.fixture(scope="module")
def answers(world: Path) -> dict[tuple[str, ...], Result]:
    """Return what became of every mistake, all made in one go."""
    commands = [*MISTAKES, *ENDED]
    return dict(zip(commands, vitdash_each(commands, world), strict=True))


@pytest.mark.parametrize("arguments", MISTAKES, ids=lambda arguments: " ".join(arguments)[:40])
def test_a_mistake_is_answered_in_one_line(arguments: tuple[str, ...], answers: dict[tuple[str, ...], Result]) -> None:
    """What is wrong, where, what to do; exit code 2 and no traceback."""
    assert_refused(answers[arguments])
    assert answers[arguments].stderr.startswith(f"vitdash: {MISTAKES[arguments]}")


@pytest.mark.parametrize("arguments", ENDED, ids=" ".join)
def test_an_ended_run_can_be_asked_for_nothing(
    arguments: tuple[str, ...], answers: dict[tuple[str, ...], Result]
) -> None:
    """The sentence names the run, its state, and the command that does make sense."""
    assert_refused(answers[arguments])
    assert ENDED[arguments] in answers[arguments].stderr


@pytest.mark.usefixtures("answers")
def test_after_all_mistakes_nothing_was_begun_or_changed(world: Path) -> None:
    """No run, no folder, no file: what is refused leaves no trace."""
    assert sorted(path.name for path in world.iterdir()) == [
        "binary.toml", "empty.toml", "file", "folder", "huge.toml", "odd.toml", "runs", "torn.toml",
    ]  # fmt: skip
    assert len(list((world / "runs").iterdir())) == 6
    assert (world / "file").read_text() == "not yours"


def test_a_mistake_in_a_process_of_its_own_ends_the_same_way(world: Path) -> None:
    """The installed command itself, once, without the shortcut that the table above takes."""
    result = vitdash("train", "--preset", "cmn", cwd=world)
    assert_refused(result)
    assert result.stderr == "vitdash: PRESET: there is no preset 'cmn'. Did you mean 'cnn'?\n"


def test_the_version_and_the_way_in() -> None:
    """`vitdash --version` for reports; plain `vitdash` needs a terminal, and says what there is without one."""
    version, welcome, misplaced = vitdash_each([["--version"], [], ["--runs-dir", "x", "runs"]], Path())
    assert version.stdout == f"vitdash {__version__}\n"
    assert welcome.stdout == ""
    assert welcome.stderr.startswith("vitdash: dashboard: needs a terminal, and stdin, stdout and stderr are no ")
    assert "vitdash train" in welcome.stderr
    assert misplaced.stderr.endswith("comes after that. Write: vitdash runs --runs-dir x\n")
    assert (version.returncode, welcome.returncode, misplaced.returncode) == (0, 2, 2)


def test_the_module_is_the_command() -> None:
    """`python -m vitdash` where no script is on the path."""
    module = [sys.executable, "-m", "vitdash", "--version"]
    assert subprocess.run(module, capture_output=True, text=True, check=True).stdout == f"vitdash {__version__}\n"


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every command with the names of its options, as typer knows them."""

    def below(prefix: str, command: object) -> Iterator[tuple[str, list[str]]]:
        options = [option for parameter in getattr(command, "params", []) for option in parameter.opts]
        yield prefix, [option for option in options if option.startswith("-")]
        for name, child in getattr(command, "commands", {}).items():
            yield from below(f"{prefix} {name}".strip(), child)

    return below("", typer.main.get_command(app))


def test_every_command_explains_every_option() -> None:
    """The help of a command names each of its options with a sentence, and no summary is cut short."""
    known = dict(commands())
    pages = vitdash_each([[*command.split(), "--help"] for command in known], Path())
    for page, options in zip(pages, known.values(), strict=True):
        assert (page.returncode, page.stderr) == (0, "")
        for option in options:
            assert re.search(rf"^  .*{option}\b.*\n?.*\S", page.stdout, re.MULTILINE), (page.args, option)
        assert "..." not in page.stdout.replace("[ARGS]...", "")
    assert len(known) > 20


def test_runs_are_listed_for_people_and_for_programs(world: Path) -> None:
    """The same runs both ways; JSON has every figure, and null where there is none."""
    listed, as_json = vitdash_each([["runs"], ["runs", "--json"]], world)
    described = json.loads(as_json.stdout)
    assert listed.stderr == ""
    assert {run["run"] for run in described} == {path.name for path in (world / "runs").iterdir()}
    assert all(run["run"] in listed.stdout for run in described)
    by_name = {run["name"]: run for run in described}
    assert (by_name["cnn"]["state"], by_name["cnn"]["results"]["accuracy"]) == ("finished", 0.9086)
    assert (by_name["broken"]["state"], by_name["broken"]["reason"]) == ("failed", "diverged: the loss is not finite.")
    assert by_name["halted"]["seconds"] is None


def test_no_runs_yet_is_no_error(tmp_path: Path) -> None:
    """The first command of a newcomer answers with the second; programs get an empty list."""
    result, as_json = vitdash_each([["runs"], ["runs", "--json"]], tmp_path)
    assert (result.returncode, as_json.returncode) == (0, 0)
    assert f"There are no runs in {tmp_path / 'runs'} yet. Start one: vitdash train --preset cnn" in result.stdout
    assert json.loads(as_json.stdout) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_shown_by_its_name_or_the_beginning_of_its_id(world: Path) -> None:
    """Short references work where they are unambiguous."""
    run = run_called(world, "vit-l8-h8-mlp1024")
    pages_of = [["show", reference] for reference in ("vit", "vit-l8-h8-mlp1024", run.id)]
    *pages, as_json = vitdash_each([*pages_of, ["show", "vit", "--json"]], world)
    assert len({page.stdout for page in pages}) == 1
    assert f"run              {run.id}\n" in pages[0].stdout
    (shown,) = json.loads(as_json.stdout)
    assert shown["reported"]["parameters"] == shown["parameters"] == 6_395_274


def test_the_tail_of_an_ended_run_is_all_of_it_once(world: Path) -> None:
    """With -f too, which ends where the run has ended; -n is the last so many; JSON is the log itself."""
    run = run_called(world, "cnn")
    asked = [[], ["-f"], ["-n", "2"], ["-n", "0"], ["--json"]]
    results = vitdash_each([["tail", "cnn", *options] for options in asked], world)
    whole, followed, last, none, as_json = (result.stdout for result in results)
    assert len(whole.splitlines()) == 8
    assert whole.endswith("  2,000,000  finished in 1h 07m\n")
    assert followed == whole
    assert last.splitlines() == whole.splitlines()[-2:]
    assert none == ""
    assert as_json == run.events.read_text()


def test_runs_are_exported_in_every_format(world: Path, tmp_path: Path) -> None:
    """To stdout or into a file; what is there is replaced only when that was asked for."""
    file = tmp_path / "results.md"
    file.write_text("old")
    table = ["export", "cnn", "vit", "--reported"]
    into_file = [*table, "-o", str(file)]
    as_csv, as_json = (["export", "cnn", "halted", "--format", name] for name in ("csv", "json"))
    printed, refused = vitdash_each([table, into_file], world)
    assert printed.stdout.splitlines()[0].split("|")[1].strip() == "model"
    assert len(printed.stdout.splitlines()) == 4
    assert_refused(refused)
    assert file.read_text() == "old"
    replaced, lines, objects = vitdash_each([[*into_file, "--force"], as_csv, as_json], world)
    assert (replaced.returncode, replaced.stdout, replaced.stderr) == (0, "", "")
    assert file.read_text() == printed.stdout
    assert [line["model"] for line in csv.DictReader(io.StringIO(lines.stdout))] == ["cnn", "halted"]
    assert len(json.loads(objects.stdout)) == 2


def test_presets_are_listed_shown_and_taken_up_again(tmp_path: Path) -> None:
    """What `show` prints is a preset; one of the user's own that is broken is listed and hides no other."""
    own = Path(os.environ["XDG_CONFIG_HOME"]) / "vitdash" / "presets"
    own.mkdir(parents=True)
    (shown,) = vitdash_each([["presets", "show", "cnn"]], tmp_path)
    (own / "mine.toml").write_text(shown.stdout.replace('"CNN"', '"MINE"'))
    (own / "broken.toml").write_text("[modle]")
    listed, as_json = vitdash_each([["presets"], ["presets", "--json"]], tmp_path)
    assert listed.returncode == 0
    assert len(re.findall(r"^[a-z0-9-]+  ", listed.stdout, re.MULTILINE)) == 1 + 13
    assert "MINE" in listed.stdout
    assert listed.stdout.splitlines()[-1].endswith("broken.toml: unknown table [modle]. Did you mean 'model'?")
    described = json.loads(as_json.stdout)
    assert described["mine"]["model"] == described["cnn"]["model"]
    assert "unknown table" in described["broken"]["problem"]


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("presets", "--json"), ("runs",), ("export", "cnn"), ("tail", "cnn")],
    ids=" ".join,
)
def test_a_reader_that_goes_away_ends_the_command_in_silence(arguments: tuple[str, ...], world: Path) -> None:
    """`vitdash runs | head -1`: the exit code that a shell gives a program that died of SIGPIPE, and no word."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = subprocess.Popen([*COMMAND, *arguments], cwd=world, stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    assert process.communicate(timeout=DEADLINE_SECONDS)[1] == b""
    assert process.returncode == 141


@pytest.mark.parametrize("arguments", [("--help",), ("presets",), ("tail", "cnn", "--json")], ids=" ".join)
def test_no_stdout_at_all_is_no_trouble(arguments: tuple[str, ...], world: Path) -> None:
    """`>&-`: there is nowhere to write, so nothing is written."""
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, *arguments]
    result = subprocess.run(shell, cwd=world, stderr=subprocess.PIPE, timeout=DEADLINE_SECONDS, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("arguments", [("presets",), ("presets", "show", "cnn")], ids=" ".join)
def test_a_full_disk_is_told_in_one_line(arguments: tuple[str, ...], world: Path) -> None:
    """Redirected output that did not arrive must not look like success."""
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*COMMAND, *arguments], cwd=world, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 2
    assert result.stderr == "vitdash: the output cannot be written: No space left on device.\n"


@pytest.mark.parametrize(
    ("arguments", "columns", "term"),
    [
        (("runs",), 40, "xterm"),
        (("presets",), 40, "dumb"),
        (("show", "vit"), 40, "xterm"),
        (("runs",), 80, "xterm"),
    ],
)
def test_a_terminal_of_any_width_is_kept_to(
    arguments: tuple[str, ...], columns: int, term: str, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is folded by the terminal, but for a path or an id that is longer than it."""
    monkeypatch.setenv("TERM", term)
    code, shown = vitdash_on_terminal(*arguments, cwd=world, columns=columns)
    assert code == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    run_id = run_called(world, "vit").id
    assert [line for line in lines if len(line) > columns and run_id not in line] == []
    assert len(lines) > 5


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "xterm")])
def test_a_terminal_that_wants_text_gets_text(
    name: str, value: str, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one escape sequence with NO_COLOR or on a dumb terminal; on any other there are some."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    for arguments in (("presets",), ("show", "cnn")):
        shown = vitdash_on_terminal(*arguments, cwd=world, columns=80)[1]
        assert (ESCAPE in shown) is (value == "xterm")


def test_an_old_locale_reads_what_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ASCII cannot say is written as an escape – here one that TOML reads back."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    file = tmp_path / "mine.toml"
    file.write_text('title = "数字"\n[model]\narchitecture = "cnn"\n')
    result = vitdash("presets", "show", str(file), cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert 'title = "\\u6570\\u5b57"' in result.stdout
    assert presets.parse(result.stdout, "stdout", "x").description.title == "数字"
