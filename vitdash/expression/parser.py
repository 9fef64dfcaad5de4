"""From tokens to a tree, by precedence climbing. Must not know what operators do.

or < and < not < == != < <= > >= ~ !~ in not-in < + - < * / // % < unary -
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import NoReturn

from vitdash.errors import InputError
from vitdash.expression.source import Source
from vitdash.expression.tokens import COMPARISONS, Kind, Token, tokens
from vitdash.expression.tree import (
    Calculation,
    Comparison,
    Junction,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Presence,
    Sign,
)
from vitdash.text import did_you_mean

MOST_PARTS = 64
MOST_LISTED = 32

OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY = range(1, 8)
_STRENGTHS = {"or": OR, "and": AND} | dict.fromkeys(COMPARISONS, COMPARISON)
_STRENGTHS |= dict.fromkeys("+-", SUM) | dict.fromkeys(("*", "/", "//", "%"), PRODUCT)

_A_VALUE = "a name, a number, text in quotes or '('"
_NO_LIST = "a list stands after in only, as in heads in [4, 8]"
_UNASKED = {
    "(": "there are no functions to call",
    "[": _NO_LIST,
    ",": "a comma stands between the items of a list only; write 1_000 or 1000",
}
_OTHER_ABSENT = dict.fromkeys(
    ("none", "null", "nil", "nan", "undefined"), "Write absent for what has no value, as in accuracy == absent."
)
_OTHER_WORDS = _OTHER_ABSENT | dict.fromkeys(
    ("contains", "like", "matches"), "Write ~ for text that contains other text, as in preset ~ 'vit'."
)


def parse(source: Source, known: Collection[str] | None) -> tuple[Node, tuple[str, ...]]:
    """Return the tree of an expression and the names it uses, all of which must be `known` unless that is None.

    Raises:
        InputError: it is no expression, too long or too large.
    """
    source.check_length()
    parser = _Parser(source, known)
    root = parser.expression(OR)
    parser.expect_end()
    return root, tuple(parser.names)


class _Parser:
    """One walk over the tokens. Every part is counted before what is inside it is read: that bounds the nesting."""

    def __init__(self, source: Source, known: Collection[str] | None) -> None:
        self.names: dict[str, None] = {}
        self._source, self._known = source, known
        self._tokens = list(tokens(source.text))
        self._at = self._parts = 0

    def expression(self, lowest: int) -> Node:
        """Read as much as operators of at least the strength `lowest` hold together."""
        left = self._prefixed(lowest)
        while (strength := self._strength()) >= lowest:
            if strength == COMPARISON:
                left = self._comparison(left)
                continue
            sign, right = self._sign(), self.expression(strength + 1)
            is_junction = strength in (OR, AND)
            left = Junction(strength == AND, left, right) if is_junction else Calculation(sign, left, right)
        return left

    def expect_end(self) -> None:
        """Refuse whatever follows a whole expression."""
        if self._token.kind is not Kind.END:
            self._refuse_follower("or the end")

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _is(self, *signs: str) -> bool:
        return self._token.kind is Kind.SIGN and self._token.text in signs

    def _strength(self) -> int:
        """Return how strongly the operator that comes next binds; 0 where none comes."""
        if self._is("not"):
            follower = self._tokens[self._at + 1]
            return COMPARISON if follower.kind is Kind.SIGN and follower.text == "in" else 0
        return _STRENGTHS.get(self._token.text, 0) if self._token.kind is Kind.SIGN else 0

    def _take(self) -> Token:
        taken = self._token
        self._parts += 1
        if self._parts > MOST_PARTS:
            self._refuse(f"an expression has at most {MOST_PARTS} parts")
        self._at += 1
        return taken

    def _sign(self) -> Sign:
        first = self._take()
        if first.text != "not":
            return Sign(first.text, first.start, len(first.text))
        second = self._take()
        return Sign("not in", first.start, second.start + len(second.text) - first.start)

    def _prefixed(self, lowest: int) -> Node:
        if self._is("not"):
            if lowest > NOT:
                self._refuse("write parentheses around not and what belongs to it")
            self._take()
            return Not(self.expression(NOT))
        if self._is("-"):
            sign = self._sign()
            return Negative(sign, self.expression(UNARY))
        return self._primary()

    def _primary(self) -> Node:
        if self._is("("):
            return self._parenthesised()
        if self._token.kind is Kind.LITERAL:
            return Literal(self._take().value)
        if self._token.kind is Kind.NAME:
            return self._name()
        if self._is("absent"):
            self._refuse("absent stands on the right of == or != only, as in accuracy == absent")
        return self._refuse(_NO_LIST if self._is("[") else self._missing_value())

    def _missing_value(self) -> str:
        before = self._tokens[self._at - 1] if self._at else None
        if before is not None and before.text == "%":
            return f"expected {_A_VALUE} after %, the remainder; write 0.9 for 90 per cent"
        return f"expected {_A_VALUE}"

    def _parenthesised(self) -> Node:
        opened = self._take()
        inside = self.expression(OR)
        if self._is(","):
            self._refuse("write a list in brackets, as in heads in [4, 8]")
        if not self._is(")"):
            self._refuse_follower(f"or ')' for the '(' at character {opened.start + 1}")
        # Counted when it was opened.
        self._at += 1
        return inside

    def _name(self) -> Node:
        name = self._token.text
        follower = self._tokens[self._at + 1]
        if follower.text in ("(", "."):
            self._at += 1
            self._refuse_follower("")
        if self._known is not None and name not in self._known:
            raise self._unknown(name, self._known)
        self._take()
        self.names[name] = None
        return Name(name)

    def _comparison(self, first: Node) -> Node:
        rest: list[tuple[Sign, Node]] = []
        while self._strength() == COMPARISON:
            sign = self._sign()
            if self._is("absent"):
                return self._presence(first, sign, alone=not rest)
            is_list = sign.text in ("in", "not in") and self._is("[")
            rest.append((sign, self._list() if is_list else self.expression(SUM)))
        return Comparison(first, tuple(rest))

    def _presence(self, operand: Node, sign: Sign, *, alone: bool) -> Node:
        if not alone or sign.text not in ("==", "!="):
            self._refuse("only one value is compared with absent, by == or !=")
        self._take()
        if self._strength() == COMPARISON:
            self._refuse("only one value is compared with absent, by == or !=")
        return Presence(operand, sign.text == "!=")

    def _list(self) -> Node:
        opened = self._take()
        items: list[bool | int | float | str] = []
        while not self._is("]"):
            items.append(self._item())
            if self._is(","):
                self._at += 1
            elif not self._is("]"):
                self._refuse(f"expected ',' or ']' for the '[' at character {opened.start + 1}")
        self._at += 1
        return Literal(tuple(items))

    def _item(self) -> bool | int | float | str:
        minus = self._is("-") and self._take()
        if self._token.kind is not Kind.LITERAL or (minus and isinstance(self._token.value, str)):
            self._refuse("expected a number or text in quotes: a list has no other items")
        value = self._take().value
        return -value if minus and not isinstance(value, str) else value

    def _refuse(self, reason: str) -> NoReturn:
        """Point at the next token, which is not what was expected, or no part of the language at all."""
        token = self._token
        raise self._source.refuse(token.start, len(token.text), token.problem or reason)

    def _refuse_follower(self, or_what: str) -> NoReturn:
        """Point at what stands where an operator was expected."""
        unasked = _UNASKED.get(self._token.text) if self._token.kind is Kind.SIGN else None
        self._refuse(unasked or f"expected an operator (==, and, +, …) {or_what}")

    def _unknown(self, name: str, known: Collection[str]) -> InputError:
        token = self._token
        listed = ", ".join(islice(known, MOST_LISTED)) + (", …" if len(known) > MOST_LISTED else "")
        instead = _OTHER_WORDS.get(name.lower()) or did_you_mean(name, known) or f"Known: {listed}."
        error = self._source.refuse(token.start, len(name), "there is no such name; text stands in quotes")
        return InputError(error.title, error.message, f"{instead} {error.hint}")
