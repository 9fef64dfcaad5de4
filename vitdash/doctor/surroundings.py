"""What we write to and are read from: terminals or not, and what they can show. Must not know what is shown."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TextIO

from vitdash.doctor.finding import Finding, note, ok
from vitdash.text import plain

LEAST_COLUMNS, LEAST_ROWS = 60, 15
MULTIPLEXERS = {"TMUX": "tmux", "STY": "GNU screen", "ZELLIJ": "Zellij"}


def look() -> Iterator[Finding]:
    """Look at the terminal, its colours and size, the character set, and what lies between."""
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    elsewhere = [name for name, stream in streams.items() if not _is_terminal(stream)]
    if elsewhere:
        verb = "is no terminal" if len(elsewhere) == 1 else "are no terminals"
        told = f"{' and '.join([', '.join(elsewhere[:-1]), elsewhere[-1]]).removeprefix(' and ')} {verb}"
        yield note(
            "terminal",
            f"{told}: commands print plain lines, and there is no full screen.",
            "Over SSH, ask for a terminal: ssh -t.",
        )
    else:
        yield ok("terminal", "stdin, stdout and stderr")
        yield _look_at_size()
    yield _look_at_colours()
    yield _look_at_characters()
    if between := list(_between()):
        yield ok("connection", ", ".join(between))


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _look_at_size() -> Finding:
    columns, rows = shutil.get_terminal_size()
    told = f"{columns} columns, {rows} rows"
    if columns >= LEAST_COLUMNS and rows >= LEAST_ROWS:
        return ok("size", told)
    remedy = f"Give it at least {LEAST_COLUMNS} columns and {LEAST_ROWS} rows."
    return note("size", f"{told}: too little for the full screen.", remedy)


def _look_at_colours() -> Finding:
    term = os.environ.get("TERM", "")
    named = f"TERM is {plain(term, 60)}" if term else "TERM is not set"
    if term.lower() in ("", "dumb", "unknown"):
        return note("colours", f"{named}: no colours, and nothing is redrawn.", "Set TERM to what the terminal is.")
    if os.environ.get("NO_COLOR"):
        return ok("colours", f"none, for NO_COLOR is set; {named}")
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ok("colours", f"all; {named}")
    return ok("colours", f"{'256' if '256' in term else '16 or fewer'}; {named}")


def _look_at_characters() -> Finding:
    encoding = (sys.stdout and sys.stdout.encoding) or "ascii"
    variable = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    named = f"{variable} is {plain(os.environ[variable], 60)}" if variable else "no locale is set"
    if codecs.lookup(encoding).name == "utf-8":
        return ok("characters", f"UTF-8; {named}")
    told = f"{encoding.upper()} only, for {named}: curves are drawn in ASCII, other letters as escapes."
    return note("characters", told, "Set a UTF-8 locale: export LC_ALL=C.UTF-8")


def _between() -> Iterator[str]:
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        yield "over SSH"
    for variable, name in MULTIPLEXERS.items():
        if os.environ.get(variable):
            yield f"inside {name}"
