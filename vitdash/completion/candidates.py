"""What may stand for a value on a command line, with a word about each. Must not know shells or commands.

Each function is an option's or argument's `autocompletion`: it is given what is typed so far and may offer too much,
since only what begins so is shown. Whatever goes wrong in one is nobody's concern: then nothing is offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from vitdash.config import RunConfig
    from vitdash.knobs import Knob, Value
    from vitdash.run.state import State
    from vitdash.run.store import Run

Offers = Iterable[tuple[str, str]]
MOST_RUNS = 200
"""The newest runs whose state is told; finding it takes some 50 microseconds each."""


def presets() -> Offers:
    """Offer the presets, the user's own among them."""
    from vitdash import presets as files

    shipped = files.shipped_directory()
    return [(name, "" if path.parent == shipped else "yours") for name, path in files.available().items()]


def datasets() -> Offers:
    """Offer the data sets."""
    from vitdash import catalog

    return [(name, facts.title) for name, facts in catalog.DATASETS.items()]


def shells() -> Offers:
    """Offer the shells that vitdash completes in."""
    from vitdash.completion import scripts

    return [(name, "") for name in scripts.SHELLS]


def formats() -> Offers:
    """Offer the formats of exported tables."""
    from vitdash import catalog

    return [(name, "") for name in catalog.EXPORTERS]


def devices() -> Offers:
    """Offer what can be computed on."""
    from vitdash.compute import ComputeKnobs
    from vitdash.knobs import knobs_of

    return [(name, "") for name in knobs_of(ComputeKnobs)["device"].options]


def assignments(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the knobs of the preset that is given, and after `knob=` its choices, or the value that it has."""
    knob, equals, _ = incomplete.partition("=")
    known = {declared.name: (declared, value) for declared, value in _knobs(ctx.params.get("preset"))}
    if not equals:
        return [(f"{name}=", declared.help) for name, (declared, _) in known.items()]
    return [(f"{knob}={text}", about) for text, about in _values(*known[knob])]


def varied(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the knobs that a sweep may vary, and after `knob=` its choices, the last of the list being typed."""
    named = ctx.params.get("presets") or [None]
    knob, equals, listed = incomplete.partition("=")
    known = {item.name: (item, value) for item, value in _knobs(named[0]) if item.affects_result}
    if not equals:
        return [(f"{name}=", declared.help) for name, (declared, _) in known.items()]
    before, comma, _ = listed.rpartition(",")
    return [(f"{knob}={before}{comma}{text}", about) for text, about in _values(*known[knob])]


def fields(incomplete: str) -> Offers:
    """Offer the fields of a list such as `-accuracy,age`, the last of which is being typed."""
    from vitdash.run.fields import Fields

    before, comma, last = incomplete.rpartition(",")
    sign = "-" if last.startswith("-") else ""
    return [(f"{before}{comma}{sign}{name}", field.help) for name, field in Fields().items()]


def metrics() -> Offers:
    """Offer the figures that runs are judged by."""
    from vitdash.run.fields import FIGURES
    from vitdash.run.groups import BETTER

    return [(field.name, field.help) for field in FIGURES if field.name in BETTER]


def runs(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the runs: by name where it is enough, by id where it is not, with what each is doing."""
    return [(reference, str(state or "")) for reference, state in _runs(ctx, incomplete)]


def runs_and_tags(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the runs, and the tags that stand for several."""
    from collections import Counter

    from vitdash.run import labels
    from vitdash.text import runs as number_of_runs

    tagged = Counter(word for run in _all_runs(ctx) for word in labels.read(run).tags)
    return [*runs(ctx, incomplete), *((word, number_of_runs(number)) for word, number in sorted(tagged.items()))]


def active_runs(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the runs that a worker is at."""
    return [(reference, str(state)) for reference, state in _runs(ctx, incomplete) if state and state.active]


def stoppable_runs(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the runs that a worker is at, and those that wait for one."""
    found = _runs(ctx, incomplete)
    return [(reference, str(state)) for reference, state in found if state and (state.active or state == "queued")]


def waiting_runs(ctx: typer.Context) -> Offers:
    """Offer the runs in the queue, the next first."""
    from vitdash.run import queue
    from vitdash.run.states import States

    root = _root(ctx)
    waiting = {run.id: place + 1 for place, run in enumerate(queue.waiting(root, States(root).look()))}
    found = [(reference, waiting[run.id]) for reference, run in _references(_all_runs(ctx)) if run.id in waiting]
    return [(reference, f"place {place}") for reference, place in sorted(found, key=lambda item: item[1])]


def places() -> Offers:
    """Offer where a run in the queue may go."""
    return [("first", ""), ("last", ""), ("-1", "one place earlier"), ("+1", "one place later")]


def resumable_runs(ctx: typer.Context, incomplete: str) -> Offers:
    """Offer the runs that can go on."""
    found = _runs(ctx, incomplete)
    return [(reference, str(state)) for reference, state in found if state and (state.resumable or state == "paused")]


def tags(ctx: typer.Context) -> Offers:
    """Offer the tags that runs have; of the one that is named, those that can be taken away."""
    from vitdash.run import labels

    found = _all_runs(ctx)
    if ctx.params.get("remove"):
        found = [run for run in found if ctx.params.get("reference") in (run.id, _shown_name(run))]
    return [(word, "") for word in sorted({word for run in found for word in labels.read(run).tags})]


def _knobs(preset: object) -> Iterator[tuple[Knob, Value]]:
    """Yield the knobs of a preset with their values; those of every architecture where no preset is given."""
    from vitdash import catalog, knob_tables
    from vitdash.errors import VitdashError
    from vitdash.knobs import knobs_of

    chosen = _preset(preset) if isinstance(preset, str) else None
    if chosen is not None:
        # Those without an effect too: another assignment may give them one.
        tables = [getattr(chosen, name) for name in knob_tables.TABLES]
        yield from ((item, getattr(table, item.name)) for table in tables for item in knobs_of(type(table)).values())
        return
    kinds = list(knob_tables.OTHER_TABLES.values())
    for name in catalog.ARCHITECTURES:
        try:
            kinds.insert(0, catalog.load("architecture", catalog.ARCHITECTURES, name))
        except VitdashError:
            continue
    yield from ((item, item.default) for kind in kinds for item in knobs_of(kind).values())


def _preset(name: str) -> RunConfig | None:
    from vitdash import presets as files
    from vitdash.errors import VitdashError

    try:
        return files.load(name)
    except VitdashError:
        return None


def _values(declared: Knob, value: Value) -> Offers:
    match value:
        case bool():
            return [("true", ""), ("false", "")]
        case int() | float():
            return [(f"{value:g}" if isinstance(value, float) else f"{value}", declared.allowed)]
        case _:
            return [(option, "") for option in declared.options]


def _runs(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, State | None]]:
    from vitdash.errors import VitdashError
    from vitdash.run import state

    found = _all_runs(ctx)
    fitting = [(reference, run) for reference, run in _references(found) if reference.startswith(incomplete)]
    # A name that is typed out may be the beginning of an id.
    fitting = fitting or [(run.id, run) for run in found if run.id.startswith(incomplete)]
    for reference, run in reversed(fitting[-MOST_RUNS:]):
        try:
            yield reference, state.derive(run)
        except VitdashError:
            yield reference, None


def _references(found: list[Run]) -> list[tuple[str, Run]]:
    """Return each run with its name, or its id where others are called so too."""
    from collections import Counter

    names = [_shown_name(run) for run in found]
    times = Counter(names)
    return [(name if times[name] == 1 else run.id, run) for name, run in zip(names, found, strict=True)]


def _all_runs(ctx: typer.Context) -> list[Run]:
    from vitdash.run import store

    return store.all_runs(_root(ctx))


def _root(ctx: typer.Context) -> Path:
    from vitdash.run import store

    root = ctx.params.get("runs_dir")
    return Path(root) if root else store.default_root()


def _shown_name(run: Run) -> str:
    from vitdash.run import store

    return store.shown_name(run)
