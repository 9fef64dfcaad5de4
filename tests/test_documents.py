"""What the documents say is what the code does: generated pages, tables of keys and codes, scripts as they stand."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.commands import COMMAND, DEADLINE_SECONDS, environment, vitdash_each
from tests.recorded import finished, record
from vitdash import errors, presets
from vitdash.cli import app
from vitdash.doctor import finding
from vitdash.run import control, events
from vitdash.run.control import Word

DOCS = Path(__file__).parents[1] / "docs"
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "whole number": (int,),
    "object": (dict,),
    "list of text": (list,),
    "list": (list,),
    "any": (str, int, float, bool, list),
    "null": (type(None),),
}
FIELDS = {
    "int": "whole number",
    "float": "number",
    "str": "text",
    "bool": "true or false",
    "tuple[str, ...]": "list of text",
}


def page(name: str) -> str:
    return (DOCS / name).read_text()


def section(heading: str) -> str:
    """Return what stands below a heading of scripting.md, up to the next."""
    (found,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page("scripting.md"), re.DOTALL | re.MULTILINE)
    return str(found)


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def blocks(name: str, language: str) -> list[str]:
    """Return the code blocks of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.DOTALL | re.MULTILINE)


def run_as_script(text: str, folder: Path) -> str:
    """Run a script of the documents where `vitdash` is on the path, and return what it printed."""
    script = folder / "script.py"
    script.write_text(text)
    path = f"{Path(COMMAND[0]).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env=environment() | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=3 * DEADLINE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_generated_pages_are_what_the_generator_writes() -> None:
    """Whoever changes a command, a knob or a preset runs `make docs`."""
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec
    assert spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    for name, content in generator.pages().items():
        assert page(name) == content, f"docs/{name} is out of date: run `make docs`"


def test_links_between_the_documents_lead_somewhere() -> None:
    """A page that is renamed, or a heading, leaves no link behind."""
    for path in DOCS.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text()):
            name, _, anchor = target.partition("#")
            file = (DOCS / name).resolve() if name else path
            assert file.exists(), f"{path.name} links to {target}"
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE) if file.suffix == ".md" else []
            anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert not anchor or anchor in anchors, f"{path.name} links to {target}"


def test_every_command_with_json_is_in_the_table_and_no_other() -> None:
    """What can be read by programs is told to those who write them."""

    def below(prefix: str, command: Any) -> Iterator[str]:
        if any("--json" in parameter.opts for parameter in command.params):
            yield prefix
        for name, child in getattr(command, "commands", {}).items():
            yield from below(f"{prefix} {name}".strip(), child)

    named = [name for cells in rows("What `--json` prints") for name in re.findall(r"`([^`]+)`", cells[0])]
    assert set(named) == set(below("", typer.main.get_command(app)))


def test_every_event_is_documented_with_its_keys_and_types() -> None:
    """The table is the protocol: a field that is added is added there."""
    written = {cells[0].strip("`"): dict(re.findall(r"`(\w+)` ([\w ]+)", cells[1])) for cells in rows("Events")}
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
    for kind in set(kinds) - {events.Event, events.Skipped}:
        own = [field for field in dataclasses.fields(kind) if field.name not in ("seq", "time")]
        expected = {field.name: FIELDS.get(str(field.type), "object") for field in own}
        assert written.pop(kind.__name__) == expected, kind.__name__
    assert not written


def assert_described(content: dict[str, Any], heading: str) -> None:
    """Check that an object has the keys of a table, each of a type that is written there."""
    table = {cells[0].strip("`"): cells[1] for cells in rows(heading)}
    assert content.keys() == table.keys(), heading
    for key, written in table.items():
        allowed = [kind for word in written.split(" or ") for kind in TYPES[word]]
        assert type(content[key]) in allowed, f"{key} of {heading}"


def test_objects_have_the_keys_and_types_that_are_documented(tmp_path: Path) -> None:
    """A run in a list, a row of the table, and a run that was asked, as the commands print them."""
    cnn = presets.load("cnn")
    record(tmp_path / "runs", cnn, finished(cnn))
    halted = record(tmp_path / "runs", cnn, finished(cnn)[:4], name="halted", claim="stopped")
    control.give(halted.control, Word.STOP)
    listed, shown, exported, asked, data, config, labelled = vitdash_each(
        [["runs", "--json"], ["show", "cnn", "--json"], ["export", "halted", "--format", "json", "--reported"],
         ["stop", "halted", "--json"], ["data", "--json"], ["config", "--json"],
         ["tag", "cnn", "good", "--json"]],
        tmp_path,
    )  # fmt: skip
    for item in json.loads(listed.stdout):
        assert_described(item, "A run in a list")
    for item in json.loads(exported.stdout):
        assert_described(item, "A row of the table")
    (item,) = json.loads(shown.stdout)
    row = {key: item.pop(key) for key in json.loads(exported.stdout)[0]}
    assert_described(row, "A row of the table")
    assert_described(item, "A run that is shown")
    assert_described(json.loads(labelled.stdout), "What is written on a run")
    for item in json.loads(data.stdout):
        assert_described(item, "A data set")
    settings = json.loads(config.stdout)
    assert settings.keys() == {"path", "exists", "problem", "settings"}
    for item in settings["settings"]:
        assert_described(item, "A setting")
    assert_described(json.loads(json.dumps(dataclasses.asdict(finding.ok("terminal", "is one")))), "A finding")
    answer = json.loads(asked.stdout)
    assert_described(answer, "A run that was asked")
    assert answer == {"run": halted.id, "directory": str(halted.path), "state": "stopped"}


def test_every_exit_code_is_documented() -> None:
    """The table has the codes that there are."""
    known = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(cells[0]) for cells in rows("Exit codes")} == known == {0, 1, 2, 130, 141}


def test_the_script_of_the_documents_trains_until_it_is_good_enough(tmp_path: Path) -> None:
    """Start, follow, stop, read: a training driven through --json alone, by the script as it stands there."""
    (script,) = blocks("scripting.md", "python")
    assert len([line for line in script.splitlines() if line]) <= 20
    *evaluations, last = [line.split() for line in run_as_script(script, tmp_path).splitlines()]
    accuracies = [float(accuracy) for _, accuracy in evaluations]
    assert accuracies[-1] >= 0.8
    assert last == ["stopped", str(accuracies[-1])]


def test_the_python_page_is_one_script_that_runs(tmp_path: Path) -> None:
    """All its snippets in their order: a training, its model, whose predictions give the recorded accuracy exactly."""
    printed = run_as_script("\n".join(blocks("python.md", "python")), tmp_path)
    assert "\nfinished\n" in printed
    assert "(359, 128) 3000\n" in printed
    assert printed.splitlines()[-1] == page("python.md").rsplit("```", 2)[1].strip()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_says_how_it_is_installed_as_the_page_does(shell: str) -> None:
    """The page and the script's own first lines do not drift apart."""
    command = f"vitdash completion {shell}"
    (written,) = [line for line in page("completion.md").splitlines() if line.startswith(f"| {shell} |")]
    assert command in written
