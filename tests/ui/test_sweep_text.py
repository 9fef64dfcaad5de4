"""What is typed for a sweep: words become what is asked for, and a line for a shell that asks for the same."""

from __future__ import annotations

import shlex

import pytest

from vitdash.errors import InputError
from vitdash.ui.sweep_text import SweepText, place_of

FIELDS = {
    "presets": "cnn  vit-l4-h16",
    "matrix": "learning_rate=3e-4,1e-3 'max_inputs=20,000;40,000'",
    "settings": "batch_size=32",
    "filter": "seed == 0 or learning_rate < 1e-3",
    "seeds": "3",
    "jobs": " 2 ",
    "name": "rates",
}


def test_fields_say_what_is_wanted() -> None:
    """Words are separated as in a shell."""
    wanted = SweepText(FIELDS, again=True).wanted()
    assert wanted.presets == ("cnn", "vit-l4-h16")
    assert wanted.matrix == {"learning_rate": ("3e-4", "1e-3"), "max_inputs": ("20,000", "40,000")}
    assert wanted.settings == {"batch_size": "32"}
    assert (wanted.seeds, wanted.filter, wanted.name, wanted.again) == ((0, 1, 2), FIELDS["filter"], "rates", True)
    assert SweepText(FIELDS).jobs == 2
    assert SweepText({"presets": "cnn"}).jobs == 1


def test_the_line_for_a_shell_says_the_same() -> None:
    """Quoted, so that it can be pasted."""
    line = shlex.join(SweepText(FIELDS, again=True).words(("--runs-dir", "/a b")))
    assert line == (
        "vitdash sweep cnn vit-l4-h16 --matrix learning_rate=3e-4,1e-3 --matrix 'max_inputs=20,000;40,000' "
        "--set batch_size=32 --filter 'seed == 0 or learning_rate < 1e-3' --seeds 3 --jobs 2 --name rates --again "
        "--runs-dir '/a b'"
    )
    assert SweepText({"presets": "cnn", "seeds": "2"}).words() == ["vitdash", "sweep", "cnn", "--seeds", "2"]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("presets", " ", "PRESET: none is named."),
        ("presets", "'cnn", "PRESET: has a quote that is not closed."),
        ("matrix", "heads", "--matrix: 'heads' is no knob with values."),
        ("matrix", 'heads="4', "--matrix: has a quote that is not closed."),
        ("settings", "batch_size", "--set: 'batch_size' is no knob with a value."),
        ("seeds", "x", "--seeds: 'x' are no seeds."),
    ],
)
def test_a_mistake_leads_to_its_field(name: str, typed: str, sentence: str) -> None:
    """The field that has to be changed is the one that is marked."""
    with pytest.raises(InputError) as refused:
        SweepText({"presets": "cnn"} | {name: typed}).wanted()
    assert str(refused.value).startswith(sentence)
    assert place_of(refused.value) == name


@pytest.mark.parametrize("typed", ["0", "65", "x", "-1", "9" * 20])
def test_jobs_are_a_number_within_bounds(typed: str) -> None:
    """As the queue takes them."""
    with pytest.raises(InputError, match=r"jobs: .* at once is not allowed"):
        _ = SweepText({"jobs": typed}).jobs
