"""Presets: what is written is read back equal, and what is no preset is refused with file, table, key and way out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.configurations import CONFIGURATIONS
from tests.harmless import is_harmless
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import EXIT_BAD_INPUT, InputError

SHIPPED = sorted(path.stem for path in presets.shipped_directory().glob("*.toml"))
MODEL = '[model]\narchitecture = "cnn"\n'
REPORTED = "[reported]\nimages_seen = 1\nvalidation_loss = 0.1\naccuracy = 0.5\nsvc = 0.5\nparameters = 1\n"


def refusal(content: str | bytes, tmp_path: Path) -> str:
    """Return the sentence with which a file of this content is refused, its path left out."""
    file = tmp_path / "mine.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        presets.load_file(file)
    sentence = str(refused.value)
    assert refused.value.exit_code == EXIT_BAD_INPUT
    assert is_harmless(sentence)
    assert len(sentence) < 600
    assert sentence.startswith(f"{file}: ")
    return sentence.removeprefix(f"{file}: ")


@given(CONFIGURATIONS)
def test_what_is_written_is_read_back_equal(config: RunConfig) -> None:
    """A run's config.toml is its configuration, whole: resume and export read nothing else."""
    text = presets.dump(config)
    again = presets.parse(text, "a file", "another name")
    assert again == config
    assert presets.dump(again) == text
    assert again.fingerprint() == config.fingerprint()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_preset_survives_the_round_trip(name: str) -> None:
    """`vitdash presets show NAME > mine.toml` is a valid preset with the same knobs."""
    config = presets.load(name)
    assert presets.parse(presets.dump(config), "a file", name) == config


@given(st.text(max_size=300) | st.builds((MODEL + "{}").format, st.text(max_size=60)))
@example("\x00")
@example("a = 'b")
@example("[model")
@settings(max_examples=150)
def test_any_text_is_a_preset_or_refused_in_one_line(text: str) -> None:
    """No content of a file makes loading fail in any other way than with a sentence."""
    said = ""
    try:
        presets.parse(text, "a file", "mine")
    except InputError as error:
        said = str(error)
    assert is_harmless(said)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty; a preset needs at least a [model] table with an architecture."),
        (" \n\t\n", "is empty;"),
        ("# only a comment", "[model] needs the key 'architecture': vit, resnet18 or cnn."),
        ("[model]\npatch = 7\n", "[model] needs the key 'architecture': vit, resnet18 or cnn."),
        ("model = 3", "'model' is a table: write [model]."),
        ("[[model]]\narchitecture = 'cnn'", "'model' is a table: write [model]."),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is not text; a preset is a TOML file in UTF-8."),
        ("#" * 65_537, "is larger than 65,536 bytes; that is no preset."),
        ("a = = b", "is not TOML: Invalid value (at line 1, column 5)."),
        ("a = " + "[" * 5000 + "]" * 5000, "is not TOML: "),
        ("a = " + "{b=" * 5000 + "1" + "}" * 5000, "is not TOML: "),
        ("[" + ".".join("a" * 20_000) + "]", "is not TOML: "),
        (MODEL + "[optim]\nlearning_rate = 0.1\nlearning_rate = 0.2", "is not TOML: "),
        (MODEL + "width = 1" + "0" * 6000, "has a number that is too long to read."),
        (MODEL + "width = 0x" + "f" * 6000, "[model] width: 'a very long number' is not allowed."),
        (MODEL + REPORTED.replace("0.1", "1" + "0" * 400), "[reported] validation_loss: '1000000000"),
    ],
)
def test_what_is_no_preset_at_all_is_refused(content: str | bytes, sentence: str, tmp_path: Path) -> None:
    """Empty, binary, huge, nested without end, another kind of TOML: one sentence each, no traceback."""
    assert refusal(content, tmp_path).startswith(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[modle]\n", "unknown table [modle]. Did you mean 'model'?"),
        (MODEL + "[qqqq]\n", "unknown table [qqqq]. Tables: model, data, optim, train, probe, record, compute,"),
        ("[model]\narchitecture = 'cnm'", "[model] there is no architecture 'cnm'. Did you mean 'cnn'?"),
        ("[model]\narchitecture = ['cnn']", "[model] there is no architecture '['cnn']'. Did you mean 'cnn'?"),
        ("[model.architecture]\nx = 1", "[model] there is no architecture '{'x': 1}'."),
        ("[model]\narchitecture = true", "[model] there is no architecture 'True'."),
        (MODEL + "[optim]\nlerning_rate = 1", "[optim] unknown key 'lerning_rate'. Did you mean 'learning_rate'?"),
        (MODEL + "[optim]\nqqqq = 1", "[optim] unknown key 'qqqq'. Known: loss, label_smoothing,"),
        (MODEL + "heads = 8", "[model] unknown key 'heads'."),
        (MODEL + "[optim]\nbatch_size = 8", "[optim] unknown key 'batch_size'. It belongs below [train]."),
        ("titel = 'x'\n" + MODEL, "unknown key 'titel'. Did you mean 'title'?"),
        ("seed = 1\n" + MODEL, "unknown key 'seed'. It belongs below [train]."),
        ("title = 3\n" + MODEL, "title: '3' is not allowed. Allowed: text."),
        (MODEL + "width = '8'", "[model] width: '8' is text. Allowed: a whole number from 1 to 4,096."),
        (MODEL + "width = true", "[model] width: true is not allowed. Allowed: a whole number from 1 to 4,096."),
        (MODEL + "width = 0", "[model] width: '0' is not allowed."),
        (MODEL + "[optim]\nlearning_rate = nan", "[optim] learning_rate: 'nan' is not allowed."),
        (MODEL + "[optim]\nlearning_rate = -inf", "[optim] learning_rate: '-inf' is not allowed."),
        (MODEL + "[optim]\nlearning_rate = 2020-01-01", "[optim] learning_rate: '2020-01-01' is not allowed."),
        (MODEL + "[optim]\nmomentum = 0.5", "[optim] momentum: has no effect while optimizer is 'adamw'; it belongs"),
        (MODEL + "[probe]\nprobes = 'svc'", "[probe] probes: 'svc' is text. Allowed: a list of svc"),
        (
            MODEL + "[record]\nkeep_optimizer = 1",
            "[record] keep_optimizer: '1' is not allowed. Allowed: true or false.",
        ),
        (MODEL + "kernel = 29", "[model] kernel: 29 is larger than the image side of 28. Allowed: 1 to 28."),
        ("[model]\narchitecture = 'vit'\nheads = 7", "[model] heads: 7 does not divide the hidden size of 256."),
        ("[model]\narchitecture = 'vit'\npatch = 8", "[model] patch: 8 does not divide the image side of 28."),
        (MODEL + "[optim]\nfinal_learning_rate = 1", "[optim] final_learning_rate: 1 is above the learning rate"),
        (MODEL + "[reported]\nsvc = 1", "[reported] lacks images_seen, validation_loss, accuracy, parameters."),
        (MODEL + REPORTED + "argmax = 1", "[reported] unknown key 'argmax'."),
        (MODEL + REPORTED.replace("0.5", "1.5"), "[reported] accuracy: '1.5' is not allowed."),
    ],
)
def test_a_mistake_is_named_with_table_key_and_way_out(content: str, sentence: str, tmp_path: Path) -> None:
    """The reader learns where to look and what to write, from the one line."""
    assert refusal(content, tmp_path).startswith(sentence)


@pytest.mark.parametrize(
    "content",
    [
        'title = "a\\u001b[31mb"\n' + MODEL,
        MODEL + '"\\u001b[31mkey" = 1',
        MODEL + '["\\u001b]0;owned\\u0007"]\na = 1',
        '[model]\narchitecture = "\\u009b2J"',
        MODEL + '[data]\ndataset = "\\u202emnist"',
        MODEL + '"key\\nvitdash: everything is fine" = 1',
        "\x1b[31m = 1",
    ],
)
def test_control_characters_of_a_file_never_reach_the_message(content: str, tmp_path: Path) -> None:
    """A preset from the web cannot paint, overwrite or forge the line that refuses it."""
    assert refusal(content, tmp_path)


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    """Missing, a directory, someone else's, a device without end, a user who does not exist."""
    secret = tmp_path / "secret.toml"
    secret.write_text(MODEL)
    secret.chmod(0)
    cases = {
        str(tmp_path / "missing.toml"): "there is no such file. See: vitdash presets",
        f"{tmp_path}/": "is a directory; a preset is one TOML file.",
        "/dev/zero": "is larger than 65,536 bytes",
        "/dev/null": "is empty;",
        "~nobody-here/x.toml": "there is no such file.",
        "\0.toml": "cannot be read: embedded null byte.",
        f"{tmp_path}/{'x' * 300}.toml": "cannot be read: File name too long.",
    }
    if os.geteuid() != 0:
        cases[str(secret)] = "cannot be read: Permission denied."
    for path, sentence in cases.items():
        with pytest.raises(InputError) as refused:
            presets.load(path)
        assert sentence in str(refused.value)


def test_an_unknown_name_is_answered_with_the_nearest_or_with_all() -> None:
    """A slip of the keyboard gets its correction, a wild guess the list."""
    with pytest.raises(InputError, match=r"there is no preset 'cmn'\. Did you mean 'cnn'\?$"):
        presets.load("cmn")
    with pytest.raises(InputError, match=r"there is no preset 'qqqq'\. Presets: cnn, rn18, vit-l16-h8, .*\.$"):
        presets.load("qqqq")
    with pytest.raises(InputError, match=r"there is no preset 'a \[31mb'\. Did you|Presets"):
        presets.load("a\x1b[31mb")


def test_a_preset_from_a_path_is_called_after_its_file(tmp_path: Path) -> None:
    """It need not say its own name; a file's name is not trusted with the terminal either."""
    for file_name, name in [("mine.toml", "mine"), ("\x1b[31mred.toml", "[31mred"), ("no ending", "no ending")]:
        (tmp_path / file_name).write_text(MODEL)
        config = presets.load(str(tmp_path / file_name))
        assert (config.description.preset, config.description.title) == (name, name)
        assert presets.parse(presets.dump(config), "a file", "x") == config


@pytest.fixture
def own() -> Callable[[str, str], None]:
    """Return what puts a preset among the user's own."""

    def put(name: str, content: str) -> None:
        presets.user_directory().mkdir(parents=True, exist_ok=True)
        (presets.user_directory() / f"{name}.toml").write_text(content)

    return put


def test_the_user_s_presets_lie_in_the_configuration_directory(tmp_path: Path) -> None:
    """XDG_CONFIG_HOME decides, as everywhere on Linux; no such directory is no error."""
    if os.uname().sysname == "Linux":
        assert presets.user_directory() == tmp_path / "config" / "vitdash" / "presets"
    assert sorted(presets.available()) == SHIPPED


def test_a_preset_of_the_user_s_stands_before_a_shipped_one(own: Callable[[str, str], None]) -> None:
    """Whoever writes a `cnn` of their own means that one; others join the list."""
    own("cnn", MODEL + "width = 5\n")
    own("mine", MODEL + "width = 6\n")
    configs, problems = presets.load_all()
    assert not problems
    assert sorted(configs) == sorted([*SHIPPED, "mine"])
    assert presets.load("cnn") == configs["cnn"]
    assert configs["cnn"].value("width") == 5
    assert presets.load("mine").value("width") == 6


def test_a_broken_preset_hides_no_other(own: Callable[[str, str], None]) -> None:
    """Each is listed with what is wrong with it; the rest can be used as before."""
    own("broken", MODEL + "width = 'x'")
    own("long", MODEL + "width = 1" + "0" * 6000)
    own("odd", "[model]\narchitecture = [1]")
    (presets.user_directory() / "folder.toml").mkdir()
    (presets.user_directory() / "dangling.toml").symlink_to("nowhere")
    configs, problems = presets.load_all()
    assert sorted(configs) == SHIPPED
    assert sorted(problems) == ["broken", "dangling", "folder", "long", "odd"]
    assert all(f"{name}.toml" in problem for name, problem in problems.items())
