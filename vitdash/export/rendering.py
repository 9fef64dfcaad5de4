"""From runs to what is written, by the name of an exporter. Must not know what any exporter does."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeAlias

from vitdash import catalog
from vitdash.errors import InputError, VitdashError
from vitdash.export import effect_table, group_formats, recipe, rows
from vitdash.plugins.offers import FAILURES, described
from vitdash.run import effects, groups
from vitdash.run.store import Run
from vitdash.text import plain

Rendered: TypeAlias = str | dict[str, bytes]
"""The text of one file, or the files of a folder by their paths within it."""


def render(runs: list[Run], to: str, *, reported: bool = False, knobs: bool = False) -> str:
    """Return the given runs as the exporter called `to` writes them, which must write text.

    Raises:
        InputError: it writes a folder.
        VitdashError: there is no such exporter, a run cannot be read, or a plug-in's exporter failed.
    """
    return text_of(make(runs, to, reported=reported, knobs=knobs), to)


def text_of(rendered: Rendered, to: str) -> str:
    """Return what an exporter wrote, if that is text.

    Raises:
        InputError: it is a folder.
    """
    if not isinstance(rendered, str):
        raise InputError("--format", f"{to} writes a folder.", "Say where, with --output FOLDER.")
    return rendered


def make_groups(runs: list[Run], to: str) -> str:
    """Return the groups of the given runs in a format.

    Raises:
        VitdashError: there is no such format, or none for groups; or a run cannot be read.
    """
    catalog.load("--format", catalog.EXPORTERS, to)
    return group_formats.render(rows.read_rows(runs), to)


def make_effects(runs: list[Run], to: str, metric: str = "accuracy") -> str:
    """Return what knobs do to a figure of the given runs in a format.

    Raises:
        VitdashError: there is no such format, or none for that; nothing can be said; or a run cannot be read.
    """
    found = groups.gather(rows.read_rows(runs))
    return effect_table.render(effects.effects(found, metric), metric, to)


def make(runs: list[Run], to: str, *, reported: bool = False, knobs: bool = False) -> Rendered:
    """Return what the exporter called `to` makes of the given runs; `knobs` that differ get columns in its table.

    Raises:
        VitdashError: there is no such exporter, a run cannot be read, or a plug-in's exporter failed.
    """
    exporter = catalog.load("--format", catalog.EXPORTERS, to)
    found = rows.read_rows(runs)
    if knobs:
        named = tuple(knob.name for knob, _ in recipe.differing([row.config for row in found]) if not knob.column)
        found = [dataclasses.replace(row, knobs=named) for row in found]
    offer = catalog.EXPORTERS.offer(to)
    try:
        rendered = exporter(found, reported=reported)
    except FAILURES as error:
        if offer is None or isinstance(error, VitdashError):
            raise
        raise VitdashError(
            f"exporter '{to}'", f"of plug-in {plain(offer.source)} failed: {described(error)}."
        ) from None
    return _checked(rendered, to)


def _checked(rendered: object, to: str) -> Rendered:
    if isinstance(rendered, str):
        return rendered
    if not isinstance(rendered, Mapping):
        raise VitdashError(f"exporter '{to}'", f"returned {type(rendered).__name__}, not text.")
    for path, content in rendered.items():
        if not isinstance(path, str) or not isinstance(content, bytes) or not _within(path):
            raise VitdashError(f"exporter '{to}'", f"returned what is no file of a folder: {plain(path, 80)}.")
    return dict(rendered)


def _within(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\0" not in path
