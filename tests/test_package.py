"""What is installed is complete: the wheel, built without a network and used far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

CHECKOUT = Path(__file__).parents[1]
DEADLINE_SECONDS = 120.0


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Run a command and return what it printed; its complaints are the test's."""
    done = subprocess.run(
        list(command),
        cwd=cwd,
        env=dict(os.environ) | {"PYTHONDONTWRITEBYTECODE": "1"} | variables,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the project's own backend, which needs nothing but itself, and leave the checkout alone."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: the wheel is not tested")
    folder = tmp_path_factory.mktemp("wheel")
    before = {path.name for path in CHECKOUT.iterdir()}
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    name = run(sys.executable, "-c", build, folder, cwd=CHECKOUT).split()[-1]
    assert not {"build", "dist"} & ({path.name for path in CHECKOUT.iterdir()} - before)
    return folder / name


def test_the_wheel_holds_the_package_and_the_presets_and_nothing_else(wheel: Path) -> None:
    """No tests, no benchmarks, no documentation; the licence is with it."""
    names = ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    (info,) = tops - {"vitdash"}
    assert info.startswith("vitdash-")
    assert info.endswith(".dist-info")
    shipped = sorted(Path(name).name for name in names if name.startswith("vitdash/shipped_presets/"))
    assert shipped == sorted(path.name for path in (CHECKOUT / "presets").glob("*.toml"))
    assert len(shipped) == 12
    modules = {name for name in names if name.endswith(".py")}
    assert modules == {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "vitdash").rglob("*.py")}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "vitdash = vitdash.__main__:main" in ZipFile(wheel).read(f"{info}/entry_points.txt").decode()


def test_the_installed_copy_works_from_another_directory(wheel: Path, tmp_path: Path) -> None:
    """Its command lists the twelve presets from inside itself, not from the checkout that this test lies in."""
    pytest.importorskip("pip", reason="pip is not installed: the wheel is not tested")
    target, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", target, wheel, cwd=elsewhere)
    listed = run(target / "bin" / "vitdash", "presets", cwd=elsewhere, PYTHONPATH=str(target)).splitlines()
    assert len([line for line in listed if line.startswith(("cnn ", "rn18 ", "vit-l"))]) == 12
    where = "import vitdash.presets; print(vitdash.presets.shipped_directory())"
    directory = run(sys.executable, "-P", "-c", where, cwd=elsewhere, PYTHONPATH=str(target))
    assert directory.strip() == str(target / "vitdash" / "shipped_presets")
