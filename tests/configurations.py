"""Arbitrary valid configurations for properties: drawn from the knobs' own declarations."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from vitdash.architectures import Architecture
from vitdash.architectures.cnn import ConvolutionalNetwork
from vitdash.architectures.resnet18 import ResNet18
from vitdash.architectures.vit import VisionTransformer
from vitdash.config import RunConfig
from vitdash.knob_tables import OTHER_TABLES, Description, OptimKnobs, Reported
from vitdash.knobs import Knob, has_effect, knobs_of
from vitdash.text import plain

PLAIN_TEXT = st.text(max_size=20).filter(lambda text: plain(text) == text)


def values_of(declared: Knob) -> st.SearchStrategy[Any]:
    """Return a strategy for all values that a knob allows."""
    match declared.default:
        case bool():
            return st.booleans()
        case tuple():
            return st.lists(st.sampled_from(declared.options), unique=True).map(tuple)
        case str():
            return st.sampled_from(declared.options) if declared.options else PLAIN_TEXT
        case int():
            return st.integers(int(declared.minimum or 0), int(declared.maximum or 10**15))
        case float():
            least = declared.above if declared.above is not None else declared.minimum
            return st.floats(least, declared.maximum or 1e6, exclude_min=declared.above is not None)


def tables(table: type) -> st.SearchStrategy[Any]:
    """Return a strategy for a table of knobs in which every knob without effect has its default."""
    declared = knobs_of(table)

    def settled(values: dict[str, Any]) -> Any:
        drawn = table(**values)
        return table(**{key: value for key, value in values.items() if has_effect(drawn, declared[key])})

    return st.fixed_dictionaries({key: values_of(item) for key, item in declared.items()}).map(settled)


def _ordered(optim: OptimKnobs) -> bool:
    return optim.final_learning_rate <= optim.learning_rate


TRANSFORMERS: st.SearchStrategy[VisionTransformer] = st.builds(
    lambda heads, width, **others: VisionTransformer(heads=heads, hidden=heads * width, **others),
    heads=st.integers(1, 4),
    width=st.integers(1, 6),
    patch=st.sampled_from([1, 2, 4, 7, 14, 28]),
    layers=st.integers(1, 3),
    mlp=st.integers(1, 20),
    dropout=values_of(knobs_of(VisionTransformer)["dropout"]),
    code_size=st.integers(1, 20),
)
CONVOLUTIONAL: st.SearchStrategy[ConvolutionalNetwork] = st.builds(
    ConvolutionalNetwork,
    convolutions=st.integers(1, 6),
    width=st.integers(1, 9),
    kernel=st.integers(1, 5),
    code_size=st.integers(1, 20),
)
ARCHITECTURES: st.SearchStrategy[Architecture] = st.one_of(
    TRANSFORMERS, CONVOLUTIONAL, st.builds(ResNet18, code_size=st.integers(1, 300))
)
CONFIGURATIONS: st.SearchStrategy[RunConfig] = st.builds(
    RunConfig,
    description=tables(Description).filter(lambda description: bool(description.preset and description.title)),
    model=ARCHITECTURES,
    reported=st.none() | tables(Reported),
    **{name: tables(table) for name, table in OTHER_TABLES.items() if name != "optim"},
    optim=tables(OptimKnobs).filter(_ordered),
)
