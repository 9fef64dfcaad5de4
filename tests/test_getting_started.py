"""The page for newcomers does what it says: its commands run in order in one shell, every command among them."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import typer

from vitdash.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "getting-started.md"
DEADLINE_SECONDS = 300.0
# Those that need a terminal, or that would not end by themselves.
ELSEWHERE = {"watch", "replay"}


def blocks() -> list[str]:
    """Return the page's shell blocks, in order."""
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)


def commands() -> set[str]:
    """Return every command there is, groups with their sub-commands."""
    found = set()
    root = typer.main.get_command(app)
    for name, command in getattr(root, "commands", {}).items():
        found.add(name)
        found |= {f"{name} {inner}" for inner in getattr(command, "commands", {})}
    return found


def test_the_page_uses_every_command() -> None:
    """A command that a newcomer is not shown is one that nobody finds."""
    used = "\n".join(blocks())
    assert {
        name for name in commands() - ELSEWHERE if not re.search(rf"^vitdash {name}\b", used, re.MULTILINE)
    } == set()


def test_the_page_runs_from_an_empty_folder_to_a_table(tmp_path: Path) -> None:
    """Every line succeeds; at the end there is the table, and what was deleted is gone."""
    script = "set -euo pipefail\n" + "\n".join(blocks())
    environment = dict(os.environ) | {"PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stderr == ""
    table = (tmp_path / "results.md").read_text().splitlines()
    assert len(table) == 4
    assert "accuracy (svc, held-out)" in table[0]
    assert (tmp_path / "results.csv").read_text().count("\n") == 3
    left = {path.name.rsplit("-", 3)[0] for path in (tmp_path / "runs").glob("*-*")}
    assert left == {"first", "third", "fourth"}
    assert (tmp_path / "page.md").read_text().count("](page.svg)") == 1
