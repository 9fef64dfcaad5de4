"""Whatever a run, a preset or a plug-in says, nothing of it drives the terminal: every command, and the dashboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands import vitdash_each, vitdash_on_terminal
from tests.fuzz import hostile_runs
from tests.fuzz.hostile_runs import EVIL
from tests.harmless import is_harmless
from tests.ui.pilots import drive, screen_text, settle
from vitdash.ui.app import Dashboard

FAILED, ENDED = "failed-20260101-000000-abcd", "ended-20260101-000001-abcd"
READ = (
    *(
        ["runs"],
        ["runs", "--json"],
        ["runs", "--columns", "run,name,tags,state,preset,accuracy"],
        ["runs", "--where", EVIL],
    ),
    *(["show", FAILED], ["show", ENDED, "--confusion", "--knobs"], ["show", ENDED, "--json"], ["show", EVIL]),
    *(["tail", FAILED], ["tail", ENDED, "--json"], ["compare", FAILED, ENDED], ["compare", FAILED, ENDED, "--json"]),
    *(["export", FAILED, ENDED, "--format", to] for to in ("markdown", "csv", "json", "svg")),
    *(["export", FAILED, ENDED, "--groups", "--format", to] for to in ("markdown", "csv", "json")),
    *(["report", FAILED, ENDED], ["queue"], ["prune", "--dry-run", FAILED], ["pause", ENDED]),
    *(["presets"], ["presets", "show", EVIL], ["train", "--preset", EVIL], ["config"], ["plugins"]),
)
OWN = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[hl]|\x1b\[[0-9]*[AGK]|\x1b\[2K")
"""What rich sends by itself: colours, the cursor hidden and shown, lines redrawn."""


@pytest.fixture
def hostile(root: Path) -> Path:
    """Return a folder of runs that mean ill."""
    hostile_runs.make(root, FAILED, failed=True)
    hostile_runs.make(root, ENDED, failed=False)
    # Such a name is none that is listed.
    hostile_runs.make(root, "\x1b]0;x\x07\u202e-20260101-000000-abcd", failed=False)
    return root


@pytest.fixture
def _user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: Path) -> None:
    """Give the user presets and a plug-in that mean ill as well."""
    monkeypatch.setenv("VITDASH_RUNS", str(hostile))
    presets = tmp_path / "config" / "vitdash" / "presets"
    presets.mkdir(parents=True)
    (presets / "evil\x1b[31m\u202e.toml").write_text('[model]\narchitecture = "cnn"\n')
    (presets / "worse.toml").write_text(f"title = '''{EVIL.encode(errors='replace').decode()}'''\n")
    plugin = tmp_path / "plugin.py"
    plugin.write_text(f"raise RuntimeError({EVIL!r})\n")
    (tmp_path / "config.toml").write_text(f'[plugins]\nfiles = ["{plugin}"]\n')
    monkeypatch.setenv("VITDASH_CONFIG", str(tmp_path / "config.toml"))


@pytest.mark.usefixtures("_user")
def test_no_command_prints_what_drives_a_terminal(tmp_path: Path) -> None:
    """Into a pipe, where nothing of our own is sent either: each line shows itself and no more, and nothing crashes."""
    without_nul = [[word.replace("\0", "").encode(errors="replace").decode() for word in words] for words in READ]
    for done in vitdash_each(without_nul, cwd=tmp_path):
        assert "Traceback" not in done.stderr, done
        for line in f"{done.stdout}\n{done.stderr}".split("\n"):
            assert is_harmless(line), (done.args, line)


@pytest.mark.usefixtures("_user")
@pytest.mark.parametrize("words", [["runs"], ["show", FAILED], ["tail", FAILED], ["compare", FAILED, ENDED]], ids=str)
def test_a_terminal_gets_our_own_sequences_only(tmp_path: Path, words: list[str]) -> None:
    """Colours are ours; what a run says comes without any."""
    _, sent = vitdash_on_terminal(*words, cwd=tmp_path, columns=80)
    for line in OWN.sub("", sent).split("\n"):
        assert is_harmless(line), line


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_dashboard_draws_nothing_that_drives_a_terminal(hostile: Path, size: tuple[int, int]) -> None:
    """Cards, charts, table, log, the screens behind keys, titles and notifications; markup is text like any other."""

    async def journey(app: Dashboard, pilot: object) -> None:
        for keys in (
            "",
            "down",
            "escape",
            "i",
            "escape",
            "c",
            "escape",
            "L",
            "escape",
            "question_mark",
            "escape",
            "e",
            "escape",
        ):
            if keys:
                await pilot.press(keys)  # type: ignore[attr-defined]
                await settle(pilot)  # type: ignore[arg-type]
            seen = screen_text(app)
            for line in seen.split("\n"):
                assert is_harmless(line), (keys, line)
            assert is_harmless(app.title)
        app.notify(EVIL)
        await settle(pilot)  # type: ignore[arg-type]

    drive(hostile, journey, size=size, read_only=False)
