"""The examples of docs/extending.md as files: taken from the page itself, so that what it says is what is tested."""

from __future__ import annotations

import re
from pathlib import Path

import tomli

PAGE = Path(__file__).parents[1] / "docs" / "extending.md"
MODULES = ("mlp.py", "bars.py", "centroid.py", "page.py")
_EXAMPLE = re.compile(r"^`(?P<name>[\w.]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> dict[str, str]:
    """Return the text of each example by its file's name."""
    return {found["name"]: found["text"] for found in _EXAMPLE.finditer(PAGE.read_text())}


def write_files(folder: Path) -> list[Path]:
    """Write the examples as the page tells, and return the paths of the plug-ins."""
    folder.mkdir(exist_ok=True)
    for name, text in examples().items():
        (folder / name).write_text(text)
    return [folder / name for name in MODULES]


def write_package(folder: Path, name: str = "vitdash_extras") -> None:
    """Write the examples as the package of the page, installed in `folder` as pip would leave it."""
    texts = examples()
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("")
    for module in MODULES:
        (folder / name / module).write_text(texts[module])
    project = tomli.loads(texts["pyproject.toml"])["project"]
    groups = {group: dict(entries) for group, entries in project["entry-points"].items()}
    install(folder, name, groups, str(project["version"]))


def install(folder: Path, name: str, groups: dict[str, dict[str, str]], version: str = "1.0") -> None:
    """Write the metadata of an installed distribution with these entry points."""
    about = folder / f"{name}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{k} = {v}" for k, v in entries.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
