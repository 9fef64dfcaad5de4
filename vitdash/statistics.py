"""What is signal and what is noise: spread of values, and whether two means differ. Must not know runs or metrics.

Plain Python: a list of a thousand groups needs no library that takes a second to load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SIGNIFICANT = 0.05
"""Below this p two means are taken to differ."""

_SMALLEST = 1e-300
_PRECISION = 1e-16
_MOST_TERMS = 100_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Some values in short; `deviation` is the sample standard deviation, None of a single value."""

    mean: float
    deviation: float | None
    n: int
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return finite values in short, None where there are none."""
    if not values:
        return None
    mean = _mean(values)
    deviation = math.sqrt(_variance(values, mean)) if len(values) > 1 else None
    return Spread(mean, deviation, len(values), min(values), max(values))


def welch(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return the two-sided p of Welch's t-test: how often chance alone would part two means as far as these.

    None where it cannot be computed: with fewer than two values on a side, or without any spread on either.

    Source: B. L. Welch, "The generalization of Student's problem when several different population variances are
    involved", Biometrika 34 (1947).
    """
    if min(len(a), len(b)) < 2:
        return None
    mean_a, mean_b = _mean(a), _mean(b)
    # Scaled to the larger of everything, so that squares neither vanish nor leave the numbers that there are.
    scale = max(abs(value - mean) for values, mean in ((a, mean_a), (b, mean_b)) for value in values)
    if not 0 < scale < math.inf:
        return None
    error_a = _variance([value / scale for value in a], mean_a / scale) / len(a)
    error_b = _variance([value / scale for value in b], mean_b / scale) / len(b)
    error = error_a + error_b
    share = error_a / error
    freedom = 1 / (share * share / (len(a) - 1) + (1 - share) ** 2 / (len(b) - 1))
    difference = mean_a / scale - mean_b / scale
    return student_tails(difference / math.sqrt(error), freedom)


def student_tails(t: float, freedom: float) -> float:
    """Return the probability that a Student-t variable with `freedom` > 0 degrees lies beyond ±t."""
    if abs(t) > 1e150:
        return 0.0
    square = t * t
    whole = freedom + square
    return incomplete_beta(freedom / 2, 0.5, freedom / whole, square / whole)


def incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b); `rest` is 1 - x, exact where x is near 1.

    Source: the continued fraction of Abramowitz and Stegun 26.5.8, evaluated by Lentz's method as modified in
    "Numerical Recipes" (3rd edition, 6.4), which converges fast on one side of the mean; on the other, I_x(a, b) is
    1 - I_(1-x)(b, a).
    """
    if x <= 0:
        return 0.0
    if rest <= 0:
        return 1.0
    log_factor = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * _log(x, rest) + b * _log(rest, x)
    factor = math.exp(log_factor)
    if x * (a + b + 2) < a + 1:
        return factor * _continued_fraction(a, b, x) / a
    return 1 - factor * _continued_fraction(b, a, rest) / b


def _log(part: float, rest: float) -> float:
    """Return the logarithm of a part of 1 from whichever of it and its rest says it more exactly."""
    return math.log(part) if part < 0.5 else math.log1p(-rest)


def _continued_fraction(a: float, b: float, x: float) -> float:
    numerator = 1.0
    denominator = 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = denominator
    for term in range(1, _MOST_TERMS):
        double = a + 2 * term
        even = term * (b - term) * x / ((double - 1) * double)
        odd = -(a + term) * (a + b + term) * x / (double * (double + 1))
        for coefficient in (even, odd):
            denominator = 1 / _nonzero(1 + coefficient * denominator)
            numerator = _nonzero(1 + coefficient / numerator)
            change = numerator * denominator
            value *= change
        if abs(change - 1) < 2 * _PRECISION:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST


def _mean(values: Sequence[float]) -> float:
    try:
        mean = math.fsum(values) / len(values)
    except OverflowError:
        mean = math.fsum(value / len(values) for value in values)
    # Rounding must not put the mean beside all values: equal values have no spread at all.
    return min(max(mean, min(values)), max(values))


def _variance(values: Sequence[float], mean: float) -> float:
    """Return the sample variance; the second sum takes out what the rounded mean left in."""
    count = len(values)
    distances = [value - mean for value in values]
    left = math.fsum(distances)
    return max(0.0, (math.fsum(distance * distance for distance in distances) - left * left / count) / (count - 1))
