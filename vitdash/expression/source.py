"""The text of an expression, and errors that point into it. Must not know the language."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash.errors import InputError
from vitdash.text import count, plain

LONGEST_TEXT = 500
SHOWN_AROUND = 28
SHOWN_AT = 40


@dataclass(frozen=True, slots=True)
class Source:
    """What was written, and where: `place` is the option or key it was given to."""

    text: str
    place: str

    def check_length(self) -> None:
        """Refuse a text that is empty or too long.

        Raises:
            InputError: it is.
        """
        if not self.text.strip():
            raise InputError(self.place, "is empty.", "Write an expression, for example accuracy > 0.9.")
        if len(self.text) > LONGEST_TEXT:
            reason = f"is {count(len(self.text))} characters long; an expression has at most {LONGEST_TEXT}."
            raise InputError(self.place, reason)

    def refuse(self, start: int, length: int, reason: str) -> InputError:
        """Return the error that points at `length` characters from `start`: ⟨⟩ stand around them, ⟨?⟩ at the end.

        One line, since errors are one line wherever they are shown.
        """
        end = start + length
        found = _harmless(self.text[start:end])
        shown = found if len(found) <= SHOWN_AT else f"{found[:SHOWN_AT]}…"
        before = _harmless(self.text[:start])
        after = _harmless(self.text[end:])
        if len(before) > SHOWN_AROUND:
            before = f"…{before[-SHOWN_AROUND:]}"
        if len(after) > SHOWN_AROUND:
            after = f"{after[:SHOWN_AROUND]}…"
        what = f"'{shown}'" if shown else "the end"
        return InputError(
            self.place,
            f"at character {count(start + 1)}, {what}: {reason}.",
            f"Here: {before}⟨{shown or '?'}⟩{after}",
        )


def _harmless(piece: str) -> str:
    # Between two marks, for spaces at the ends are part of what is shown.
    return plain(f"|{piece}|", LONGEST_TEXT + 2)[1:-1]
