"""What an expression is made of, once it is understood. Must not know text; `start` and `length` say where it stood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | tuple[bool | int | float | str, ...]
Lookup: TypeAlias = Callable[[str], Value | None]


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator, and where in the text it stands."""

    text: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it is; a tuple is the list that `in` looks into."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """The value that a name has where the expression is evaluated."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`."""

    sign: Sign
    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Calculation:
    """`x + y` and the like."""

    sign: Sign
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """`x < y <= z`: true if all of them hold; what stands in the middle is evaluated once."""

    first: Node
    rest: tuple[tuple[Sign, Node], ...]


@dataclass(frozen=True, slots=True)
class Presence:
    """`x == absent`, or `x != absent` where `wanted`."""

    operand: Node
    wanted: bool


@dataclass(frozen=True, slots=True)
class Junction:
    """`x and y`, `x or y`: the first that decides, and no other is evaluated."""

    is_and: bool
    left: Node
    right: Node


Node: TypeAlias = Literal | Name | Negative | Not | Calculation | Comparison | Presence | Junction
