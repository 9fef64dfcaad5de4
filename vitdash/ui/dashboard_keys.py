"""Which keys of the dashboard the footer names, and which of them the app obeys. Must not know what they do."""

from __future__ import annotations

FOOTER = (
    ("new", "New"),
    ("clone", "Clone"),
    ("pause", "Pause"),
    ("stop", "Stop"),
    ("filter", "Filter"),
    ("compare", "Compare"),
    ("sweep", "Sweep"),
    ("export", "Export"),
    ("open", "Open"),
    ("sort", "Sort"),
    ("mark", "Mark"),
    ("worker_log", "Log"),
    ("table_view", "Columns"),
    ("which_accuracy", "Accuracy"),
    ("seeds_together", "Seeds"),
    ("smoothing", "Smooth"),
    ("full_screen", "Full screen"),
)
OUTSIDE = frozenset(
    {"new", "sweep", "digits", "clone", "pause", "stop", "compare", "worker_log", "export", "copy", "diagnostics"}
)
OUTSIDE |= {"rename", "tag", "note", "delete", "raise_in_queue", "lower_in_queue", "more_jobs", "fewer_jobs", "mark"}
OUTSIDE |= {"unmark", "seeds_together"}
"""Actions on runs: the app does them."""
