"""The one small expression language: `0.8 < accuracy <= 0.9 and preset ~ "vit"`. Must not know runs or fields.

What is written as in Python means what it means in Python: `and or not`, chained comparisons, `in` and `not in`,
`+ - * / // %`, numbers, texts, parentheses. Added are `~` and `!~` (contains, whatever the case of letters), `true`,
`false`, and `absent`. There is nothing else: no powers, calls, attributes, indices. Text is never handed to Python.

A name may have no value: a figure not computed yet, a knob of another architecture. It is *absent*, which is no error:

- a comparison with something absent is false, the one with `!=`, `!~` or `not in` too, so that `heads != 8` finds the
  runs that have heads; `not` of it is true, as of anything false;
- `x == absent` and `x != absent` ask for it, and this is the only place where the word `absent` may stand;
- arithmetic with something absent is absent; alone it counts as false, so `svc or accuracy` is the first that is there.

`"a" < 1`, arithmetic with text, division by zero and a result too large for a number are errors that point at the sign.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from vitdash.expression import evaluate, parser, tree
from vitdash.expression.source import LONGEST_TEXT, Source
from vitdash.expression.tree import Lookup, Value

__all__ = ["LONGEST_TEXT", "Expression", "Lookup", "Value", "parse"]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was understood; `names` are those it uses, in the order of their first use."""

    source: Source
    root: tree.Node
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """The expression as it was written."""
        return self.source.text

    def evaluate(self, lookup: Lookup) -> Value | None:
        """Return the value, None where it is absent; `lookup` gives a name's value, None where it has none.

        Raises:
            InputError: kinds do not fit, something is divided by zero, or a number becomes too large.
        """
        return evaluate.value_of(self.root, lookup, self.source)

    def holds(self, lookup: Lookup) -> bool:
        """Return whether the value is true as Python sees it: not false, 0, empty or absent.

        Raises:
            InputError: as `evaluate` does.
        """
        return bool(self.evaluate(lookup))


def parse(text: str, known: Collection[str] | None = None, place: str = "expression") -> Expression:
    """Return the expression that `text` is; `known` are the names it may use (None: any), `place` stands in errors.

    Raises:
        InputError: the text is no expression; its message points at the first thing that is wrong.
    """
    source = Source(text, place)
    root, names = parser.parse(source, known)
    return Expression(source, root, names)
