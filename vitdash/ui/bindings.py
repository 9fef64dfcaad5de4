"""The declared actions as Textual's bindings. Must not know what the actions do."""

from __future__ import annotations

from collections.abc import Collection

from textual.binding import Binding, BindingType

from vitdash import keys


def of(place: str, shown: tuple[tuple[str, str], ...] = (), elsewhere: Collection[str] = ()) -> list[BindingType]:
    """Return the bindings of a place: action `id` calls `action_<id>` there, one of `elsewhere` calls `action_want`.

    `shown` are ids and short labels, in the order of the footer; all others work and stand in the help.
    """
    labels = dict(shown)
    declared = {action.id: action for action in keys.ACTIONS if action.place == place}
    order = [*(declared[name] for name in labels), *(item for name, item in declared.items() if name not in labels)]
    return [
        Binding(
            ",".join(action.keys),
            f"want('{action.id}')" if action.id in elsewhere else action.id,
            labels.get(action.id, action.description),
            show=action.id in labels,
            tooltip=action.description,
            id=action.id,
        )
        for action in order
    ]


def keymap(bound: keys.Keymap) -> dict[str, str]:
    """Return what the user bound otherwise than declared, as `App.set_keymap` takes it."""
    declared = keys.defaults()
    return {name: ",".join(pressed) for name, pressed in bound.items() if pressed != declared[name]}


_WORDS = {"⏎": "enter", "↑": "up", "↓": "down", "←": "left", "→": "right", "⌫": "backspace"}


def written(key: str, *, unicode: bool) -> str:
    """Return a key as Textual writes it, or in words where its sign would be taken for another one in ASCII."""
    return key if unicode else "".join(_WORDS.get(character, character) for character in key)
