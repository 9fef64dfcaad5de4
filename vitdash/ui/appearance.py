"""How the dashboard looks here, by the user's settings and what the terminal says. Must not know widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from vitdash.settings import THEMES, Settings

HZ, HZ_OVER_SSH = 4.0, 2.0
LIGHT = frozenset({"textual-light", "ansi-light", "catppuccin-latte", "solarized-light"})
_LIGHT_BACKGROUNDS = frozenset({"7", "15"})
_EVERY_CHARACTER = ("utf-8", "utf8")


class Colours(IntEnum):
    """How many colours the terminal shows, or the user wants."""

    NONE = 0
    STANDARD = 16
    MANY = 256
    ALL = 1 << 24


_DEPTHS = {"256color": Colours.MANY, "kitty": Colours.MANY}


@dataclass(frozen=True, slots=True)
class Appearance:
    """What every screen asks: colours, characters, how often to draw, whether to ring and to say it in the title."""

    theme: str = THEMES["dark"]
    dark: bool = True
    unicode: bool = True
    refresh_hz: float = HZ
    bell: bool = False
    terminal_title: bool = True
    colours: Colours = Colours.ALL


def choose(settings: Settings, environ: Mapping[str, str]) -> Appearance:
    """Return how to look, with these settings, in a terminal with this environment."""
    screen = settings.screen
    theme = THEMES.get(screen.theme) or THEMES["light" if _has_light_background(environ) else "dark"]
    over_ssh = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    return Appearance(
        theme=theme,
        dark=theme not in LIGHT,
        unicode=_shows_unicode(environ) if screen.unicode == "auto" else screen.unicode == "always",
        refresh_hz=float(screen.refresh_hz) or (HZ_OVER_SSH if over_ssh else HZ),
        bell=screen.bell,
        # The console of Linux prints such a title instead of showing it.
        terminal_title=screen.terminal_title and environ.get("TERM") != "linux",
        colours=_colours(environ),
    )


def _has_light_background(environ: Mapping[str, str]) -> bool:
    """Return whether COLORFGBG, such as "0;15", names a light background; most terminals say nothing."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_BACKGROUNDS


def _shows_unicode(environ: Mapping[str, str]) -> bool:
    """Return whether the locale has more than ASCII; where none is set, a terminal of today is taken for one that does.

    Python itself takes the locale C for UTF-8, which it says in LC_CTYPE: whoever sets C asks for ASCII all the same.
    """
    named = {name: environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")}
    if named["LANG"] in ("C", "POSIX") and named["LC_CTYPE"] == "C.UTF-8":
        named["LC_CTYPE"] = ""
    locale = next((text for text in named.values() if text), "")
    return not locale or locale.lower().endswith(_EVERY_CHARACTER) or ".utf" in locale.lower()


def _colours(environ: Mapping[str, str]) -> Colours:
    if environ.get("NO_COLOR"):
        return Colours.NONE
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return Colours.ALL
    term = environ.get("TERM", "").strip().lower()
    return _DEPTHS.get(term.rpartition("-")[2], Colours.STANDARD)
