"""Keys of the dashboard: what is written means what Textual means, and no key does two things in one place."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harmless import is_harmless
from vitdash import keys
from vitdash.keys import ACTIONS


def bound(**changes: str) -> dict[str, tuple[str, ...]]:
    """Return the default keymap with some actions given other keys."""
    return keys.defaults() | {action: keys.parse(text) for action, text in changes.items()}


def test_the_declared_actions_are_sound() -> None:
    """Each has an id of its own, a sentence, a known place, and keys in the form that a user's are brought into."""
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.id.isidentifier()
        assert action.description[0].isupper()
        assert action.description.endswith(".")
        assert action.place
        assert keys.parse(",".join(action.keys)) == action.keys
    keys.check(keys.defaults())
    assert not keys.swallowed(keys.defaults())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("j, down", ("j", "down")),
        ("?", ("question_mark",)),
        ("/", ("slash",)),
        ("+,-", ("plus", "minus")),
        ("question_mark,?", ("question_mark",)),
        ("Enter", ("enter",)),
        ("C", ("C",)),
        ("ö", ("ö",)),
        ("F5", ("f5",)),
        ("shift+c", ("C",)),
        ("Ctrl+C", ("ctrl+c",)),
        ("shift+ctrl+up", ("ctrl+shift+up",)),
        ("ctrl++", ("ctrl+plus",)),
        ("alt+/", ("alt+slash",)),
        ("comma", ("comma",)),
    ],
)
def test_a_key_may_be_written_as_people_write_it(text: str, expected: tuple[str, ...]) -> None:
    """A character, a name, modifiers in any order: one form comes of them, or two names would hide a clash."""
    assert keys.parse(text) == expected


def test_characters_are_called_as_textual_calls_them() -> None:
    """Textual compares names: under another one, a key would never be pressed."""
    from textual.keys import _character_to_key

    for character in set(string.printable) - set(string.whitespace) - {","}:
        name = _character_to_key(character)
        assert keys.parse(name) == (name,)
        assert keys.parse(character) == (name,)
    assert keys.parse("§,é") == (_character_to_key("§"), _character_to_key("é"))


@pytest.mark.parametrize("text", ["", " ", "a,", "j,,k", "entr", "ctrl+", "hyper+a", "ctrl+entr", "ab", "\x1b", "a b"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """The sentence says what a key is."""
    with pytest.raises(ValueError, match=r"is no key\. .*Allowed: a character, or a name such as space, enter"):
        keys.parse(text)


def test_a_misspelled_key_gets_its_correction() -> None:
    """As any other misspelled word."""
    with pytest.raises(ValueError, match=r"'pagedwn' is no key\. Did you mean 'pagedown'\?"):
        keys.parse("pagedwn")


@given(st.text(max_size=12))
def test_any_text_is_keys_or_refused_in_one_line(text: str) -> None:
    """Whatever a file says, and what is accepted is accepted again in the form it was brought into."""
    found: tuple[str, ...] = ()
    said = ""
    try:
        found = keys.parse(text)
    except ValueError as error:
        said = str(error)
    assert is_harmless(said)
    assert bool(found) is not bool(said)
    # Textual names other characters in ways that say nothing to a reader of the file.
    assert not found or not text.isascii() or keys.parse(",".join(found)) == found


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sort": "S"}, "'S' stands for both sort and smoothing in the dashboard"),
        ({"filter": "?"}, "'question_mark' stands for both filter and help in the dashboard"),
        ({"help": "j"}, "'j' stands for both move_down and help in the dashboard"),
        ({"quit": "f1", "help": "F1"}, "'f1' stands for both help and quit everywhere"),
    ],
)
def test_a_key_with_two_meanings_is_named_with_both(changes: dict[str, str], told: str) -> None:
    """What works everywhere works in the dashboard too."""
    with pytest.raises(ValueError, match="stands for both") as refused:
        keys.check(bound(**changes))
    assert str(refused.value) == told


def test_a_key_may_do_one_thing_here_and_another_there() -> None:
    """Places that are never seen together have keys of their own; what is over the dashboard has those of all that is.

    Only leaving is one thing wherever it is done.
    """
    keys.check(bound(log_wrap="S", compared_full="y", compared_copy="f", worst_images="n"))
    keys.check(bound(back="x", quit="x"))
    with pytest.raises(ValueError, match="'q' stands for both back and log_wrap in a run's log"):
        keys.check(bound(log_wrap="q"))
    with pytest.raises(ValueError, match="stands for both log_wrap and help in a run's log"):
        keys.check(bound(log_wrap="?"))


def test_keys_may_be_exchanged() -> None:
    """Only the whole map is judged, not one change after the other."""
    with pytest.raises(ValueError, match="stands for both"):
        keys.check(bound(sort="S"))
    keys.check(bound(sort="S", smoothing="s"))


def test_keys_that_may_never_arrive_are_told_with_the_reason() -> None:
    """A key that tmux or the terminal takes for itself looks like a broken dashboard."""
    found = keys.swallowed(bound(new="ctrl+b", copy="y,ctrl+s", open="ctrl+j"))
    assert found == [
        ("open", "ctrl+j", "terminals send it for enter"),
        ("new", "ctrl+b", "tmux keeps it for itself"),
        ("copy", "ctrl+s", "it may freeze the terminal, until ctrl+q"),
    ]
    assert "ctrl+a" in keys.SWALLOWED
