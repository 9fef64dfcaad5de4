"""One line of text under a caret. Must not know keys or screens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class LineEdit:
    """A text, the place in it, and whether all of it is selected, so that what is typed next replaces it."""

    text: str = ""
    caret: int = 0
    whole: bool = False

    def load(self, text: str) -> None:
        """Begin with a text, all of it selected."""
        self.text, self.caret, self.whole = text, len(text), bool(text)

    def insert(self, typed: str) -> None:
        """Put a text where the caret is, or in place of the selected one."""
        if self.whole:
            self.load("")
        self.text = self.text[: self.caret] + typed + self.text[self.caret :]
        self.caret, self.whole = self.caret + len(typed), False

    def backspace(self) -> None:
        """Take away what stands before the caret, or all that is selected."""
        if self.whole:
            self.load("")
        elif self.caret:
            self.text = self.text[: self.caret - 1] + self.text[self.caret :]
            self.caret -= 1

    def delete(self) -> None:
        """Take away what stands under the caret, or all that is selected."""
        if self.whole:
            self.load("")
        else:
            self.text = self.text[: self.caret] + self.text[self.caret + 1 :]

    def go(self, place: int) -> None:
        """Put the caret at a place, at the most to either end; nothing is selected any more."""
        self.caret, self.whole = max(0, min(place, len(self.text))), False

    def window(self, width: int) -> tuple[str, int]:
        """Return the part of the text that is seen in so many cells, and where in it the caret is."""
        first = max(0, self.caret - width + 1)
        return self.text[first : first + width], self.caret - first
