"""The page of one run: how it stands, what came of it, what it is. Must not know commands."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console

from vitdash import text
from vitdash.config import RunConfig
from vitdash.export.rows import Row
from vitdash.export.sheet import Sheet
from vitdash.run import pulse, silence
from vitdash.run.lines import VALUE_NAMES
from vitdash.run.origin import Change
from vitdash.run.results import OWN_NAMES
from vitdash.run.state import State
from vitdash.terminal import insight

NARROWEST_VALUE = 16
WIDEST_COLUMN = 24
LAST_LINES = 5

Pairs = list[tuple[str, str]]


def run(console: Console, sheet: Sheet, *, all_knobs: bool = False, matrix: bool = False) -> None:
    """Print all there is to know of one run: state and figures first, then what it was made of, then its mistakes."""
    row = sheet.row
    blocks = [_standing(sheet), _results(row) or [("results", "no evaluation yet")], _facts(sheet)]
    width = _width(pair for block in blocks for pair in block)
    for index, block in enumerate(blocks):
        if index:
            console.print()
        _print_pairs(console, block, width)
        if not index:
            _print_last_words(console, sheet)
    _print_knobs(console, row.config, sheet.changes, every=all_knobs)
    if sheet.diagnostics and matrix:
        insight.matrix(console, sheet.diagnostics)
    elif sheet.diagnostics:
        insight.by_class(console, sheet.diagnostics)
        insight.confusions(console, sheet.diagnostics)
    if sheet.problem:
        console.print(f"\n{sheet.problem}", soft_wrap=True)
    if row.state.resumable:
        console.print(f"\nGo on with: vitdash resume {row.id}", soft_wrap=True)


def _standing(sheet: Sheet) -> Pairs:
    row, labels = sheet.row, sheet.labels
    reason = _reason(sheet)
    return _filled(
        ("run", row.id),
        ("name", labels.name),
        ("state", f"{row.state}: {reason}" if reason else str(row.state)),
        ("tags", ", ".join(labels.tags)),
        *((("note", "")[bool(index)], line) for index, line in enumerate(labels.note.splitlines())),
    )


def _reason(sheet: Sheet) -> str:
    """Return why it stands as it does, where that is not as one would expect."""
    match sheet.row.state:
        case State.FAILED:
            return sheet.row.figures.reason
        case State.LOST:
            return sheet.row.figures.reason or silence.of_lost(sheet.claim, pulse.read(sheet.run.lock))
        case state if state.active:
            return silence.of_living(sheet.claim, pulse.read(sheet.run.lock))
    return ""


def _results(row: Row) -> Pairs:
    told = row.config.reported
    comparable = told is not None and told.images_seen == row.evaluated_at
    found = []
    if row.evaluated_at != row.figures.images_seen and row.figures.results:
        found.append(("evaluated at", text.images(row.evaluated_at)))
    for key, value in row.figures.results.items():
        name = {"validation_loss": "validation loss", "accuracy": "argmax"}.get(key) or VALUE_NAMES.get(key, key)
        write = text.loss if key == "validation_loss" else text.accuracy if key in OWN_NAMES else text.figure
        shown = write(value)
        if told is not None and comparable and hasattr(told, key):
            reported = getattr(told, key)
            digits, written = (5, text.loss) if key == "validation_loss" else (4, text.accuracy)
            shown += f"  reported {written(reported)}, difference {value - reported:+z.{digits}f}"
        found.append((text.plain(name), shown))
    found += [(text.plain(probe), f"failed: {text.plain(why, 500)}") for probe, why in row.figures.missing.items()]
    return found


def _facts(sheet: Sheet) -> Pairs:
    row, claim, figures = sheet.row, sheet.claim, sheet.row.figures
    return _filled(
        ("images", f"{text.count(figures.images_seen)} of {text.count(row.config.train.max_inputs)}"),
        ("extended at", ", ".join(map(text.count, row.config.extended_at))),
        ("time", text.duration(figures.seconds) if figures.seconds is not None else ""),
        ("pace", text.rate(row.images_per_second) if row.images_per_second else ""),
        ("computed on", f"{claim.device}, {text.threads(claim.threads)}, {claim.host}" if claim.device else ""),
        ("parameters", text.count(row.config.parameters)),
        ("disk use", text.size(sheet.bytes)),
        ("directory", str(sheet.run.path)),
    )


def _print_last_words(console: Console, sheet: Sheet) -> None:
    """Print what the worker of a run that did not end well said last: there the reason is found."""
    words = sheet.run.log_tail(LAST_LINES) if sheet.row.state in (State.FAILED, State.LOST) else ""
    if words:
        console.print("\nlast lines of its log", style="dim")
        console.print(words, soft_wrap=True)


def _print_knobs(console: Console, config: RunConfig, changes: list[Change] | None, *, every: bool) -> None:
    preset = text.plain(config.description.preset)
    if every or changes is None:
        if not every:
            console.print(f"\nThere is no preset '{preset}' to compare with any more: all knobs.")
        _print_all_knobs(console, config)
    elif changes:
        console.print(f"\nchanged from the preset {preset}", style="dim")
        values = [_value(item.value, item.knob.unit) for item in changes]
        column = min(WIDEST_COLUMN, max(map(len, values)))
        pairs = [
            (item.knob.name, f"{value:<{column}}{_before(item.before)}".rstrip())
            for item, value in zip(changes, values, strict=True)
        ]
        _print_pairs(console, pairs)
    else:
        console.print(f"\nall knobs as in the preset {preset}", style="dim")


def _print_all_knobs(console: Console, config: RunConfig) -> None:
    for table in dict.fromkeys(name for name, _, _ in config.knobs()):
        console.print(f"\n[{table}]", style="dim")
        knobs = [(item.name, _value(value, item.unit)) for name, item, value in config.knobs() if name == table]
        _print_pairs(console, knobs)


def _filled(*pairs: tuple[str, str]) -> Pairs:
    """Return the pairs that have a value, fit for a terminal."""
    return [(name, text.plain(value, 500)) for name, value in pairs if value]


def _width(pairs: Iterable[tuple[str, str]]) -> int:
    return max((len(name) for name, _ in pairs), default=0) + 2


def _print_pairs(console: Console, pairs: Pairs, width: int = 0) -> None:
    width = width or _width(pairs)
    for name, value in pairs:
        # Between words only: a terminal would fold a line in the middle of a number.
        lines = wrap(value, max(NARROWEST_VALUE, console.width - width), break_long_words=False, break_on_hyphens=False)
        for index, line in enumerate(lines):
            console.print(f"{'' if index else name:<{width}}{line}", soft_wrap=True)


def _value(value: object, unit: str = "") -> str:
    return f"{_written(value)} {unit}".rstrip()


def _before(value: object) -> str:
    return "" if value is None else f"  preset {_written(value)}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, int):
        return text.count(value)
    return f"{value:g}" if isinstance(value, float) else text.plain(value) or "-"
