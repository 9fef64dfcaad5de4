"""What an expression comes to, given what its names stand for. Must not know how it was written."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from vitdash.errors import InputError
from vitdash.expression.source import Source
from vitdash.expression.tree import (
    Calculation,
    Comparison,
    Junction,
    Literal,
    Lookup,
    Name,
    Negative,
    Node,
    Not,
    Presence,
    Sign,
    Value,
)
from vitdash.text import plain

_CALCULATE: dict[str, Callable[..., int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_EQUAL: dict[str, Callable[[Any, Any], bool]] = {"==": operator.eq, "!=": operator.ne}
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def value_of(node: Node, lookup: Lookup, source: Source) -> Value | None:
    """Return the value of `node`, None where it is absent; `source` is what errors point into.

    Raises:
        InputError: kinds do not fit, something is divided by zero, or a number becomes too large.
    """
    match node:
        case Literal():
            return node.value
        case Name():
            return lookup(node.name)
        case Not():
            return not value_of(node.operand, lookup, source)
        case Negative():
            return _calculated(node.sign, value_of(node.operand, lookup, source), source=source)
        case Calculation():
            operands = value_of(node.left, lookup, source), value_of(node.right, lookup, source)
            return _calculated(node.sign, *operands, source=source)
        case Comparison():
            return _compared(node, lookup, source)
        case Presence():
            return (value_of(node.operand, lookup, source) is not None) is node.wanted
        case Junction():
            left = value_of(node.left, lookup, source)
            return value_of(node.right, lookup, source) if bool(left) is node.is_and else left


def _calculated(sign: Sign, *operands: Value | None, source: Source) -> int | float | None:
    numbers: list[int | float] = []
    for operand in operands:
        if isinstance(operand, (str, tuple)) and None not in operands:
            raise _refused(sign, f"only numbers can be calculated with; {_shown(operand)} is {_kind(operand)}", source)
        if isinstance(operand, (int, float)):
            numbers.append(operand)
    if len(numbers) < len(operands):
        return None
    try:
        result = _CALCULATE[sign.text](*numbers) if len(numbers) == 2 else -numbers[0]
    except ZeroDivisionError:
        raise _refused(sign, f"{_shown(numbers[0])} is divided by zero", source) from None
    except OverflowError:
        result = math.inf
    if isinstance(result, float) and not math.isfinite(result):
        raise _refused(sign, "the result is too large for a number", source)
    return result


def _compared(node: Comparison, lookup: Lookup, source: Source) -> bool:
    left = value_of(node.first, lookup, source)
    for sign, operand in node.rest:
        right = value_of(operand, lookup, source)
        if left is None or right is None or not _holds(sign, left, right, source):
            return False
        left = right
    return True


def _holds(sign: Sign, left: Value, right: Value, source: Source) -> bool:
    if sign.text in ("~", "!~"):
        return _contains(sign, left, right, source) is (sign.text == "~")
    if sign.text in ("in", "not in"):
        return _is_in(sign, left, right, source) is (sign.text == "in")
    if isinstance(left, tuple) or isinstance(right, tuple):
        raise _refused(sign, "a list is looked into with in, as in 'svc' in probes", source)
    if sign.text in _EQUAL:
        return _EQUAL[sign.text](left, right)
    if isinstance(left, str) is not isinstance(right, str):
        unlike = f"{_kind(left)} has no order with {_kind(right)}"
        raise _refused(sign, f"{unlike}: {_shown(left)} and {_shown(right)}", source)
    return _ORDERED[sign.text](left, right)


def _contains(sign: Sign, left: Value, right: Value, source: Source) -> bool:
    texts = left if isinstance(left, tuple) else (left,)
    if not isinstance(right, str):
        raise _refused(sign, f"text is looked for; {_shown(right)} is {_kind(right)}", source)
    found = False
    for text in texts:
        if not isinstance(text, str):
            raise _refused(sign, f"text is searched; {_shown(text)} is {_kind(text)}", source)
        found = found or right.casefold() in text.casefold()
    return found


def _is_in(sign: Sign, left: Value, right: Value, source: Source) -> bool:
    if isinstance(right, tuple):
        return left in right
    if isinstance(right, str) and isinstance(left, str):
        return left in right
    if isinstance(right, str):
        raise _refused(sign, f"only text can be in text; {_shown(left)} is {_kind(left)}", source)
    raise _refused(sign, f"nothing can be in {_kind(right)}; a list is written [4, 8]", source)


def _refused(sign: Sign, reason: str, source: Source) -> InputError:
    return source.refuse(sign.start, sign.length, reason)


def _kind(value: Value) -> str:
    match value:
        case bool():
            return "true or false"
        case str():
            return "text"
        case tuple():
            return "a list"
    return "a number"


def _shown(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f"'{plain(value, 40)}'"
        case tuple():
            return f"[{plain(', '.join(map(_shown, value)), 40)}]"
        case int() if abs(value) >= 10**20:
            return "a very long number"
    return str(value)
