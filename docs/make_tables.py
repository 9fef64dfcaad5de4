"""Writes the tables in these pages that follow from the code: `python docs/make_tables.py`. A test runs `page`."""

from __future__ import annotations

from pathlib import Path

from vitdash import catalog
from vitdash.knobs import knobs_of
from vitdash.run.fields import FIGURES, Field, knob_fields

PAGE = Path(__file__).parent / "expressions.md"
MARKS = "<!-- from here on made by docs/make_tables.py -->\n", "<!-- to here -->\n"


def table(fields: list[Field]) -> str:
    """Return fields as a Markdown table."""
    rows = [f"| `{field.name}` | {field.kind} | {field.help} |" for field in fields]
    return "\n".join(["| field | kind | |", "| --- | --- | --- |", *rows]) + "\n"


def tables() -> str:
    """Return the tables of all fields: figures, then knobs with the architectures that have them."""
    owners: dict[str, list[str]] = {}
    for name in catalog.ARCHITECTURES:
        for knob in knobs_of(catalog.load("architecture", catalog.ARCHITECTURES, name)):
            owners.setdefault(knob, []).append(name)
    of_one = "; ".join(
        f"`{name}`: {', '.join(f'`{knob}`' for knob, having in owners.items() if having == [name])}"
        for name in catalog.ARCHITECTURES
        if [name] in owners.values()
    )
    figures, knobs = table(list(FIGURES)), table(list(knob_fields().values()))
    return f"{figures}\nKnobs of one architecture only – {of_one}.\n\n{knobs}"


def page(text: str) -> str:
    """Return the page with the tables in it as the code has them now."""
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}\n{tables()}\n{MARKS[1]}{after}"


def main() -> None:
    """Write."""
    PAGE.write_text(page(PAGE.read_text()))


if __name__ == "__main__":
    main()
