"""What a look at one piece of the set-up found. Must not know what is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether something needs doing."""

    OK = "ok"
    NOTE = "note"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence or more about a `subject`; `remedy` says what to do, wherever something needs doing."""

    subject: str
    verdict: Verdict
    told: str
    remedy: str = ""


def ok(subject: str, told: str) -> Finding:
    """Return the finding that a subject is as it should be."""
    return Finding(subject, Verdict.OK, told)


def note(subject: str, told: str, remedy: str = "") -> Finding:
    """Return a finding that is good to know."""
    return Finding(subject, Verdict.NOTE, told, remedy)


def trouble(subject: str, told: str, remedy: str) -> Finding:
    """Return a finding that something does not work, and the way out."""
    return Finding(subject, Verdict.TROUBLE, told, remedy)
