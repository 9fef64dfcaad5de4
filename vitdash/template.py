"""The config file as it is first written: every setting with its help, at its default. Must not know its readers."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

from vitdash import settings
from vitdash.errors import InputError
from vitdash.knobs import Knob
from vitdash.text import plain

WIDTH = 110
KEY_WIDTH = 24
_PREAMBLE = """\
# The config file of vitdash. It changes nothing as it stands: a line such as
#
#     #refresh_hz = 0
#
# is a setting at its default; remove its # and change the value. What a command or the environment says comes first.
# `vitdash config` shows what holds, `vitdash doctor` what is wrong.
"""
_KEYS = """\
# Keys of the dashboard: characters, or names such as space, enter, f5, ctrl+up, question_mark; several are separated
# by commas. No key may do two things.
"""


def text() -> str:
    """Return the file's text."""
    parts, last = [_PREAMBLE], ""
    for table, item in settings.declared():
        if table != last:
            parts.append(f"\n[{table}]\n{_KEYS if table == 'keys' else ''}")
        parts.append(_key(item) if table == "keys" else _entry(item))
        last = table
    return "".join(parts)


def write(path: Path) -> None:
    """Write the file where there is none yet.

    Raises:
        InputError: there is one, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text())
    except FileExistsError:
        reason = "is there already" if path.is_file() else "cannot be written: something else is in its place"
        raise InputError(plain(path), f"{reason}.", "What is yours is never replaced.") from None
    except OSError as error:
        raise InputError(plain(path), f"cannot be written: {plain(error.strerror)}.") from None


def _entry(item: Knob) -> str:
    told = item.help if item.allowed == "text" else f"{item.help} Allowed: {item.allowed}."
    comment = "".join(f"# {line}\n" for line in wrap(told, WIDTH, break_on_hyphens=False))
    return f"{comment}#{_stated(item)}\n"


def _key(item: Knob) -> str:
    return f"#{_stated(item):<{KEY_WIDTH}}  # {item.help}\n"


def _stated(item: Knob) -> str:
    import tomli_w

    value = list(item.default) if isinstance(item.default, tuple) else item.default
    return tomli_w.dumps({item.name: value}).rstrip("\n")
