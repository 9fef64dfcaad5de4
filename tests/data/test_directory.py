"""Where data sets are kept: one rule for every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitdash import data


def test_data_are_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is given before VITDASH_DATA before the user's data folder; always absolute."""
    monkeypatch.chdir(tmp_path)
    assert data.directory("").is_relative_to(tmp_path)
    assert data.directory("").parts[-2:] == ("vitdash", "datasets")
    monkeypatch.setenv("VITDASH_DATA", "relative")
    assert data.directory("") == tmp_path / "relative"
    assert data.directory("~/data") == tmp_path / "data"
