"""The user's config file: what is written is read back equal, and every mistake has its sentence."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from tests.configurations import values_of
from tests.harmless import is_harmless
from vitdash import data, keys, presets, settings, template
from vitdash.errors import EXIT_BAD_INPUT, InputError
from vitdash.knobs import Knob
from vitdash.run import launch, store

TABLES = ("folders", "compute", "plugins", "screen", "keys")
PATHS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8).map(lambda name: f"/{name}")


def given_for(table: str, item: Knob) -> st.SearchStrategy[Any]:
    if table == "folders":
        return st.just("") | PATHS | PATHS.map(lambda path: f"~{path}")
    if table == "plugins":
        return st.lists(PATHS, max_size=3, unique=True)
    return values_of(item)


STATED = st.fixed_dictionaries(
    {},
    optional={(table, item.name): given_for(table, item) for table, item in settings.declared() if table != "keys"},
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the config file, which is not there yet."""
    path = tmp_path / "config.toml"
    monkeypatch.setenv("VITDASH_CONFIG", str(path))
    return path


def refusal(file: Path, content: str | bytes) -> str:
    """Return the sentence with which a file of this content is refused, its path left out."""
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        settings.load()
    sentence = str(refused.value)
    assert refused.value.exit_code == EXIT_BAD_INPUT
    assert is_harmless(sentence)
    assert sentence.startswith(f"{file}: ")
    return sentence.removeprefix(f"{file}: ")


ALL_KEYS = sorted({key for action in keys.ACTIONS for key in action.keys})
ALL_KEYS += [f"alt+{letter}" for letter in string.ascii_lowercase] + [f"f{number}" for number in range(9, 25)]
"""Enough to give each action one of its own, wherever it works."""


@given(STATED, st.permutations(ALL_KEYS))
def test_what_is_written_is_read_back_equal(stated: dict[tuple[str, str], Any], dealt: list[str]) -> None:
    """Any values that are allowed, any distribution of keys; the rest keeps its default."""
    content: dict[str, dict[str, Any]] = {}
    for (table, name), value in stated.items():
        content.setdefault(table, {})[name] = value
    content["keys"] = {action.id: dealt.pop() for action in keys.ACTIONS}
    found = settings.parse(tomli_w.dumps(content), "a file")
    assert found.stated == stated.keys() | {("keys", action.id) for action in keys.ACTIONS}
    for table, item in settings.declared():
        expected = content.get(table, {}).get(item.name, item.default)
        value = found.value(table, item.name)
        assert (list(value) if isinstance(value, tuple) else value) == (
            list(expected) if isinstance(expected, tuple) else expected
        )


@given(st.text(max_size=200) | st.builds("[screen]\n{}".format, st.text(max_size=40)))
@example("keys = 1")
@example("[keys]\nquit = 'a'\nhelp = 'a'")
def test_any_text_is_a_config_file_or_refused_in_one_line(text: str) -> None:
    """No content makes reading fail in any other way than with a sentence."""
    said = ""
    try:
        settings.parse(text, "a file")
    except InputError as error:
        said = str(error)
    assert is_harmless(said)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[scren]\n", "unknown table [scren]. Did you mean 'screen'?"),
        ("[qqqq]\n", "unknown table [qqqq]. Tables: folders, compute, plugins, screen, keys."),
        ("screen = 3", "'screen' is a table: write [screen]."),
        ("bell = true", "unknown key 'bell'. It belongs below [screen]."),
        ("qqqq = 1", "unknown key 'qqqq'."),
        ("[screen]\nthem = 'nord'", "[screen] unknown key 'them'. Did you mean 'theme'?"),
        ("[screen]\nthreads = 2", "[screen] unknown key 'threads'. It belongs below [compute]."),
        ("[screen]\nsort = 's'", "[screen] unknown key 'sort'. It belongs below [keys]."),
        ("[screen]\ntheme = 'nrod'", "[screen] theme: 'nrod' is not allowed. Did you mean 'nord'? Allowed: auto, dark"),
        ("[screen]\nbell = 1", "[screen] bell: '1' is not allowed. Allowed: true or false."),
        (
            "[screen]\nrefresh_hz = 31",
            "[screen] refresh_hz: '31' is not allowed. Allowed: a whole number from 0 to 30.",
        ),
        ("[screen]\nrefresh_hz = '4'", "[screen] refresh_hz: '4' is text."),
        ("[screen.theme]\na = 1", "[screen] theme: '{'a': 1}' is a table."),
        ("[compute]\ndevice = 'tpu'", "[compute] device: 'tpu' is not allowed. Did you mean"),
        ("[compute]\nthreads = -1", "[compute] threads: '-1' is not allowed. Allowed: a whole number from 0 to 1,024."),
        (
            "[folders]\nruns = 'runs'",
            "[folders] runs: 'runs' depends on where vitdash is started. Write the whole path",
        ),
        ("[folders]\ndata = '~nobody-here/x'", "[folders] data: '~nobody-here/x' depends on where"),
        ("[folders]\ndata = ['/x']", "[folders] data: '['/x']' is a list. Allowed: text."),
        ("[plugins]\nfiles = '/x.py'", "[plugins] files: '/x.py' is text. Allowed: a list"),
        ("[plugins]\nfiles = ['x.py']", "[plugins] files: 'x.py' depends on where vitdash is started."),
        ("[keys]\nsrot = 's'", "[keys] unknown key 'srot'. Did you mean 'sort'?"),
        ("[keys]\nsort = 3", "[keys] sort: '3' is not allowed. Allowed: text."),
        ("[keys]\nsort = 'entr'", "[keys] sort: 'entr' is no key. Did you mean 'enter'? Allowed: a character, or"),
        ("[keys]\nsort = ''", "[keys] sort: '' is no key."),
        (
            "[keys]\nsort = 'c'",
            "[keys] 'c' stands for both sort and compare in the dashboard. Give one of them another",
        ),
        ("a = = b", "is not TOML: Invalid value (at line 1, column 5)."),
        ("[screen]\nbell = true\nbell = false", "is not TOML: "),
        (b"\x89PNG\xff", "is not text; a config file is a TOML file in UTF-8."),
        ("#" * 65_537, "is larger than 65,536 bytes; that is no config file."),
        ("[compute]\nthreads = 1" + "0" * 6000, "has a number that is too long to read."),
        ("[screen]\ntheme = '\\u001b'", "[screen] theme: "),
        ('"\\u001b[31mx" = 1', "unknown key '[31mx'."),
    ],
)
def test_every_mistake_has_its_sentence(content: str | bytes, sentence: str, file: Path) -> None:
    """File, table, key, and what to write instead."""
    assert refusal(file, content).startswith(sentence)


def test_a_directory_is_no_config_file(file: Path) -> None:
    """Nor is anything else that cannot be read as one."""
    file.mkdir()
    with pytest.raises(InputError, match="is a directory; a config file is one TOML file"):
        settings.load()


def test_without_a_file_everything_has_its_default(file: Path) -> None:
    """The file is optional, and so is everything in it."""
    assert settings.load() == settings.Settings()
    file.write_text("")
    assert settings.load() == settings.Settings()


def test_the_file_lies_where_the_environment_says_or_with_the_user_s_configuration(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VITDASH_CONFIG first; empty, it counts as not set."""
    assert settings.path() == file
    monkeypatch.setenv("VITDASH_CONFIG", "~/mine.toml")
    assert settings.path() == tmp_path / "mine.toml"
    monkeypatch.setenv("VITDASH_CONFIG", "")
    assert settings.path() == presets.user_directory().parent / "config.toml"


def test_every_theme_is_one_of_textual_s() -> None:
    """A theme of the list that the dashboard cannot show would be a trap."""
    from textual.theme import BUILTIN_THEMES

    assert set(settings.THEMES.values()) <= set(BUILTIN_THEMES)


def test_folders_of_the_file_come_after_the_environment(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command, environment, file, default: in this order, for runs and for data."""
    assert store.default_root() == Path("runs")
    assert data.directory("").name == "datasets"
    file.write_text('[folders]\nruns = "~/mine"\ndata = "/images"\n')
    assert store.default_root() == tmp_path / "mine"
    assert data.directory("") == Path("/images")
    monkeypatch.setenv("VITDASH_RUNS", "elsewhere")
    monkeypatch.setenv("VITDASH_DATA", "/others")
    assert store.default_root() == Path("elsewhere")
    assert data.directory("") == Path("/others")
    assert data.directory("/given") == Path("/given")
    found = settings.load()
    assert [found.source("folders", name) for name in ("runs", "data")] == ["VITDASH_RUNS", "VITDASH_DATA"]


def test_a_broken_file_stops_only_what_needs_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the folder named by the environment, nothing has to be read."""
    file.write_text("[folders\n")
    with pytest.raises(InputError, match="is not TOML"):
        store.default_root()
    monkeypatch.setenv("VITDASH_RUNS", "/x")
    assert store.default_root() == Path("/x")
    assert data.directory("/given") == Path("/given")


def test_a_new_run_takes_the_user_s_device_and_threads_where_nothing_else_is_said(file: Path, root: Path) -> None:
    """A preset that states its own keeps them, and a command can say `auto` again."""
    cnn = presets.load("cnn")
    assert presets.load_for_new_run("cnn") == cnn
    file.write_text('[compute]\ndevice = "cpu"\nthreads = 3\n')
    config = presets.load_for_new_run("cnn")
    run = launch.create(config, root, "mine", ())
    written = store.read_config(run).compute
    assert (written.device, written.threads) == ("cpu", 3)
    assert config.reported == cnn.reported
    assert config.fingerprint() == cnn.fingerprint()
    assert config.replace({"device": "auto"}).compute.device == "auto"
    (root / "mine.toml").write_text(presets.dump(cnn.replace({"device": "mps", "threads": 5})))
    stated = presets.load_for_new_run(str(root / "mine.toml")).compute
    assert (stated.device, stated.threads) == ("mps", 5)


def test_the_template_changes_nothing_and_is_valid_when_everything_is_uncommented(file: Path) -> None:
    """It states every setting with its default, so that uncommenting a line changes nothing either."""
    template.write(file)
    assert settings.load() == settings.Settings()
    text = file.read_text()
    uncommented, count = re.subn(r"(?m)^#(?=\w)", "", text)
    assert count == len(list(settings.declared()))
    found = settings.parse(uncommented, "a file")
    assert found.stated == {(table, item.name) for table, item in settings.declared()}
    assert all(found.value(table, item.name) == item.default for table, item in settings.declared())
    assert all(item.help.split(".")[0].split()[0] in text for _, item in settings.declared())
    assert max(map(len, text.splitlines())) <= 120


def test_a_file_of_the_user_s_is_never_replaced(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their comments would be lost; what cannot be written says why."""
    file.write_text("# mine")
    with pytest.raises(InputError, match=r"config\.toml: is there already\. What is yours is never replaced\."):
        template.write(file)
    assert file.read_text() == "# mine"
    with pytest.raises(InputError, match="cannot be written: Not a directory"):
        template.write(file / "deeper" / "config.toml")
    with pytest.raises(InputError, match="cannot be written: something else is in its place"):
        template.write(tmp_path)
