"""TOML files of knobs, read strictly: one sentence for every mistake. Must not know which tables there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from vitdash.errors import InputError
from vitdash.knobs import Knob, Value, has_effect, knobs_of
from vitdash.opening import open_regular
from vitdash.text import did_you_mean, one_of, plain

LARGEST_FILE_BYTES = 65_536
Table = TypeVar("Table")
Siblings = Mapping[str, Mapping[str, object]]
"""The keys of each table of a file, so that one below the wrong table is sent to the right one."""


def read(path: Path, kind: str) -> str:
    """Return the text of a file that is to be `kind` ("preset").

    Raises:
        FileNotFoundError: there is none.
        InputError: it cannot be read, or is not text of a reasonable size.
    """
    where = plain(path)
    try:
        # A user's own file may be a link to where they keep it, and /dev/null says that there is none.
        with open_regular(path, follow=True, device=True) as file:
            raw = file.read(LARGEST_FILE_BYTES + 1) or b""
    except FileNotFoundError:
        raise
    except IsADirectoryError:
        raise InputError(where, f"is a directory; a {kind} is one TOML file.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(where, f"cannot be read: {plain(reason)}.") from None
    if len(raw) > LARGEST_FILE_BYTES:
        raise InputError(where, f"is larger than {LARGEST_FILE_BYTES:,} bytes; that is no {kind}.")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InputError(where, f"is not text; a {kind} is a TOML file in UTF-8.") from None


def parse(text: str, where: str) -> dict[str, Any]:
    """Return what a text says; `where` stands in errors.

    Raises:
        InputError: it is not TOML.
    """
    import tomli

    try:
        return tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise InputError(where, f"is not TOML: {plain(error)}.") from None
    except ValueError:
        # Python refuses to read a whole number of more than some thousand digits.
        raise InputError(where, "has a number that is too long to read.") from None


def check_tables(content: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Check that every table is a known one, and every known one a table.

    Raises:
        InputError: one is not.
    """
    for key, value in content.items():
        if isinstance(value, dict) and key not in known:
            hint = did_you_mean(key, known) or f"Tables: {', '.join(known)}."
            raise InputError(where, f"unknown table [{plain(key, 60)}].", hint)
        if not isinstance(value, dict) and key in known:
            raise InputError(where, f"'{key}' is a table: write [{key}].")


def check_values(
    known: Mapping[str, Knob], content: Mapping[str, Any], where: str, place: str, siblings: Siblings
) -> dict[str, Value]:
    """Return what a table says, each value as its knob's kind; `place` ("[optim] ") stands in errors.

    Raises:
        InputError: a key is unknown, or its value is not allowed.
    """
    values = {}
    for key, value in content.items():
        if key not in known:
            raise InputError(where, f"{place}unknown key '{plain(key, 60)}'.", _where_it_belongs(key, known, siblings))
        try:
            values[key] = known[key].check(value)
        except ValueError as error:
            raise InputError(where, f"{place}{key}: {error}.") from None
    return values


def read_table(table: type[Table], content: Mapping[str, Any], where: str, place: str, siblings: Siblings) -> Table:
    """Return a dataclass of knobs as a table of a file states it.

    Raises:
        InputError: a key is unknown or without effect, or its value is not allowed.
    """
    known = knobs_of(table)
    values = check_values(known, content, where, place, siblings)
    result = table(**values)
    for key in values:
        if not has_effect(result, known[key]):
            governing, needed = known[key].only_if or ("", ())
            reason = f"has no effect while {governing} is '{getattr(result, governing)}'"
            raise InputError(where, f"{place}{key}: {reason}; it belongs to {one_of(needed)}.")
    return result


def _where_it_belongs(key: str, known: Mapping[str, object], siblings: Siblings) -> str:
    if table := next((name for name, keys in siblings.items() if key in keys), ""):
        return f"It belongs below [{table}]."
    return did_you_mean(key, known) or (f"Known: {', '.join(known)}." if known else "")
