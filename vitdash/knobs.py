"""How a hyper-parameter is declared, checked and read from text. Must not know which ones there are.

A knob is declared once, as a dataclass field made by `knob()`. Forms, `--set`, TOML, validation, help, differences,
table columns and fingerprints all follow from that declaration.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection
from typing import Any, Protocol, TypeAlias, runtime_checkable

from vitdash.text import did_you_mean, one_of, plain

Value: TypeAlias = bool | int | float | str | tuple[str, ...]


@runtime_checkable
class OpenChoices(Protocol):
    """Choices that are not all known beforehand: asking for one of them may cost less than listing all."""

    def hint(self, word: str) -> str:
        """Return what may help whoever chose `word`, which there is not."""


Choices: TypeAlias = Collection[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Knob:
    """One hyper-parameter: its name, kind and default, and all that is said about it in one place.

    `minimum` and `maximum` are allowed themselves, `above` is not. `only_if` names another knob of the same table
    and the values of it with which this one has an effect. `column` is its heading in the results table.
    """

    name: str
    default: Value
    help: str
    label: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: Choices | None = None
    unit: str = ""
    column: str = ""
    only_if: tuple[str, tuple[str, ...]] | None = None
    affects_result: bool = True

    @property
    def options(self) -> tuple[str, ...]:
        """The values to choose from; empty where any value within the bounds will do."""
        return tuple(self.choices or ())

    @property
    def allowed(self) -> str:
        """What may be given, in words: "a whole number from 1 to 4,096"."""
        match self.default:
            case bool():
                return "true or false"
            case str() if self.choices is not None:
                return one_of(self.options)
            case str():
                return "text"
            case tuple():
                return (
                    f"a list of {', '.join(self.options)}, separated by commas" if self.choices else "a list of names"
                )
            case int():
                return f"a whole number{self._bounds()}"
            case float():
                return f"a number{self._bounds()}"

    def check(self, value: object) -> Value:  # noqa: C901 - one case a kind
        """Return `value` as this knob's kind.

        Raises:
            ValueError: the kind is wrong or the value out of bounds; its text says what is allowed.
        """
        match self.default:
            case bool():
                if isinstance(value, bool):
                    return value
            case str():
                if isinstance(value, str):
                    return self._chosen(value)
            case tuple():
                if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
                    return tuple(self._chosen(item) for item in dict.fromkeys(value))
            case int():
                if isinstance(value, int) and not isinstance(value, bool):
                    return int(self._bounded(value))
            case float():
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    # Adding zero makes -0.0 the zero that it equals: equal configurations are written equally.
                    return float(self._bounded(value)) + 0.0
        raise self._refused(value, wrong=_KINDS.get(type(value), "not allowed"))

    def parse(self, text: str) -> Value:
        """Return the value that `text` (typed in a form, given to `--set`) stands for.

        Raises:
            ValueError: as `check` does.
        """
        text = text.strip()
        match self.default:
            case bool():
                if text.lower() in ("true", "yes", "on", "1"):
                    return True
                if text.lower() in ("false", "no", "off", "0"):
                    return False
                raise self._refused(text)
            case str():
                return self.check(text)
            case tuple():
                return self.check([word.strip() for word in text.split(",") if word.strip()])
            case int() | float():
                return self.check(self._number(text))

    def _number(self, text: str) -> int | float:
        # A comma is a separator of thousands or a mistake: '0,001' must not be read as 1.
        digits = text.replace(",", "") if _THOUSANDS.match(text) else text
        try:
            number = int(digits) if len(digits) <= 40 else float(digits)
        except ValueError:
            try:
                number = float(digits)
            except ValueError:
                raise self._refused(text) from None
        if isinstance(self.default, int) and isinstance(number, float) and number.is_integer():
            return int(number)
        return number

    def _bounded(self, value: int | float) -> int | float:
        # NaN is below nothing, so it is refused here too.
        if not abs(value) < _LARGEST:
            raise self._refused(value)
        too_low = (self.minimum is not None and value < self.minimum) or (
            self.above is not None and value <= self.above
        )
        if too_low or (self.maximum is not None and value > self.maximum):
            raise self._refused(value)
        return value

    def _chosen(self, value: str) -> str:
        # Not `options`: a name that is built in is found without listing what plug-ins offer.
        if self.choices is not None and value not in self.choices:
            known = self.choices
            near = known.hint(value) if isinstance(known, OpenChoices) else did_you_mean(value, known)
            raise self._refused(value, near)
        if plain(value, 4096) != value:
            raise ValueError(f"'{plain(value, 60)}' has control characters, or space at its ends")
        return value

    def _refused(self, value: object, hint: str = "", *, wrong: str = "not allowed") -> ValueError:
        shown = str(value).lower() if isinstance(value, bool) else f"'{_shown(value)}'"
        return ValueError(f"{shown} is {wrong}. {hint + ' ' if hint else ''}Allowed: {self.allowed}")

    def _bounds(self) -> str:
        def number(bound: float) -> str:
            return f"{bound:,.0f}" if float(bound).is_integer() else f"{bound}"

        most = f"{number(self.maximum)}" if self.maximum is not None else ""
        if self.above is not None:
            return f" above {number(self.above)}" + (f" and up to {most}" if most else "")
        if self.minimum is not None:
            return f" from {number(self.minimum)}" + (f" to {most}" if most else "")
        return f" up to {most}" if most else ""


def knob(  # the field's annotation says what kind it is: only Any fits them all
    default: Any,  # noqa: ANN401
    help: str,  # noqa: A002 - the word that forms and command lines use for it
    *,
    label: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    choices: Choices | None = None,
    unit: str = "",
    column: str = "",
    only_if: tuple[str, tuple[str, ...]] | None = None,
    affects_result: bool = True,
) -> Any:  # noqa: ANN401
    """Declare a knob as a dataclass field; `help` is one sentence. See `Knob` for the rest."""
    declaration = {
        "help": help,
        "label": label,
        "minimum": minimum,
        "maximum": maximum,
        "above": above,
        "choices": choices,
        "unit": unit,
        "column": column,
        "only_if": only_if,
        "affects_result": affects_result,
    }
    return dataclasses.field(default=default, metadata={"knob": declaration})


def written(value: Value) -> str:
    """Return a value as `Knob.parse` reads it back."""
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join(value)
        case float():
            short = f"{value:g}"
            return short if float(short) == value else repr(value)
        case _:
            return str(value)


def _shown(value: object) -> str:
    try:
        return plain(value, 60)
    except ValueError:
        # Python writes no whole number of more than some thousand digits.
        return "a very long number"


_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?\Z")
_LARGEST = 1e300
_KINDS: dict[type, str] = {str: "text", list: "a list", dict: "a table"}
_KNOBS: dict[type, dict[str, Knob]] = {}


def knobs_of(table: type) -> dict[str, Knob]:
    """Return the knobs that a dataclass declares, by name, in their order."""
    if table not in _KNOBS:
        _KNOBS[table] = {field.name: _declared(field) for field in dataclasses.fields(table)}
    return _KNOBS[table]


def _declared(field: dataclasses.Field[Any]) -> Knob:
    declaration = dict(field.metadata["knob"])
    declaration["label"] = declaration["label"] or field.name.replace("_", " ")
    default: Any = field.default
    return Knob(name=field.name, default=default, **declaration)


def has_effect(table: object, declared: Knob) -> bool:
    """Return whether a knob of `table` (a dataclass of knobs) does anything, given its neighbours."""
    return declared.only_if is None or getattr(table, declared.only_if[0]) in declared.only_if[1]
