"""The rows of the form, generated from the knobs and a draft. Must not know how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vitdash.knob_tables import TABLES
from vitdash.knobs import Knob, knobs_of
from vitdash.text import one_of, setting
from vitdash.ui.form.draft import NAME, PRESET, Draft, options

HEADINGS = {
    "data": "Data and augmentation",
    "optim": "Optimiser",
    "train": "Training",
    "probe": "Probes",
    "record": "Records",
    "compute": "Compute",
}
"""What a table's section is called; [model] is called as its architecture."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field: `text` is what is edited, `shown` the same for reading. `idle` says why it cannot be changed now.

    A field with `options` goes round through them; one that is `picked` opens a list instead.
    """

    key: str
    label: str
    text: str
    shown: str
    unit: str = ""
    options: tuple[str, ...] = ()
    picked: bool = False
    words: bool = False
    changed: bool = False
    before: str = ""
    problem: str = ""
    idle: str = ""
    help: str = ""
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading."""

    heading: str
    rows: tuple[Row, ...]


def sections(draft: Draft) -> list[Section]:
    """Return all rows by section."""
    found = [_run(draft)]
    for table in TABLES:
        known = knobs_of(type(getattr(draft.base, table)))
        heading = f"Model: {draft.base.model.title}" if table == "model" else HEADINGS.get(table, table.capitalize())
        found.append(Section(heading, tuple(_row(draft, knob) for knob in known.values())))
    return found


def fitting(found: Sequence[Section], words: str) -> list[Section]:
    """Return the rows that each of the words stands in; without words, all."""
    filtered = (replace(item, rows=tuple(row for row in item.rows if _fits(row, item, words))) for item in found)
    return [item for item in filtered if item.rows]


def row_of(found: Sequence[Section], key: str) -> Row | None:
    """Return the row of a field, or None where there is none."""
    return next((row for section in found for row in section.rows if row.key == key), None)


def _run(draft: Draft) -> Section:
    preset = draft.base.description.preset
    about = draft.base.description.title
    picked = Row(
        PRESET,
        "preset",
        preset,
        preset,
        picked=True,
        unit=about if about != preset else "",
        problem=draft.problems.get(PRESET, ""),
        help="What the run starts from. Enter lists all presets; what you changed beside the model is kept.",
    )
    name = Row(
        NAME,
        "name",
        draft.name,
        draft.name,
        words=True,
        changed=draft.name != draft.base.description.preset,
        problem=draft.problems.get(NAME, ""),
        help="What to call the run in every list. It need not be the only one called so.",
        allowed="letters, digits, '.', '_', '+' and '-'",
    )
    return Section("Run", (picked, name))


def _row(draft: Draft, knob: Knob) -> Row:
    key, unit = knob.name, knob.unit
    idle = ""
    if not draft.works(key) and knob.only_if:
        idle = f"needs {knob.only_if[0].replace('_', ' ')} {one_of(knob.only_if[1])}"
    before = draft.before(key)
    changed = draft.changed(key)
    problem = draft.problems.get(key, "")
    # What is being typed wrongly is shown as it is; all else as a value is written everywhere.
    shown = draft.text(key) if problem else setting(draft.value(key))
    return Row(
        key,
        # "max inputs 2,000,000 images": what the unit says, the label need not.
        knob.label.removesuffix(f" {unit}") if unit else knob.label,
        draft.text(key),
        shown,
        unit,
        options(knob),
        words=isinstance(knob.default, (str, tuple)),
        changed=changed,
        before="" if before is None or not changed else setting(before),
        problem=problem,
        idle=idle,
        help=knob.help,
        allowed=knob.allowed,
    )


def _fits(row: Row, section: Section, words: str) -> bool:
    told = f"{row.label} {row.key} {section.heading} {row.help}".casefold()
    return all(word in told for word in words.casefold().split())
