"""Fixtures for plug-ins: a process that has looked at none before, and has forgotten them afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vitdash import catalog, plugins


@pytest.fixture(autouse=True)
def told() -> Iterator[list[str]]:
    """Forget all plug-ins before and after each test, and return what a listener hears in between."""
    heard: list[str] = []
    catalog.forget_plugins()
    plugins.on_problem(heard.append)
    yield heard
    catalog.forget_plugins()
    plugins.on_problem(lambda _: None)
