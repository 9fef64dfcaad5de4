"""Round numbers along an axis, and how they are written. Must not know where they are drawn."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10
from typing import Protocol

_STEPS = (1.0, 2.0, 5.0)
_LARGE, _HUGE = 1e4, 1e12
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


class Ends(Protocol):
    """The ends of an axis, and whether it is logarithmic."""

    @property
    def low(self) -> float:
        """The lower end, or its decimal logarithm."""
        ...

    @property
    def high(self) -> float:
        """The upper end, or its decimal logarithm."""
        ...

    @property
    def log(self) -> bool:
        """Whether they are logarithms."""
        ...

    @property
    def values(self) -> tuple[float, float]:
        """The ends as values."""
        ...


def along(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` round numbers from `low` to `high`, evenly spaced."""
    return _multiples(low, high, _step(low, high, most))


def of(limits: Ends, most: int) -> list[float]:
    """Return at most `most` round values on a vertical axis, linear or logarithmic."""
    low, high = limits.values
    if not limits.log:
        return along(low, high, most)
    first, last = ceil(limits.low - 1e-9), floor(limits.high + 1e-9)
    best: list[float] = []
    for mantissas in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5, 7)):
        found = [m * 10.0**e for e in range(first - 1, last + 1) for m in mantissas]
        found = [value for value in found if low <= value <= high]
        if len(found) > most:
            break
        best = found
    if len(best) >= 2:
        return best
    if last - first + 1 > most:
        every = -(-(last - first + 1) // max(1, most))
        return [10.0**exponent for exponent in range(first, last + 1, every)]
    return along(low, high, most) or best


def labels(values: list[float]) -> list[str]:
    """Return the values of one axis as text: as many digits as tell them apart, and no more."""
    if not values:
        return []
    if len(values) == 1:
        return [_short(values[0])]
    step = min(b - a for a, b in zip(values, values[1:], strict=False))
    largest = max(abs(value) for value in values)
    even = max(b - a for a, b in zip(values, values[1:], strict=False)) < 1.001 * step
    if not even:
        written = [compact(value, abs(value)) if abs(value) >= _LARGE else _short(value) for value in values]
    elif largest >= _LARGE:
        written = [compact(value, step) for value in values]
    elif largest < 0.001:
        written = [_scientific(value, step, largest) for value in values]
    else:
        written = [_fixed(value, step) for value in values]
    return written if len(set(written)) == len(written) else [repr(value) for value in values]


def compact(value: float, step: float) -> str:
    """Return a number as 500k or 1.5M, with the digits that a step of `step` needs."""
    if abs(value) >= _HUGE:
        return _scientific(value, step, abs(value))
    for unit, letter in _UNITS:
        if abs(value) >= unit and isfinite(value):
            return _trimmed(value / unit, step / unit) + letter
    return _trimmed(value, step)


def round_up(value: float) -> float:
    """Return the least of 1, 2, 5, 10, 20 … that is no less."""
    if not value > 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(factor * power for factor in (*_STEPS, 10.0, 20.0) if factor * power >= value)


def _step(low: float, high: float, most: int) -> float:
    span = high - low
    if not span > 0 or not isfinite(span):
        return 0.0
    exponent = floor(log10(span / max(1, most))) - 1
    for power in range(exponent, exponent + 5):
        for factor in _STEPS:
            step = factor * 10.0**power if power >= 0 else factor / 10.0**-power
            if step > 0 and _last(high, step) - _first(low, step) < most:
                return step
    return 0.0


def _multiples(low: float, high: float, step: float) -> list[float]:
    if step <= 0:
        return []
    # Rounded to what the step says, so that 3 × 0.1 is 0.3.
    digits = max(0, _decimals(step)) + 2
    found = (round(number * step, digits) for number in range(_first(low, step), _last(high, step) + 1))
    return list(dict.fromkeys(found))


def _first(low: float, step: float) -> int:
    return ceil(low / step - 1e-9)


def _last(high: float, step: float) -> int:
    return floor(high / step + 1e-9)


def _decimals(step: float) -> int:
    return -floor(log10(step) + 1e-9) if step > 0 else 0


def _fixed(value: float, step: float) -> str:
    return f"{value:.{min(17, max(0, _decimals(step)))}f}" if value else "0"


def _trimmed(value: float, step: float) -> str:
    text = f"{value:.{min(12, max(0, _decimals(step) + 1))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(value: float, step: float, largest: float) -> str:
    if not value:
        return "0"
    exponent = floor(log10(largest) + 1e-12)
    digits = min(17, max(0, exponent + _decimals(step)))
    return f"{value / 10.0**exponent:.{digits}f}e{exponent}"


def _short(value: float) -> str:
    if value and abs(value) < 0.001:
        mantissa, _, exponent = f"{value:.6g}".partition("e")
        return f"{mantissa}e{int(exponent)}" if exponent else f"{value:g}"
    return f"{value:.10g}"
