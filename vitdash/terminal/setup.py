"""How the set-up is shown: settings and where they come from, what an examination found. Must not know commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from vitdash.doctor.finding import Finding, Verdict
from vitdash.doctor.in_force import Setting
from vitdash.knobs import Value
from vitdash.terminal import console as consoles
from vitdash.text import plain

SUBJECT_WIDTH = 15
NARROWEST_TEXT = 30
_STYLES = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.TROUBLE: "bold red"}


def settings(console: Console, path: Path, found: list[Setting], problem: str) -> None:
    """Print where the config file lies and every setting; those that are not as they come stand out."""
    where = plain(path, 500)
    if problem:
        console.print(problem, style="red", soft_wrap=True)
        console.print("Nothing that needs a setting works before this is corrected.", soft_wrap=True)
        return
    console.print(where if path.exists() else f"{where} (not there; write it: vitdash config init)", soft_wrap=True)
    console.print()
    rows = [(f"{item.table}.{item.name}", item.source, _value(item.value)) for item in found]
    name_width, source_width = (max(map(len, column)) for column in list(zip(*rows, strict=True))[:2])
    for name, source, value in rows:
        line = f"{name:<{name_width}}  {source:<{source_width}}  {value}"
        console.print(line, style="" if source == "default" else "bold", soft_wrap=True)


def findings(console: Console, quick: Iterable[Finding], slow: Callable[[], Finding]) -> list[Finding]:
    """Print each finding as it comes, and in the end how it stands; return them all."""
    shown = []
    for item in quick:
        _print(console, item)
        shown.append(item)
    with console.status("importing torch", spinner="line") if consoles.is_live(console) else nullcontext():
        shown.append(slow())
    _print(console, shown[-1])
    counts = {verdict: sum(item.verdict is verdict for item in shown) for verdict in Verdict}
    summary = f"{_counted(counts[Verdict.TROUBLE], 'trouble')}, {_counted(counts[Verdict.NOTE], 'note')}."
    console.print(f"\n{summary.capitalize()}")
    return shown


def _print(console: Console, item: Finding) -> None:
    lead = f"{item.verdict:<7}  {item.subject:<{SUBJECT_WIDTH}}"
    # Nothing is cut or broken where someone copies it from: a path, a command.
    room = max(NARROWEST_TEXT, console.width - len(lead))
    told = wrap(f"{item.told} {item.remedy}".rstrip(), room, break_long_words=False, break_on_hyphens=False)
    for index, line in enumerate(told):
        printed = Text(lead if index == 0 else " " * len(lead))
        if index == 0:
            printed.stylize(_STYLES[item.verdict], 0, len(item.verdict))
        console.print(printed.append(line), soft_wrap=True)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else f"no {noun}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return plain(", ".join(value) if isinstance(value, tuple) else value, 500) or "-"
