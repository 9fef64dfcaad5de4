"""What the address of a mirror must look like. Must not know what it serves."""

from __future__ import annotations

from urllib.parse import urlsplit

from vitdash.errors import InputError
from vitdash.text import plain

HINT = "Give the address of a folder, such as https://example.org/fashion-mnist/."


def checked(text: str) -> str:
    """Return a mirror's address with the slash that a file's name is appended to.

    Raises:
        InputError: it is no address of a folder on the web.
    """
    shown = f"'{plain(text, 100)}'"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError("--mirror", f"{shown} is no address: {plain(error)}.", HINT) from None
    if parts.scheme not in ("http", "https"):
        raise InputError("--mirror", f"{shown} begins neither with http:// nor with https://.", HINT)
    if not host or not text.isprintable() or " " in text:
        raise InputError("--mirror", f"{shown} is no address.", HINT)
    if parts.username is not None or parts.query or parts.fragment:
        raise InputError("--mirror", "a user, a question mark or a # in an address is not supported.", HINT)
    return text if text.endswith("/") else f"{text}/"
