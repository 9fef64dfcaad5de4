"""New inputs from old ones: bytes changed, words put in, and the structure of JSON, TOML, gzip and zip kept with it.

Everything is drawn from the generator that is given: the same seed makes the same inputs.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

LARGEST_INPUT = 1 << 17
OWN_SHARE = 0.6
"""Of the words that are put in, so many are the reader's own."""
DEEP = 1500
"""Levels of nesting beyond what Python's own recursion bears."""

NUMBERS = (
    *("0", "-1", "1", "-0", "0.0", "-0.0", "1e999", "-1e999", "5e-324", "1e308", "0.1", "1.0", "NaN", "Infinity"),
    *("-Infinity", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 4400),
    *("1e-999", "9007199254740993", "640", "100000000000", "1E5"),
)
TEXTS = (
    *(
        "",
        "\x1b]0;owned\x07",
        "\x1b[2J",
        "\x9b31m",
        "\u202eevil",
        "\u2066x\u2069",
        "\u200b",
        "\ufeff",
        "\x00",
        "\r",
        "\n",
    ),
    *(
        "\t",
        "\x07",
        "\u2028",
        "\ud800",
        "\udfff",
        "[red]x[/red]",
        "[/]",
        "[@click=app.quit]x[/]",
        "../../escape",
        "/etc/x",
    ),
    *(
        "x" * 3000,
        "\U0001f469\u200d\U0001f4bb",
        "é",
        "e\u0301",
        "%s%n",
        "{0}",
        "$(touch x)",
        "`x`",
        "a,b;c=d",
        "'",
        '"',
        "\\",
    ),
    *("|", "a\nb", "<script>", "=1+1", "CON", "~", "~root", "-", "--", "\u0000\u001b", "nan", "None", "true"),
)
OTHERS = ("null", "true", "false", "[]", "{}", "[[]]", '{"a":1}', '[1,"x"]', "[" * DEEP, "[" * DEEP + "]" * DEEP)
DEEP_OBJECT = '{"a":' * DEEP + "1" + "}" * DEEP


class Shape(StrEnum):
    """What the structure of an input is, and so what is kept of it while it is changed."""

    BYTES = "bytes"
    JSON = "json"
    LINES = "json lines"
    TOML = "toml"
    GZIP = "gzip"
    ZIP = "zip"


class Raw(str):
    """A piece of JSON as it is to be written."""

    __slots__ = ()


class Mutator:
    """Draws changes; `words` are what the reader's own language consists of."""

    def __init__(self, rng: random.Random, shape: Shape, words: Sequence[bytes]) -> None:
        self._rng = rng
        self._shape = shape
        self._own = tuple(words)
        self._words = (*words, *(text.encode(errors="surrogatepass") for text in TEXTS), *map(str.encode, NUMBERS))
        self._shaped: Callable[[bytes], bytes] | None = {
            Shape.BYTES: None,
            Shape.JSON: self._json,
            Shape.LINES: self._lines,
            Shape.TOML: self._toml,
            Shape.GZIP: self._gzip,
            Shape.ZIP: self._zip,
        }[shape]

    def mutate(self, parent: bytes, other: bytes) -> bytes:
        """Return `parent` changed once or several times; `other` is what may be spliced in."""
        changed = parent
        # Nearly all that is done to packed bytes is found by a checksum, which the reader need not be good for.
        share = 0.95 if self._shape in (Shape.ZIP, Shape.GZIP) else 0.7
        for _ in range(self._rng.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            if self._shaped is not None and self._rng.random() < share:
                changed = self._shaped(changed)
            else:
                changed = self._bytes(changed, other)
        return changed[:LARGEST_INPUT]

    def _bytes(self, raw: bytes, other: bytes) -> bytes:
        rng = self._rng
        start = rng.randint(0, len(raw))
        end = min(len(raw), start + rng.choice((0, 1, 1, 2, 4, 16, 64, len(raw))))
        before, middle, after = raw[:start], raw[start:end], raw[end:]
        match rng.randrange(8):
            case 0:
                return before + after
            case 1:
                return before + rng.randbytes(rng.choice((1, 1, 2, 4, 8))) + after
            case 2:
                return before + self._word() + middle + after
            case 3:
                return before + self._word() + after
            case 4:
                return before + middle * rng.choice((2, 3, 100)) + after
            case 5 if middle:
                flipped = middle[0] ^ (1 << rng.randrange(8))
                return before + bytes([flipped]) + middle[1:] + after
            case 6 if other:
                cut = rng.randint(0, len(other))
                return before + other[cut : cut + rng.choice((1, 8, 64, len(other)))] + after
            case _:
                return raw[: rng.randint(0, len(raw))]

    def _word(self) -> bytes:
        return self._rng.choice(self._own if self._own and self._rng.random() < OWN_SHARE else self._words)

    def _value(self) -> Any:
        rng = self._rng
        kind = rng.randrange(10)
        if kind < 4:
            return Raw(rng.choice(NUMBERS))
        if kind < 8:
            text = rng.choice(TEXTS)
            return text if rng.random() < 0.8 else text * rng.choice((2, 20))
        return Raw(rng.choice((*OTHERS, DEEP_OBJECT)))

    def _json(self, raw: bytes) -> bytes:
        try:
            tree = json.loads(raw, object_pairs_hook=_Pairs)
            self._change(tree)
            return _written(tree).encode(errors="surrogatepass")
        except (ValueError, RecursionError):
            return raw

    def _change(self, tree: Any) -> None:
        """Change one place in a tree of lists and pairs: replaced, removed, doubled, renamed or swapped."""
        rng = self._rng
        places = list(_places(tree))
        if not places:
            return
        parent, index = rng.choice(places)
        match rng.randrange(8):
            case 0:
                del parent[index]
            case 1:
                parent.insert(rng.randint(0, len(parent)), parent[index])
            case 2 if isinstance(parent, _Pairs):
                name = self._value() if rng.random() < 0.5 else self._word().decode(errors="replace")
                parent[index] = (str(name), parent[index][1])
            case 3:
                other = rng.randrange(len(parent))
                parent[index], parent[other] = parent[other], parent[index]
            case _:
                value = self._value()
                parent[index] = (parent[index][0], value) if isinstance(parent, _Pairs) else value

    def _lines(self, raw: bytes) -> bytes:
        rng = self._rng
        lines = raw.split(b"\n")
        index = rng.randrange(len(lines))
        match rng.randrange(7):
            case 0:
                del lines[index]
            case 1:
                lines.insert(rng.randint(0, len(lines)), lines[index])
            case 2:
                other = rng.randrange(len(lines))
                lines[index], lines[other] = lines[other], lines[index]
            case _:
                lines[index] = self._json(lines[index])
        return b"\n".join(lines)

    def _toml(self, raw: bytes) -> bytes:
        rng = self._rng
        lines = raw.decode(errors="surrogateescape").split("\n")
        index = rng.randrange(len(lines))
        key, equals, value = lines[index].partition("=")
        match rng.randrange(9):
            case 0:
                del lines[index]
            case 1:
                lines.insert(rng.randint(0, len(lines)), lines[index])
            case 2:
                word = self._word().decode(errors="replace")
                lines[index] = f"[{word}]" if not equals else f"{word} ={value}"
            case 3:
                lines.insert(index, f"{self._word().decode(errors='replace')} = {_toml(self._value())}")
            case 4 if equals:
                lines[index] = f"{key}= [{value}, {_toml(self._value())}]"
            case _ if equals:
                lines[index] = f"{key}= {_toml(self._value())}"
        return "\n".join(lines).encode(errors="surrogatepass")

    def _gzip(self, raw: bytes) -> bytes:
        try:
            inside = zlib.decompressobj(31).decompress(raw, LARGEST_INPUT)
        except zlib.error:
            return raw
        return gzip.compress(self._bytes(inside, b""), mtime=0)

    def _zip(self, raw: bytes) -> bytes:
        rng = self._rng
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                members = [(item.filename, archive.read(item)) for item in archive.infolist()]
        except Exception:  # whatever a damaged archive raises: it is changed byte by byte instead
            return self._bytes(raw, b"")
        if not members:
            return raw
        index = rng.randrange(len(members))
        # What is pickled says most: the rest are weights.
        pickled = [at for at, (name, _) in enumerate(members) if name.endswith(".pkl")]
        index = rng.choice(pickled) if pickled and rng.random() < 0.7 else index
        name, content = members[index]
        match rng.randrange(10):
            case 0:
                del members[index]
            case 1:
                members[index] = (rng.choice(TEXTS) or "x", content)
            case 2:
                members.append((name, self._bytes(content, b"")))
            case _:
                members[index] = (name, self._bytes(content, b""))
        packed = io.BytesIO()
        method = zipfile.ZIP_DEFLATED if rng.random() < 0.05 else zipfile.ZIP_STORED
        try:
            with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", method) as archive:
                # That a name comes twice is what is meant.
                warnings.simplefilter("ignore")
                for name, content in members:
                    archive.writestr(zipfile.ZipInfo(name), content, method)
        except (ValueError, OSError):
            return raw
        return packed.getvalue()


class _Pairs(list[Any]):
    """An object of JSON as its pairs: a name may come twice."""


def _places(tree: Any) -> Any:
    """Yield each list or object below `tree` with each of its indices."""
    if not isinstance(tree, list):
        return
    for index, item in enumerate(tree):
        yield tree, index
        yield from _places(item[1] if isinstance(tree, _Pairs) else item)


def _written(tree: Any) -> str:
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, _Pairs):
        return "{" + ",".join(f"{json.dumps(name)}:{_written(value)}" for name, value in tree) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(_written, tree)) + "]"
    return json.dumps(tree, ensure_ascii=isinstance(tree, str) and len(tree) % 2 == 0)


def _toml(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value).replace("NaN", "nan").replace("Infinity", "inf").replace(":", "=")
    return json.dumps(value)
