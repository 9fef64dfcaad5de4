"""The address of a mirror is checked before anything is asked of it."""

from __future__ import annotations

import pytest

from vitdash.data.addresses import checked
from vitdash.errors import InputError


@pytest.mark.parametrize("address", ["http://localhost:8000/a", "https://example.org", "HTTPS://example.org/a%20b/"])
def test_a_folder_on_the_web_is_a_mirror(address: str) -> None:
    """Whether it ends with a slash or not."""
    assert checked(address) == f"{address.removesuffix('/')}/"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "begins neither with http:// nor with https://."),
        ("example.org/data", "begins neither"),
        ("ftp://example.org/", "'ftp://example.org/' begins neither"),
        ("file:///etc/", "begins neither"),
        ("http://", "is no address."),
        ("http://example.org/a b/", "is no address."),
        ("http://example.org/\x1b[31m", "is no address."),
        ("http://example.org:port/", "is no address: Port could not be cast"),
        ("http://[::1/", "is no address: Invalid IPv6 URL."),
        ("https://me:secret@example.org/", "a user, a question mark or a #"),
        ("https://example.org/?file=", "a user, a question mark or a #"),
    ],
)
def test_anything_else_is_refused(address: str, reason: str) -> None:
    """One sentence about the option, with an example; passwords and escape sequences are not repeated."""
    with pytest.raises(InputError) as caught:
        checked(address)
    assert caught.value.title == "--mirror"
    assert reason in caught.value.message
    assert "https://example.org/fashion-mnist/" in caught.value.hint
    assert "secret" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
