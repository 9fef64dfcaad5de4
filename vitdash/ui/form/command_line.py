"""A configuration as the `vitdash train …` line that gives exactly it. Must not know screens."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from vitdash import catalog, presets, settings
from vitdash.config import RunConfig
from vitdash.errors import InputError
from vitdash.knobs import written
from vitdash.run import store


@dataclass(frozen=True, slots=True)
class Ground:
    """What a command begins with: the preset as it is loaded by name, or why there is none; and what else it needs."""

    preset: RunConfig | None
    problem: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line for a shell; where there is none, `problem` says why."""

    words: tuple[str, ...] = ()
    problem: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The line in pieces that belong together: an option and its value are one."""
        parts: list[str] = []
        for word in map(shlex.quote, self.words):
            if parts and parts[-1].startswith("--") and " " not in parts[-1]:
                parts[-1] += f" {word}"
            else:
                parts.append(word)
        return tuple(parts)

    @property
    def text(self) -> str:
        """The line, quoted for a shell."""
        return shlex.join(self.words)


def ground(config: RunConfig, root: Path) -> Ground:
    """Return what a command for a configuration of this preset begins with; reads the preset and the config file."""
    name = config.description.preset
    try:
        preset = presets.load_for_new_run(name)
        usual = store.default_root()
        listed = settings.plugin_files()
    except InputError as error:
        return Ground(None, str(error))
    options = ("--runs-dir", str(root.absolute())) if usual.absolute() != root.absolute() else ()
    # Files that only this dashboard was told of: the command has to be told too.
    told = [file for file in catalog.plugin_files() if file not in listed]
    return Ground(preset, options=(*options, *(word for file in told for word in ("--plugin", str(file)))))


def command_line(config: RunConfig, name: str, begin: Ground) -> CommandLine:
    """Return the line that trains `config` under `name`."""
    called = config.description.preset
    if begin.preset is None:
        return CommandLine(problem=f"{begin.problem} Save this as a preset to have a line.")
    if begin.preset.model.name != config.model.name:
        return CommandLine(problem=f"The preset '{called}' is another network by now. Save this as a preset.")
    stated = {
        knob.name: value
        for table, knob, value in config.knobs()
        if getattr(getattr(begin.preset, table), knob.name) != value
    }
    words = [
        *("vitdash", "train", "--preset", called),
        *(word for key, value in stated.items() for word in ("--set", f"{key}={written(value)}")),
        *(("--name", name) if name != called else ()),
        *begin.options,
    ]
    return CommandLine(tuple(words))
