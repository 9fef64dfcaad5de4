"""How the dashboard looks follows from the settings first, then from what the terminal says of itself."""

from __future__ import annotations

import pytest

from vitdash import settings
from vitdash.settings import THEMES, Settings
from vitdash.ui import appearance, line_filters
from vitdash.ui.appearance import LIGHT, Appearance, Colours
from vitdash.ui.ascii import AsciiOnly
from vitdash.ui.colours import Sixteen


def chosen(text: str = "", **environ: str) -> Appearance:
    return appearance.choose(settings.parse(f"[screen]\n{text}\n", "a file"), environ)


@pytest.mark.parametrize(("said", "dark"), [("", True), ("15;0", True), ("0;15", False), ("0;default;7", False)])
def test_the_theme_is_dark_unless_the_terminal_says_otherwise(said: str, dark: bool) -> None:
    """COLORFGBG is the one thing that some terminals say of their background."""
    assert chosen(COLORFGBG=said).dark is dark
    assert chosen('theme = "nord"', COLORFGBG=said).theme == "nord"


def test_every_theme_of_the_settings_is_one_of_textual_s() -> None:
    """A name that the settings allow must not end the dashboard."""
    from textual.theme import BUILTIN_THEMES

    assert set(THEMES.values()) <= BUILTIN_THEMES.keys()
    for name, theme in THEMES.items():
        assert chosen(f'theme = "{name}"').dark is BUILTIN_THEMES[theme].dark
    assert set(THEMES.values()) >= LIGHT


def test_over_ssh_it_draws_half_as_often_unless_told() -> None:
    """A person's own rate comes before both."""
    assert chosen().refresh_hz == 4
    assert chosen(SSH_CONNECTION="10.0.0.1 50000 10.0.0.2 22").refresh_hz == 2
    assert chosen("refresh_hz = 10", SSH_CONNECTION="here").refresh_hz == 10


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({}, True),
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "en_US.utf8"}, True),
        ({"LANG": "ca_ES.UTF-8@valencia"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8"}, True),
        ({"LC_CTYPE": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "C"}, False),
        # What Python makes of the line above before we are asked.
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, True),
    ],
)
def test_more_than_ascii_is_drawn_where_the_locale_has_it(environ: dict[str, str], shown: bool) -> None:
    """Where no locale is set at all, the terminal of today is taken for one of today."""
    assert chosen(**environ).unicode is shown
    assert chosen('unicode = "never"', **environ).unicode is False
    assert chosen('unicode = "always"', **environ).unicode is True


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color"}, Colours.MANY),
        ({"TERM": "xterm-kitty"}, Colours.MANY),
        ({"TERM": "xterm"}, Colours.STANDARD),
        ({"TERM": "linux"}, Colours.STANDARD),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, Colours.ALL),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit", "NO_COLOR": "1"}, Colours.NONE),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": ""}, Colours.ALL),
    ],
)
def test_the_terminal_s_colours_are_counted(environ: dict[str, str], colours: Colours) -> None:
    """As rich counts them, which writes them in the end."""
    assert chosen(**environ).colours is colours


def test_lines_are_filtered_only_where_the_terminal_needs_it() -> None:
    """A good terminal pays for nothing."""
    looks = Appearance()
    assert line_filters.of(looks) == ()
    poor = appearance.choose(Settings(), {"TERM": "vt100", "LC_ALL": "C"})
    assert [type(item) for item in line_filters.of(poor)] == [Sixteen, AsciiOnly]


def test_no_title_is_written_where_it_would_be_printed() -> None:
    """The console of Linux has no title bar."""
    assert chosen().terminal_title
    assert not chosen(TERM="linux").terminal_title
    assert not chosen("terminal_title = false").terminal_title
