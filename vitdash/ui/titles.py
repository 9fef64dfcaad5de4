"""The titles in a panel's border, set only where they change: Textual draws the whole panel again each time."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget


def entitle(widget: Widget, title: str | None = None, subtitle: str | None = None) -> None:
    """Write plain text into a border: `title` above, `subtitle` below, None leaves what is there."""
    if title is not None and Content(title).markup != (widget.border_title or ""):
        widget.border_title = Content(title)
    if subtitle is not None and Content(subtitle).markup != (widget.border_subtitle or ""):
        widget.border_subtitle = Content(subtitle)
