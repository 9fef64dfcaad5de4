"""What varies, as it is typed and as a preset states it: every mistake has its sentence, whatever the size."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitdash import matrix, presets
from vitdash.errors import InputError

MODEL = "[model]\narchitecture = 'vit'\n"


def test_typed_values_become_the_knobs_own_kinds() -> None:
    """Each once, in their order; a list of names, or a number with separators, has semicolons around it."""
    config = presets.load("vit-l4-h16")
    words = matrix.typed(["heads=4, 8,4", "learning_rate=3e-4,1e-3", "probes=svc;", "max_inputs=20,000;40,000"])
    assert matrix.parse(words, config) == {
        "heads": (4, 8),
        "learning_rate": (3e-4, 1e-3),
        "probes": (("svc",),),
        "max_inputs": (20_000, 40_000),
    }


def test_seeds_are_a_number_of_them_or_a_list() -> None:
    """Five are 0 to 4; one alone is written with a comma behind it."""
    assert matrix.seeds("3") == (0, 1, 2)
    assert matrix.seeds("7, 0,7") == (7, 0)
    assert matrix.seeds("5,") == (5,)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("heads", "--matrix: 'heads' is no knob with values. Write it as knob=value,value"),
        ("=4", "--matrix: '=4' is no knob with values."),
        ("heads=", "--matrix: heads has no values."),
        ("heads=, ,", "--matrix: heads has no values."),
        ("\x1b[31m", "--matrix: '[31m' is no knob with values."),
    ],
)
def test_a_word_that_varies_nothing_is_refused(word: str, sentence: str) -> None:
    """Nothing that was typed is left out silently."""
    with pytest.raises(InputError) as refused:
        matrix.typed([word])
    assert str(refused.value).startswith(sentence)


def test_a_knob_is_given_once() -> None:
    """Two lists of values would leave open which of them is meant."""
    with pytest.raises(InputError, match="heads is given twice"):
        matrix.typed(["heads=4", "heads=8"])


@pytest.mark.parametrize("text", ["0", "", ",", "-1", "1.5", "two", "1,x", "1" * 30, "²"])
def test_what_are_no_seeds_is_refused(text: str) -> None:
    """With what may be written instead."""
    with pytest.raises(InputError, match=r"--seeds: .* are no seeds\. Write how many"):
        matrix.seeds(text)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("heads=4,x", "--matrix: heads: 'x' is not allowed. Allowed: a whole number"),
        ("heads=4,0", "--matrix: heads: '0' is not allowed."),
        ("loss=l2,l3", "--matrix: loss: 'l3' is not allowed."),
        ("haeds=4", "--matrix: haeds: is no knob of ViT. Did you mean 'heads'?"),
        ("width=4", "--matrix: width: is a knob of "),
        ("threads=1,2", "--matrix: threads changes nothing of a result, so there is nothing to compare."),
        ("architecture=vit", "--matrix: architecture: is chosen by the preset, not by a knob."),
    ],
)
def test_a_value_that_is_none_is_named_with_its_knob(word: str, sentence: str) -> None:
    """As everywhere a knob is given."""
    with pytest.raises(InputError) as refused:
        matrix.parse(matrix.typed([word]), presets.load("vit-l4-h16"))
    assert str(refused.value).startswith(sentence)


def test_too_many_combinations_are_refused_with_their_number() -> None:
    """The sizes alone say it."""
    with pytest.raises(InputError) as refused:
        matrix.check_size([[100, 100, 100], [3]])
    assert "these are 1,000,003 combinations; a sweep has at most 10,000." in str(refused.value)
    with pytest.raises(InputError, match="these are 1,000,000 combinations"):
        matrix.seeds("1000000")
    assert matrix.check_size([[100, 100], []][:1]) == 10_000


def test_a_preset_states_a_matrix_that_training_it_ignores(tmp_path: Path) -> None:
    """It is for sweeps; the configuration of one run has nothing of it."""
    file = tmp_path / "mine.toml"
    file.write_text(MODEL + "[matrix]\nheads = [4, 8]\nlearning_rate = [0.001]\nprobes = [['svc'], []]\n")
    assert presets.load_matrix(str(file)) == {"heads": (4, 8), "learning_rate": (0.001,), "probes": (("svc",), ())}
    assert "matrix" not in presets.dump(presets.load(str(file)))
    assert presets.load_matrix("cnn") == {}


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("[matrix]\n", "[matrix] is empty."),
        ("matrix = 3\n", "'matrix' is a table: write [matrix]."),
        ("[matrix]\nheads = 4\n", "[matrix] heads: write its values as a list"),
        ("[matrix]\nheads = []\n", "[matrix] heads has no values."),
        ("[matrix]\nheads = ['4']\n", "[matrix] heads: '4' is text."),
        ("[matrix]\nhaeds = [4]\n", "[matrix] haeds: is no knob of ViT. Did you mean 'heads'?"),
        ("[matrix]\nthreads = [1, 2]\n", "[matrix] threads changes nothing of a result"),
        ("[matrix.heads]\na = 1\n", "[matrix] heads: write its values as a list"),
    ],
)
def test_a_mistake_in_a_matrix_is_told_whoever_reads_the_preset(table: str, sentence: str) -> None:
    """Also one who only trains it: the file is wrong."""
    text = table + MODEL if table.startswith("matrix =") else MODEL + table
    with pytest.raises(InputError) as refused:
        presets.parse(text, "a file", "mine")
    assert str(refused.value).startswith(f"a file: {sentence}")
