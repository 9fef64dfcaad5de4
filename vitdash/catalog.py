"""Which architectures, data sets, probes and exporters there are, and where each lives. Imports none of them.

What is built in stands here; what others add comes through `plugins`, and is looked for only when a name is not built
in, or when all names are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from vitdash import architectures
from vitdash.architectures import Architecture
from vitdash.errors import InputError
from vitdash.knobs import knobs_of
from vitdash.plugins import contracts
from vitdash.plugins.collection import Plugins
from vitdash.plugins.offers import imported
from vitdash.plugins.shelf import Shelf
from vitdash.publications import FASHION_MNIST, MNIST, Publication
from vitdash.text import one_of, plain

Thing = TypeVar("Thing")

GENERAL_KNOBS = "vitdash.knob_tables:OTHER_TABLES"
"""The tables of knobs that every run has; a plug-in's architecture may use no name of theirs."""
CONFIGURED = "vitdash.settings:plugin_files"
"""The function that returns the plug-in files of the user's config file; it is asked when plug-ins are needed."""
LARGEST_SIDE = 1024
ANY_SIDE, ANY_CLASSES = 28, 10


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What is known of a data set before it is read; images are square and grey, `image_size` pixels a side.

    `load` is the function that reads it (see `DatasetLoader`), or where that lives: "package.module:function". One with
    a `publication` is fetched as files; one without needs none.
    """

    load: str | Callable[..., Any]
    title: str
    classes: int
    image_size: int
    train_images: int
    validation_images: int
    publication: Publication | None = None

    @property
    def loader(self) -> Callable[..., Any]:
        """The function that reads the data set; imports it."""
        loader: Callable[..., Any] = imported(self.load) if isinstance(self.load, str) else self.load
        return loader


def _dataset_problem(name: str, offered: object) -> str:  # noqa: ARG001 - facts do not name themselves
    if not isinstance(offered, DatasetFacts):
        return f"it is of the type {type(offered).__name__}, not DatasetFacts"
    if not callable(offered.load) and not (isinstance(offered.load, str) and ":" in offered.load):
        return "its load is neither a function nor 'package.module:function'"
    if not isinstance(offered.title, str) or not offered.title or plain(offered.title, 60) != offered.title:
        return "its title is no short line of text"
    for fact, least in (("classes", 2), ("image_size", 1), ("train_images", 1), ("validation_images", 1)):
        value = getattr(offered, fact)
        if type(value) is not int or value < least:
            return f"its {fact} is no whole number from {least} on"
    return "" if offered.image_size <= LARGEST_SIDE else f"its image_size is above {LARGEST_SIDE}"


def _architecture_problem(name: str, offered: object) -> str:
    # Named, not imported, as all that lies above this module.
    taken = {knob for table in imported(GENERAL_KNOBS).values() for knob in knobs_of(table)}
    if problem := contracts.architecture(name, offered, frozenset(taken | {"architecture"})):
        return problem
    told = architectures.problem(cast("type[Architecture]", offered)(), ANY_SIDE, ANY_CLASSES)
    return told[1] if told and told[0] == "architecture" else ""


_PLUGINS = Plugins(CONFIGURED)
DATASETS: Shelf[DatasetFacts] = Shelf(
    "datasets",
    {
        "fashion-mnist": DatasetFacts(
            "vitdash.engine.datasets.fashion_mnist:load", "Fashion-MNIST", 10, 28, 60_000, 10_000, FASHION_MNIST
        ),
        "mnist": DatasetFacts("vitdash.engine.datasets.mnist:load", "MNIST", 10, 28, 60_000, 10_000, MNIST),
        "digits": DatasetFacts("vitdash.engine.datasets.digits:load", "scikit-learn's digits", 10, 28, 1_438, 359),
    },
    _dataset_problem,
    _PLUGINS,
)
ARCHITECTURES: Shelf[type[Architecture]] = Shelf(
    "architectures",
    {
        "vit": "vitdash.architectures.vit:VisionTransformer",
        "resnet18": "vitdash.architectures.resnet18:ResNet18",
        "cnn": "vitdash.architectures.cnn:ConvolutionalNetwork",
    },
    _architecture_problem,
    _PLUGINS,
)
PROBES: Shelf[Callable[..., Any]] = Shelf(
    "probes", {"svc": "vitdash.engine.probes.svc:measure"}, contracts.function, _PLUGINS
)
EXPORTERS: Shelf[Callable[..., Any]] = Shelf(
    "exporters",
    {
        "markdown": "vitdash.export.markdown:render",
        "csv": "vitdash.export.csv:render",
        "json": "vitdash.export.json:render",
        "svg": "vitdash.export.svg:render",
        "tensorboard": "vitdash.export.tensorboard:render",
    },
    contracts.function,
    _PLUGINS,
)
SHELVES: tuple[Shelf[Any], ...] = (ARCHITECTURES, DATASETS, PROBES, EXPORTERS)


def load(kind: str, shelf: Shelf[Thing], name: str) -> Thing:
    """Import and return what `name` stands for on `shelf`; `kind` is the word for it in an error.

    Raises:
        InputError: there is no such name.
    """
    if name not in shelf:
        hint = shelf.hint(name) or f"Known: {one_of(shelf)}."
        raise InputError(kind, f"there is no '{plain(name, 60)}'.", hint)
    return shelf[name]


def add_files(paths: Iterable[Path]) -> None:
    """Take these Python files for plug-ins from now on, after those added before. None is imported before it is needed.

    A file that is not there or is broken is skipped like any plug-in; `plugins.offers.check_file` asks beforehand.
    """
    _PLUGINS.add_files(paths)


def use_only_files(paths: Iterable[Path]) -> None:
    """Take these Python files for plug-ins, and none that VITDASH_PLUGINS or the config file name."""
    _PLUGINS.use_only(paths)


def plugin_files() -> tuple[Path, ...]:
    """Return the absolute paths of the files that were added, that VITDASH_PLUGINS and that the config file names."""
    return _PLUGINS.files()


def problems() -> tuple[str, ...]:
    """Import every plug-in and return a sentence for each that is skipped, or of which something is."""
    for shelf in SHELVES:
        list(shelf)
    return tuple(map(str, _PLUGINS.problems))


def forget_plugins() -> None:
    """Return to a process that has not looked at plug-ins and was given no files."""
    _PLUGINS.forget()
    for shelf in SHELVES:
        shelf.forget()
