"""The text of an expression as words, numbers, texts and signs. Must not know how they may follow each other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "~", "!~", "in")
KEYWORDS = ("and", "or", "not", "in", "true", "false", "absent")


class Kind(Enum):
    """What a token is; a `FOREIGN` one is no part of the language, and its `problem` says what to write instead."""

    NAME = auto()
    LITERAL = auto()
    SIGN = auto()
    FOREIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text as it is written, where it starts, and what it means if it is a literal."""

    kind: Kind
    text: str
    start: int
    value: bool | int | float | str = 0
    problem: str = ""


_PIECE = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<torn>["'].*)
  | (?P<number>(?:\d|\.\d)(?:[eE][+-]\d|[\w.])*)
  | (?P<word>[^\W\d]\w*)
  | (?P<foreign>===|!==|=[~<>!]|<>|&&|\|\||\*\*)
  | (?P<sign>==|!=|<=|>=|!~|//|[<>~+\-*/%()\[\],])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"(?=[\d.])(\d+(_\d+)*)?(\.(\d+(_\d+)*)?)?([eE][+-]?\d+(_\d+)*)?\Z", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_NO_CONDITION = "there are no conditions; join comparisons with and, or, not"
_NO_POWER = "there are no powers; write x * x"
_QUOTES = "text stands in straight quotes, \" or '"
_INSTEAD = {
    "=": "write == to compare",
    "===": "write == to compare",
    "=~": "write ~ for text that contains other text",
    "=<": "write <=",
    "=>": "write >=",
    "=!": "write !=",
    "!==": "write !=",
    "<>": "write !=",
    "≠": "write !=",
    "≤": "write <=",
    "≥": "write >=",
    "&": "write and",
    "&&": "write and",
    "|": "write or",
    "||": "write or",
    "!": "write not, or != for unequal",
    "**": _NO_POWER,
    "^": _NO_POWER,
    "×": "write *",
    "÷": "write /",
    "–": "write -",
    "−": "write -",
    ".": "names have no parts; a number needs a digit beside its point",
    "?": _NO_CONDITION,
    ":": _NO_CONDITION,
    "if": _NO_CONDITION,
    "else": _NO_CONDITION,
    "lambda": "there are no functions",
    "is": "write == to compare",
    "None": "write absent for what has no value, as in accuracy == absent",
    "True": "write true",
    "False": "write false",
    "AND": "write and, in small letters",
    "OR": "write or, in small letters",
    "NOT": "write not, in small letters",
    "IN": "write in, in small letters",
} | dict.fromkeys("“”„‘’«»", _QUOTES)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text`, the last one of kind `END`; nothing raises, what is foreign is yielded as such."""
    for match in _PIECE.finditer(text):
        if match.lastgroup != "space":
            yield _token(str(match.lastgroup), match.group(), match.start())
    yield Token(Kind.END, "", len(text))


def _token(group: str, piece: str, start: int) -> Token:
    match group:
        case "text":
            return _quoted(piece, start)
        case "number":
            return _number(piece, start)
        case "word":
            return _word(piece, start)
        case "sign":
            return Token(Kind.SIGN, piece, start)
        case "torn":
            return _foreign(piece, start, f"expected {piece[0]} at the end of this text")
    return _foreign(piece, start, _INSTEAD.get(piece, "is no part of this language"))


def _word(piece: str, start: int) -> Token:
    if piece in _INSTEAD:
        return _foreign(piece, start, _INSTEAD[piece])
    if piece in ("true", "false"):
        return Token(Kind.LITERAL, piece, start, piece == "true")
    if not _NAME.match(piece):
        return _foreign(piece, start, "names have the letters a to z only; text stands in quotes")
    return Token(Kind.SIGN if piece in KEYWORDS else Kind.NAME, piece, start)


def _number(piece: str, start: int) -> Token:
    if not _NUMBER.match(piece):
        return _foreign(piece, start, "expected a number such as 8, 1_000, 0.9 or 3e-4, or text in quotes")
    digits = piece.replace("_", "")
    value = int(digits) if digits.isdecimal() else float(digits)
    if value == math.inf:
        return _foreign(piece, start, "is too large for a number")
    return Token(Kind.LITERAL, piece, start, value)


def _quoted(piece: str, start: int) -> Token:
    inside = piece[1:-1]
    for escape in _ESCAPE.finditer(inside):
        if escape.group(1) not in "\\'\"":
            reason = r"after a backslash stands \, ' or " + '"'
            return _foreign(escape.group(), start + 1 + escape.start(), reason)
    return Token(Kind.LITERAL, piece, start, _ESCAPE.sub(r"\1", inside))


def _foreign(piece: str, start: int, problem: str) -> Token:
    return Token(Kind.FOREIGN, piece, start, problem=problem)
