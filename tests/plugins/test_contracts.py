"""An object that is not what it should be is told apart before it is used, in words that its author understands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.extending import examples
from vitdash import catalog, presets
from vitdash.catalog import DatasetFacts
from vitdash.errors import InputError

MLP = examples()["mlp.py"]
ARCHITECTURES = {
    ("@dataclass(frozen=True, slots=True)\n", ""): "it is a type, not a dataclass",
    ("frozen=True, ", ""): "its dataclass is not frozen",
    ('{"mlp": Mlp}', '{"mlp": Mlp()}'): "it is a Mlp, not a dataclass",
    ('{"mlp": Mlp}', '{"lmp": Mlp}'): "it calls itself 'mlp'",
    ('    title: ClassVar[str] = "MLP"\n', ""): "it has no title",
    ('= "MLP"', '= "M\\x1b[2JP"'): "its title is no short line of text",
    ("channels: ClassVar[int] = 1", "channels: ClassVar[int] = 2"): "its channels are neither 1 nor 3",
    ("def build(", "def make("): "it has no build",
    ('knob(64, "Units of the hidden layer.", minimum=1, maximum=65536)', "64"): "its field 'units' is not made by",
    ("knob(64,", "knob(0,"): "the default of its knob 'units': '0' is not allowed. Allowed: a whole number from 1 to",
    ("units", "batch_size"): "its knob 'batch_size' is a knob of every run already",
    ("units", "architecture"): "its knob 'architecture' is a knob of every run already",
    ("return None", "return image_size / 0"): "'mlp' fails: ZeroDivisionError: division by zero",
    ("return None", "return 'no'"): "'mlp' answers problem() with no, not with None or a knob and",
    ("return None", "return 'unit', 'is odd'"): "'mlp' answers problem() with ('unit', 'is odd'), not with",
    ("return (image_size", "return 0.5 + (image_size"): "'mlp' counts 52650.5 parameters",
}  # fmt: skip


@pytest.mark.parametrize("change", ARCHITECTURES, ids=ARCHITECTURES.values())
def test_a_class_that_is_no_architecture_is_skipped(change: tuple[str, str], tmp_path: Path) -> None:
    """Each slip that a first architecture may have, made in the example of the manual."""
    text = MLP.replace(*change)
    assert text != MLP
    (tmp_path / "mlp.py").write_text(text)
    catalog.add_files([tmp_path / "mlp.py"])
    (said,) = catalog.problems()
    assert re.match(rf"architecture '\w+' of plug-in {tmp_path}/mlp\.py is skipped: ", said)
    assert ARCHITECTURES[change] in said


def test_an_architecture_that_fails_for_some_values_only_is_told_there(tmp_path: Path) -> None:
    """Its mistake is one sentence about the preset, and ends no list of presets."""
    (tmp_path / "mlp.py").write_text(MLP.replace("return None", "return None if self.units == 64 else 1 / 0"))
    catalog.add_files([tmp_path / "mlp.py"])
    config = presets.parse("[model]\narchitecture = 'mlp'", "mlp.toml", "mlp")
    assert config.parameters == 52_650
    with pytest.raises(InputError, match=r"^mlp\.toml: \[model\] architecture: 'mlp' fails: ZeroDivisionError"):
        presets.parse("[model]\narchitecture = 'mlp'\nunits = 7", "mlp.toml", "mlp")
    with pytest.raises(InputError, match=r"^architecture: 'mlp' fails: ZeroDivisionError: division by zero\.$"):
        config.replace({"units": 7})


FACTS: dict[str, Any] = {
    "load": print,
    "title": "Mine",
    "classes": 2,
    "image_size": 16,
    "train_images": 9,
    "validation_images": 9,
}
WRONG_FACTS: dict[str, dict[str, Any]] = {
    "its load is neither a function nor 'package.module:function'": {"load": "package.module"},
    "its title is no short line of text": {"title": ""},
    "its classes is no whole number from 2 on": {"classes": 1},
    "its image_size is no whole number from 1 on": {"image_size": 28.0},
    "its image_size is above 1024": {"image_size": 100_000},
    "its validation_images is no whole number from 1 on": {"validation_images": 0},
}


@pytest.mark.parametrize("reason", WRONG_FACTS)
def test_facts_that_cannot_be_are_skipped(reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are sized by them: a wrong one is told before anything is built on it."""
    facts = DatasetFacts(**FACTS | WRONG_FACTS[reason])
    monkeypatch.setattr(catalog, "FACTS", facts, raising=False)
    (tmp_path / "mine.py").write_text("from vitdash import catalog\nDATASETS = {'mine': catalog.FACTS}")
    catalog.add_files([tmp_path / "mine.py"])
    assert catalog.problems() == (f"data set 'mine' of plug-in {tmp_path}/mine.py is skipped: {reason}.",)


def test_facts_of_another_type_are_skipped(tmp_path: Path) -> None:
    """A data set is stated by its facts, not by its function."""
    (tmp_path / "mine.py").write_text("DATASETS = {'mine': print}")
    catalog.add_files([tmp_path / "mine.py"])
    assert catalog.problems()[0].endswith("it is of the type builtin_function_or_method, not DatasetFacts.")
