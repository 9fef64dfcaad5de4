"""Fixtures for plug-ins: a process that has looked at none before, and has forgotten them afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vitdash import plugins


@pytest.fixture(autouse=True)
def told(no_plugins: None) -> Iterator[list[str]]:
    """Return what a listener hears of each test's plug-ins."""
    heard: list[str] = []
    plugins.on_problem(heard.append)
    yield heard
    plugins.on_problem(lambda _: None)
