"""How values are written for people: numbers, durations, spellings. Must not know terminals, tables or runs."""

from __future__ import annotations

import re
from collections.abc import Iterable

# C0 and C1 control characters, and the marks that reverse or hide text: from a file they could drive a terminal.
# Surrogates stand for bytes that are no UTF-8 (in a path, an argument) and cannot be written anywhere.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]+"
)


SMALLEST_PROBABILITY = 1e-4
"""Below it a p has no digits: nobody acts on them, and they hold for exactly normal values only."""


def plain(text: object, limit: int = 200) -> str:
    """Return `text` on one line, without control characters, at most `limit` characters long."""
    cleaned = _CONTROL.sub(" ", str(text)).strip()
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def escaped(json: str) -> str:
    """Return a line of JSON that says the same, with escapes for what could drive a terminal."""
    return _CONTROL.sub(lambda found: "".join(f"\\u{ord(character):04x}" for character in found[0]), json)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest spelling in `known`, or "" where nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else ""


def one_of(choices: Iterable[str]) -> str:
    """Return "a, b or c"."""
    words = list(choices)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def count(number: int) -> str:
    """Return a whole number with separators: 2,000,000."""
    return f"{number:,}"


def images(number: int) -> str:
    """Return "1 image" or "2,000 images"."""
    return f"{number:,} image" + ("" if number == 1 else "s")


def runs(number: int) -> str:
    """Return "1 run" or "2 runs"."""
    return f"{number:,} run" + ("" if number == 1 else "s")


def threads(number: int) -> str:
    """Return "1 thread" or "2 threads"."""
    return f"{number} thread" + ("" if number == 1 else "s")


def loss(value: float) -> str:
    """Return a loss with the reference's five decimals; small and large ones keep four digits instead."""
    return f"{value:.5f}" if 0.001 <= abs(value) < 100 or value == 0 else f"{value:.3e}"


def accuracy(value: float) -> str:
    """Return an accuracy in [0, 1] with the reference's four decimals."""
    return f"{value:.4f}"


def figure(value: float) -> str:
    """Return a figure of any size: with four decimals where those say enough, else four digits."""
    return f"{value:.4f}" if 0.01 <= abs(value) < 100 or value == 0 else f"{value:.4g}"


def rate(images_per_second: float) -> str:
    """Return images per second with the unit: 947/s."""
    return f"{pace(images_per_second)}/s"


def probability(p: float) -> str:
    """Return a p with two digits: 0.034, or < 0.0001."""
    return f"{p:#.2g}" if p >= SMALLEST_PROBABILITY else f"< {SMALLEST_PROBABILITY:g}"


def learning_rate(value: float) -> str:
    """Return a learning rate with three digits: 0.0003, 1e-05, 0."""
    return f"{value:.3g}"


def pace(images_per_second: float) -> str:
    """Return images per second: 947, or 3.4 where whole numbers would say too little."""
    return f"{images_per_second:,.0f}" if images_per_second >= 10 else f"{images_per_second:.1f}"


def share(part: float) -> str:
    """Return a share in [0, 1] in per cent; 100 % is the whole and no less."""
    return f"{int(part * 100)} %"


def setting(value: bool | float | str | tuple[str, ...]) -> str:
    """Return the value of a knob, every digit of it, or "-" for an empty one."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return plain(value if isinstance(value, str) else ", ".join(value)) or "-"


def duration(seconds: float) -> str:
    """Return 45s, 12m 03s, 1h 07m or 2d 04h: two units at the most."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d {whole % 86400 // 3600:02d}h"


def size(number_of_bytes: int) -> str:
    """Return a size in decimal units: 512 B, 24.1 MB."""
    value = float(number_of_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if round(value, 1) < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def around(mean: str, deviation: str, *, unicode: bool = True, n: int = 0) -> str:
    """Return a mean beside its deviation, where there is one: "0.8123 ± 0.0031", and of how many, if `n` is said."""
    told = f"{mean} {'±' if unicode else '+-'} {deviation}" if deviation else mean
    return f"{told} (n {n})" if n else told


def deviation(value: float, mean: str) -> str:
    """Return a standard deviation with as many decimals as the mean is written with; more where those say nothing."""
    decimals = len(mean.partition(".")[2])
    if not mean.replace(".", "").lstrip("-").isdigit() or 0 < value < 0.5 * 10**-decimals:
        return f"{value:.1e}"
    return f"{value:.{decimals}f}"
