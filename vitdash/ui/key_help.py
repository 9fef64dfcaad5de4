"""What every key does in one place, in groups. Must not know how it is shown, nor who runs an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textual.app import App
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.screen import Screen

from vitdash import keys

FOCUSED = "in what is focused"
"""Keys that a widget has by itself: moving, scrolling, editing."""


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """An action that keys stand for here: its keys, a sentence, where they work, and what runs it.

    It is `declared` unless a widget has it by itself.
    """

    keys: tuple[str, ...]
    text: str
    place: str
    action: str
    node: DOMNode
    enabled: bool = True
    declared: bool = True

    def fits(self, words: str) -> bool:
        """Return whether every word is in the sentence or the place, or is one of the keys."""
        said = f"{self.text} {self.place}".lower()
        return all(word.lower() in said or word in self.keys for word in words.split())


def gather(active: Mapping[str, ActiveBinding], display: Callable[[Binding], str]) -> list[KeyHelp]:
    """Return all that the active bindings do; declared actions in their order, then what widgets have by themselves.

    `display` writes a binding's key. The keys of one action stand together.
    """
    declared = {action.id: (place, action) for place, action in enumerate(keys.ACTIONS)}
    found: dict[tuple[int, str, str], tuple[int, KeyHelp]] = {}
    for item in active.values():
        binding = item.binding
        place, action = declared.get(binding.id or "", (len(declared), None))
        text = action.description if action else _sentence(binding)
        if binding.system or not text:
            continue
        unnamed = keys.EVERYWHERE if isinstance(item.node, (App, Screen)) else FOCUSED
        where = action.place if action else unnamed
        known = (id(item.node), binding.action, text)
        shown = display(binding)
        before = found[known][1].keys if known in found else ()
        rank = place if action is None or action.place != keys.EVERYWHERE else place + len(declared)
        told = KeyHelp((*before, shown), text, where, binding.action, item.node, item.enabled, bool(action))
        found[known] = (rank if action else 2 * len(declared) + 1, told)
    ranked = sorted(found.values(), key=lambda pair: pair[0])
    first: dict[str, int] = {}
    for place, (_, told) in enumerate(ranked):
        first.setdefault(told.place, place)
    return [told for _, told in sorted(ranked, key=lambda pair: first[pair[1].place])]


def _sentence(binding: Binding) -> str:
    text = (binding.tooltip or binding.description).strip()
    # Textual's own are titles: "Scroll Up".
    return text if not text or text.endswith((".", "?")) else f"{text.capitalize()}."
