"""Whether data sets lie on this machine, whole. Must not know what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vitdash import catalog
from vitdash.data import partial_file, published
from vitdash.doctor.finding import Finding, note, ok, trouble
from vitdash.errors import InputError
from vitdash.publications import PublishedFile
from vitdash.text import plain, size


def look(directory: Path) -> Iterator[Finding]:
    """Look at every data set in `directory`; those that come with a library are always there."""
    for name, facts in catalog.DATASETS.items():
        if facts.publication is None:
            yield ok(name, "comes with the installation")
            continue
        folder = directory / facts.publication.folder
        shown = plain(folder, 500)
        states = {file: _state(file, folder) for file in facts.publication.files}
        damaged = [file.name for file, state in states.items() if state == "damaged"]
        missing = [file for file, state in states.items() if state == "missing"]
        if damaged:
            remedy = "Delete what is damaged; it is fetched again when the data set is next used."
            yield trouble(name, f"damaged in {shown}: {', '.join(damaged)}.", remedy)
        elif missing:
            told = (
                "not there" if len(missing) == len(states) else f"{len(missing)} of {len(states)} files are not there"
            )
            fetched = f"fetched when first used, {size(sum(file.size for file in missing))}"
            remedy = "Without a network, give a folder that has it: --data-dir, or VITDASH_DATA."
            yield note(name, f"{told}; {fetched}.", remedy)
        else:
            yield ok(name, "whole")


def _state(file: PublishedFile, folder: Path) -> str:
    try:
        if (folder / file.name).exists():
            return "whole" if partial_file.md5_of(folder / file.name) == file.md5 else "damaged"
        if (folder / file.unpacked_name).exists():
            return "whole" if published.is_unpacked(file, folder) else "damaged"
    except InputError:
        return "damaged"
    return "missing"
