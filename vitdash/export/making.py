"""How runs were made: with which versions, on what, and by which commands again. Must not know pages."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from vitdash import presets, text
from vitdash.config import RunConfig
from vitdash.knobs import written
from vitdash.run import machine, origin
from vitdash.run.groups import Group
from vitdash.run.store import Claim

PROGRAM = "vitdash"
SWEEP = "sweep"
PRIVATE = ("--runs-dir", "--data-dir")
PRIVATE_KNOB = "data_dir="
FOR_ITS_WRITER = ("--yes", "-y", "--json")


def versions(claims: Sequence[Claim]) -> dict[str, list[str]]:
    """Return every version of each part that runs were made with, in the order in which they came."""
    found: dict[str, list[str]] = {}
    for claim in claims:
        for part, version in claim.versions.items():
            if version not in found.setdefault(part, []):
                found[part].append(version)
    return found


def hardware(claims: Iterable[Claim]) -> list[str]:
    """Return what computed, a line for each kind: device and threads, and the processor where that is this machine."""
    found: dict[str, int] = {}
    for claim in claims:
        if not claim.device:
            continue
        what = f"{claim.device}, {text.threads(claim.threads)}"
        if claim.host == machine.host():
            what += f", on {machine.processor() or 'a processor of unknown name'} with {_cores(machine.cores())}"
        found[what] = found.get(what, 0) + 1
    return [f"{what} ({text.runs(number)})" if len(found) > 1 else what for what, number in found.items()]


def commands(found: Sequence[Group], claims: Sequence[Claim]) -> Iterator[str]:
    """Yield lines for a shell that train the same again: the sweeps as they were started, or each configuration."""
    started = list(dict.fromkeys(claim.command for claim in claims))
    if started and all(command[:1] == (SWEEP,) for command in started) and not unknown_presets(found):
        yield from dict.fromkeys(shlex.join((PROGRAM, *_portable(command))) for command in started)
        return
    for group in found:
        yield from _again(group)


def unknown_presets(found: Iterable[Group]) -> dict[str, str]:
    """Return the presets that a reader of the page does not have, as TOML by the names of files to save them as."""
    missing: dict[str, str] = {}
    for group in found:
        if _changes(group.config) is None:
            missing[_file_of(group)] = presets.dump(group.config)
    return missing


def _portable(command: Sequence[str]) -> Iterator[str]:
    """Yield the words of a command without those that say where its writer keeps things, or that nobody was asked."""
    places = tuple(f"{option}=" for option in PRIVATE)
    skipped = False
    for word, after in zip(command, (*command[1:], ""), strict=True):
        of_a_place = word in PRIVATE or (word == "--set" and after.startswith(PRIVATE_KNOB))
        here = word in FOR_ITS_WRITER or word.startswith((*places, f"--set={PRIVATE_KNOB}"))
        if not (skipped or of_a_place or here):
            yield word
        skipped = of_a_place and not skipped


def _again(group: Group) -> Iterator[str]:
    config, seeds = group.config, sorted({member.config.train.seed for member in group.members})
    changes = _changes(config)
    words = [PROGRAM, "train", "--preset", config.description.preset if changes is not None else _file_of(group)]
    for name, value in (changes or {}).items():
        words += ["--set", f"{name}={value}"]
    line = shlex.join(words)
    if len(seeds) == 1:
        yield f"{line} --seed {seeds[0]}"
    else:
        yield f"for seed in {' '.join(map(str, seeds))}; do {line} --seed $seed --queue; done"


def _changes(config: RunConfig) -> dict[str, str] | None:
    """Return what is to be set besides a shipped preset, or None where there is none that fits."""
    path = presets.available().get(config.description.preset)
    changes = origin.changes(config)
    if path is None or path.parent != presets.shipped_directory() or changes is None:
        return None
    found = {item.knob.name: written(item.value) for item in changes if item.knob.name != "seed"}
    # Threads were decided when the run began: with as many again it computes the same, bit for bit.
    if config.compute.threads:
        found["threads"] = written(config.compute.threads)
    return found


def _file_of(group: Group) -> str:
    return f"{group.config.description.preset}-{group.key[:4]}.toml"


def _cores(number: int) -> str:
    return f"{number} core" + ("" if number == 1 else "s")
