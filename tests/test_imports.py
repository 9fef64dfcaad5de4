"""Imports point one way, and nothing heavy is loaded before it is needed: in the source and in a fresh interpreter."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import vitdash
from tests.recorded import finished, record
from vitdash import presets

PACKAGE = Path(vitdash.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# A room imports from rooms of a lower number and from itself. Only the engine stands aside: nobody imports it, except
# for the one front end that computes in its caller's own process, where a model is wanted; and that one late.
# Layers are networks, and import torch like the engine: an architecture imports them where it builds one.
ORDER = {
    "vitdash": 0,
    "errors": 0,
    "text": 0,
    "opening": 0,
    "statistics": 0,
    "publications": 0,
    "expression": 1,
    "drawing": 1,
    "knobs": 1,
    "keys": 1,
    "layers": 1,
    "plugins": 2,
    "architectures": 2,
    "catalog": 3,
    "toml": 2,
    "compute": 2,
    "settings": 3,
    "knob_tables": 4,
    "config": 5,
    "template": 4,
    "matrix": 6,
    "data": 4,
    "presets": 7,
    "run": 8,
    "engine": 9,
    "export": 10,
    "doctor": 10,
    "terminal": 11,
    "ui": 11,
    "api": 11,
    "completion": 11,
    "commands": 12,
    "cli": 13,
    "__main__": 14,
}
HEAVY = {"torch", "torchvision", "sklearn", "numpy", "scipy", "textual"}
AT_THE_TOP = {"engine": HEAVY - {"textual"}, "layers": {"torch"}, "ui": {"textual"}}


@dataclass(frozen=True)
class Import:
    """One import: what is imported, and whether at the top of the module, inside a function, or for types only."""

    name: str
    line: int
    place: str


def imports_of(path: Path) -> list[Import]:
    return list(imports_within(ast.parse(path.read_text()), "top"))


def imports_within(node: ast.AST, place: str) -> Iterator[Import]:
    """Yield the imports below a node of a module's syntax tree."""
    match node:
        case ast.Import():
            yield from (Import(alias.name, node.lineno, place) for alias in node.names)
        case ast.ImportFrom():
            assert node.level == 0, "imports within the package are written absolutely"
            # `from vitdash import presets` names a module as much as `import vitdash.presets` does.
            inside = node.module == "vitdash"
            names = [f"vitdash.{alias.name}" for alias in node.names] if inside else [str(node.module)]
            yield from (Import(name, node.lineno, place) for name in names)
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            for statement in node.body:
                yield from imports_within(statement, "types")
            for statement in node.orelse:
                yield from imports_within(statement, place)
        case _:
            inner = "function" if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else place
            for child in ast.iter_child_nodes(node):
                yield from imports_within(child, inner)


def room_of(module: str) -> str:
    """Return which room a dotted name within the package belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ORDER else "vitdash"


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    """`cli → terminal, ui → export → run → presets → config → …`; imports for types and inside functions count too."""
    room = room_of(dotted(path))
    for imported in imports_of(path):
        if imported.name.split(".")[0] != "vitdash":
            continue
        if imported.place == "types" and path == PACKAGE / "__init__.py":
            continue  # what is offered to Python is imported when it is asked for; its types are not
        below = room_of(imported.name)
        where = f"{path.relative_to(PACKAGE.parent)}:{imported.line} imports {imported.name}"
        assert ORDER[below] < ORDER[room] or below == room, where
        computes = room == "api" and imported.place != "top"
        assert below != "engine" or room == "engine" or computes, where


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_heavy_libraries_stand_at_the_top_only_where_they_belong(path: Path) -> None:
    """The engine computes, the full screen draws; everywhere else they are imported where they are used, or not."""
    room = room_of(dotted(path))
    for imported in imports_of(path):
        library = imported.name.split(".")[0]
        allowed = imported.place != "top" or library in AT_THE_TOP.get(room, set())
        assert library not in HEAVY or allowed, f"{path.relative_to(PACKAGE.parent)}:{imported.line} imports {library}"


def test_every_module_lies_in_a_room() -> None:
    """A new module at the top of the package gets its place in the order above."""
    assert {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()} - {"__init__", "__pycache__"} <= (
        ORDER.keys() | {"shipped_presets", "py"}  # the second is py.typed
    )


def fresh(code: str, cwd: Path, *arguments: str) -> set[str]:
    """Return the top-level names of what a fresh interpreter has imported after `code`."""
    report = "\nfinally:\n    print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    body = "import sys\ntry:\n" + "\n".join(f"    {line}" for line in code.splitlines()) + report
    command = [sys.executable, "-c", body, *arguments]
    done = subprocess.run(command, cwd=cwd, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_all_modules_but_the_engine_s_are_imported_without_heavy_libraries(tmp_path: Path) -> None:
    """What the source promises holds when it runs, whatever our own libraries import in turn."""
    aside = ("engine", "layers", "ui", "__main__")
    names = [dotted(path) for path in MODULES if room_of(dotted(path)) not in aside]
    assert not fresh("\n".join(f"import {name}" for name in names), tmp_path) & HEAVY
    assert len(names) > 30


def test_the_package_offers_python_its_functions_and_imports_none_of_them(tmp_path: Path) -> None:
    """Every command imports it; and whoever reads runs or starts one has no need of torch."""
    assert not fresh("import vitdash\nassert 'load_model' in dir(vitdash)", tmp_path) & (HEAVY | {"asyncio", "typer"})
    assert not fresh("from vitdash import load_model, open_run, runs, train\nruns()", tmp_path) & HEAVY


@pytest.mark.parametrize("preset", ["cnn", "rn18", "vit-l4-h4"])
def test_a_training_step_needs_neither_torchvision_nor_torch_s_compiler(preset: str, tmp_path: Path) -> None:
    """Either takes as long to import as torch itself, and the first step is waited for."""
    code = (
        "import sys, torch\n"
        "from vitdash import presets\n"
        "from vitdash.engine import augment, model, optim, session\n"
        "from vitdash.engine.batches import as_input\n"
        f"config = presets.load({preset!r})\n"
        "network = model.build_model(config)\n"
        "optimizer = optim.build_optimizer(network, config.optim)\n"
        "images = torch.zeros(2, 1, 28, 28, dtype=torch.uint8)\n"
        "for seed in range(20):\n"
        "    images = augment.augment(\n"
        "        images, 'trivial-wide', per_image=True, channels=config.model.channels,\n"
        "        seeds=[seed], crop_padding=4)\n"
        "network(as_input(images, config.model.channels)).square().mean().backward()\n"
        "optimizer.step()\n"
        "optimizer.state_dict()\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    assert not fresh(code, tmp_path) & {"torchvision", "sympy", "sklearn"}


def commands() -> Iterator[tuple[str, ...]]:
    yield ("--help",)
    yield ("presets",)
    yield ("config",)
    yield ("data",)
    yield ("runs",)
    yield ("show", "cnn")
    yield ("tail", "cnn")
    yield ("export", "cnn")
    yield ("compare", "cnn")


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_a_command_imports_nothing_heavy(arguments: tuple[str, ...], root: Path) -> None:
    """Each answers at once, also on a machine where torch takes seconds to load; help needs next to nothing."""
    cnn = presets.load("cnn")
    record(root, cnn, finished(cnn))
    loaded = fresh("from vitdash.cli import main\nmain()", root.parent, *arguments)
    assert "typer" in loaded
    assert not loaded & HEAVY
    if arguments == ("--help",):
        assert not loaded & {"rich", "asyncio", "tomli", "platformdirs"}


def test_without_a_command_nothing_that_reads_command_lines_is_imported(tmp_path: Path) -> None:
    """Whoever types `vitdash` alone waits for the screen; where there is no terminal, not even that is loaded."""
    code = "from vitdash.__main__ import main\nimport contextlib\nwith contextlib.suppress(SystemExit):\n    main()"
    loaded = fresh(code, tmp_path)
    assert not loaded & (HEAVY | {"typer", "click", "rich", "asyncio"})


@pytest.mark.parametrize(
    ("source", "name", "place"),
    [
        ("import torch", "torch", "top"),
        ("try:\n    import torch.nn as nn\nexcept ImportError:\n    pass", "torch.nn", "top"),
        ("class A:\n    async def b(self):\n        from vitdash.engine import train", "vitdash.engine", "function"),
        ("from vitdash import cli", "vitdash.cli", "top"),
        ("if TYPE_CHECKING:\n    from torch import nn", "torch", "types"),
    ],
)
def test_a_wrong_import_would_be_found(source: str, name: str, place: str, tmp_path: Path) -> None:
    """The proof itself sees what it looks for, wherever it stands."""
    (tmp_path / "wrong.py").write_text(source)
    (found,) = imports_of(tmp_path / "wrong.py")
    assert (found.name, found.place) == (name, place)
