"""Writes the pages of this folder that say again what the code declares: commands, presets, settings.

`python docs/make_reference.py` writes them; a test says when they are out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from vitdash import catalog, keys, presets, settings, text
from vitdash.cli import app
from vitdash.commands.plugins import FORMATS
from vitdash.config import RunConfig
from vitdash.knob_tables import OTHER_TABLES, Description, Reported
from vitdash.knobs import Knob, knobs_of

FOLDER = Path(__file__).parent
NOTICE = "<!-- Written by docs/make_reference.py: change the code that declares this, then run `make docs`. -->"

ABOUT_PRESETS = """\
A preset is a TOML file of values: an architecture, and every knob that is not as it is by default. `--preset` takes one
by name or by path; a file in the `presets` folder of vitdash's configuration has a name too, and comes before a shipped
one of the same name. `vitdash presets show NAME` prints one with every knob stated, which is the way to begin one of
your own. What a preset says about itself stands above its tables:

"""
ABOUT_KNOBS = """
## Knobs

`--set KNOB=VALUE` takes any of them, and so does a preset's table. One with an *only if* is refused while it would do
nothing. Runs whose knobs agree in all that *change the result* compute the same.
"""

ABOUT_CONFIGURATION = """\
One TOML file of your own, read as strictly as a preset: `vitdash config path` says where it lies, `vitdash config
init` writes a first one with every setting in it, commented out, and `vitdash config` lists what holds and where it
comes from. Nothing ever rewrites it.

What a command is told comes first, then the environment, then this file, then the default. A file that cannot be
understood stops the commands that need it with one sentence; `vitdash doctor` says the same.
"""
ABOUT_KEYS = """
## [keys]

The dashboard's actions and their keys; several are separated by commas (`move_down = "j, down"`). A key that would
stand for two actions is refused.

"""


def pages() -> dict[str, str]:
    """Return the pages by the names of their files."""
    return {
        "commands.md": "".join(_commands()),
        "presets.md": "".join(_presets()),
        "configuration.md": "".join(_configuration()),
    }


def _commands() -> Iterator[str]:
    root: Any = typer.main.get_command(app)
    yield f"# Commands\n\n{NOTICE}\n\n{_sentence(root)}\n"
    yield "`vitdash --version` prints the version; every command explains itself with `--help`, and takes\n"
    yield "`--plugin FILE`, as often as needed: what a Python file of [your own](extending.md) adds.\n"
    yield "[Scripts](scripting.md) read what `--json` prints.\n\n"
    listed = list(_below("vitdash", root))
    rows = ((f"[`{name}`](#{name.replace(' ', '-')})", command.get_short_help_str(200)) for name, command in listed)
    yield from _table(("command", ""), rows)
    for name, command in listed:
        yield from _command(name, command)


def _below(name: str, group: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's commands have no public type
    for child, command in group.commands.items():
        if not command.hidden:
            yield f"{name} {child}", command
            yield from _below(f"{name} {child}", command) if hasattr(command, "commands") else ()


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401
    context = command.make_context(name, [], resilient_parsing=True)
    parameters = [item for item in command.get_params(context) if not getattr(item, "hidden", False)]
    arguments = [item for item in parameters if item.param_type_name == "argument"]
    shown = [item for item in parameters if not {"--help", "--plugin"} & set(item.opts)]
    options = [item for item in shown if item.param_type_name == "option"]
    words = [name, *(["[OPTIONS]"] if options else []), *map(_argument, arguments)]
    if hasattr(command, "commands"):
        words.append("[COMMAND]" if command.invoke_without_command else "COMMAND")
    yield f"\n## {name}\n\n```\n{' '.join(words)}\n```\n\n{_sentence(command)}\n"
    if arguments:
        rows = ((f"`{_argument(item)}`", item.help or "") for item in arguments)
        yield "\n"
        yield from _table(("argument", ""), rows)
    if options:
        yield "\n"
        yield from _table(("option", ""), ((_option(item), _about(item)) for item in options))


def _argument(argument: Any) -> str:  # noqa: ANN401
    metavar = argument.metavar or argument.name.upper()
    return metavar if argument.required or "[" in metavar else f"[{metavar}]"


def _option(option: Any) -> str:  # noqa: ANN401
    names = sorted([*option.opts, *option.secondary_opts], key=len, reverse=True)
    value = "" if option.is_flag or option.count else f" {option.metavar or option.name.upper()}"
    return ", ".join(f"`{name}{value if name == names[0] else ''}`" for name in names)


def _about(option: Any) -> str:  # noqa: ANN401
    about = (option.help or "").replace(FORMATS, text.one_of(catalog.EXPORTERS))
    if option.required:
        return f"{about} Required."
    shown = isinstance(option.default, (str, int)) and not option.is_flag and option.show_default
    return f"{about} Otherwise {option.default}." if shown and option.default != "" else about


def _sentence(command: Any) -> str:  # noqa: ANN401
    return " ".join((command.help or "").split())


def _presets() -> Iterator[str]:
    yield f"# Presets and knobs\n\n{NOTICE}\n\n"
    yield ABOUT_PRESETS
    yield from _table(("key", ""), ((f"`{name}`", item.help) for name, item in knobs_of(Description).items()))
    yield "\n## Shipped presets\n\nReported are the figures of the published table that each repeats a row of.\n\n"
    headings = ("preset", "model", "parameters", "reported loss", "reported argmax", "reported svc")
    shipped = sorted(presets.shipped_directory().glob("*.toml"))
    configs = [(path.stem, presets.load_file(path)) for path in shipped]
    yield from _table(headings, (_preset(name, config) for name, config in configs))
    yield ABOUT_KNOBS
    for name in catalog.ARCHITECTURES:
        architecture = catalog.load("architecture", catalog.ARCHITECTURES, name)
        yield f'\n### [model] {architecture.title}: `architecture = "{name}"`\n\n{_first_line(architecture)}\n\n'
        yield from _knobs(architecture)
    for name, table in OTHER_TABLES.items():
        yield f"\n### [{name}]\n\n{_first_line(table)}\n\n"
        yield from _knobs(table)
    yield "\n### [reported]\n\nFigures to compare with; a preset states all of them or none.\n\n"
    rows = ((f"`{name}`", item.allowed, item.help) for name, item in knobs_of(Reported).items())
    yield from _table(("key", "allowed", ""), rows)


def _configuration() -> Iterator[str]:
    yield f"# Configuration\n\n{NOTICE}\n\n{ABOUT_CONFIGURATION}"
    for name, table in settings.TABLES.items():
        yield f"\n## [{name}]\n\n{_first_line(table)}\n\n"
        rows = (
            (f"`{item.name}`", _default(item), item.allowed, item.help, _variable(name, item))
            for item in knobs_of(table).values()
        )
        yield from _table(("setting", "default", "allowed", "", "environment"), rows)
    yield ABOUT_KEYS
    actions = ((f"`{item.id}`", ", ".join(f"`{key}`" for key in item.keys), item.description) for item in keys.ACTIONS)
    yield from _table(("action", "keys", ""), actions)


def _variable(table: str, declared: Knob) -> str:
    variable = settings.VARIABLES.get((table, declared.name))
    return f"`{variable}`" if variable else ""


def _preset(name: str, config: RunConfig) -> tuple[str, ...]:
    told = config.reported
    figures = (text.loss(told.validation_loss), text.accuracy(told.accuracy), text.accuracy(told.svc)) if told else ()
    return f"`{name}`", config.description.title, text.count(config.parameters), *(figures or ("", "", ""))


def _knobs(table: type) -> Iterator[str]:
    headings = ("knob", "default", "allowed", "unit", "", "only if", "changes the result")
    yield from _table(headings, (_knob(item) for item in knobs_of(table).values()))


def _default(declared: Knob) -> str:
    match declared.default:
        case bool():
            return str(declared.default).lower()
        case tuple():
            return ", ".join(declared.default)
        case float():
            return f"{declared.default:g}"
        case int():
            return text.count(declared.default)
    return declared.default


def _knob(declared: Knob) -> tuple[str, ...]:
    condition = f"`{declared.only_if[0]}` is {text.one_of(declared.only_if[1])}" if declared.only_if else ""
    changes = "yes" if declared.affects_result else ""
    return f"`{declared.name}`", _default(declared), declared.allowed, declared.unit, declared.help, condition, changes


def _first_line(table: type) -> str:
    return (table.__doc__ or "").strip().splitlines()[0]


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (headings, ("---",) * len(headings), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def main() -> None:
    """Write the pages."""
    for name, content in pages().items():
        (FOLDER / name).write_text(content)


if __name__ == "__main__":
    main()
