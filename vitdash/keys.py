"""Every action of the dashboard and the keys that stand for it, declared once. Must not know screens or files.

Keys are called as Textual calls them: `a`, `A`, `space`, `question_mark`, `ctrl+up`; a character may be written itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vitdash.text import did_you_mean, plain

EVERYWHERE = "everywhere"
DASHBOARD = "in the dashboard"
CHART = "on a chart"
DIALOG = "in a question"
FORM = "in the form"
SWEEP = "in a sweep"
OVER = "on every screen over the dashboard"
"""What such a screen has beside the keys of its own."""
INSIDE = "in a run's diagnostics"
LOG = "in a run's log"
COMPARE = "in a comparison"
HELP = "in the help"
PLACES_OVER = (INSIDE, LOG, COMPARE)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that keys do, unless the user says otherwise; `place` is where they work."""

    id: str
    keys: tuple[str, ...]
    description: str
    place: str = DASHBOARD


ACTIONS = (
    Action("move_down", ("j", "down"), "Go to the next run."),
    Action("move_up", ("k", "up"), "Go to the previous run."),
    Action("open", ("enter",), "Open the run."),
    Action("new", ("n",), "Start a new run."),
    Action("digits", ("d",), "Train a small network on the bundled digits: short, nothing to download."),
    Action("sweep", ("w",), "Start a sweep: a run for each combination of knobs and seeds."),
    Action("clone", ("C",), "Start a new run from the configuration of this one."),
    Action("pause", ("space",), "Pause the run, or go on with it."),
    Action("stop", ("X",), "Stop the run with a checkpoint."),
    Action("sort", ("s",), "Sort the runs by another column."),
    Action("smoothing", ("S",), "Smooth the curves more, or not at all."),
    Action("log_scale", ("g",), "Show the loss on a logarithmic scale, or a linear one."),
    Action("compare", ("c",), "Compare the marked runs, or groups of seeds where these are taken together."),
    Action("worker_log", ("L",), "Show what the run's worker printed, and why it failed."),
    Action("export", ("e",), "Write the results table to a file, or copy it."),
    Action("copy", ("y",), "Copy the run's id, its command, or the results table."),
    Action("filter", ("slash",), "Show only the runs that fit some words."),
    Action("loss", ("1",), "Go to the loss curves."),
    Action("accuracy", ("2",), "Go to the accuracy curves."),
    Action("results", ("3", "r"), "Go to the results table."),
    Action("images", ("4",), "Go to the images that the run got most wrong."),
    Action("events", ("5",), "Go to what happened, line by line."),
    Action("learning_rate", ("6",), "Go to the curves of the learning rate."),
    Action("pace", ("7",), "Go to the curves of images per second."),
    Action("which_accuracy", ("a",), "Draw another accuracy: argmax, svc, svc held-out, training."),
    Action("table_view", ("v",), "Show other rows: reported figures, knobs that differ, groups, costs, what knobs do."),
    Action("seeds_together", ("G",), "Draw runs that differ only in seed as one curve with a band, or each alone."),
    Action("diagnostics", ("i",), "Show what the run confuses: matrix, images, embedding."),
    Action("rename", ("R",), "Give the run another name."),
    Action("tag", ("t",), "Give the run tags."),
    Action("note", ("N",), "Write a note about the run."),
    Action("delete", ("D",), "Delete the run."),
    Action("raise_in_queue", ("K",), "Let the queued run start earlier."),
    Action("lower_in_queue", ("J",), "Let the queued run start later."),
    Action("more_jobs", ("plus",), "Let one run more train at once."),
    Action("fewer_jobs", ("minus",), "Let one run fewer train at once."),
    Action("full_screen", ("f",), "Give the panel the whole screen, or take it back."),
    Action("mark", ("m",), "Mark the run, to compare it or to act on many."),
    Action("zoom_in", ("z",), "Show less of the horizontal axis, around the position read.", CHART),
    Action("zoom_out", ("Z",), "Show more of the horizontal axis.", CHART),
    Action("zoom_all", ("0",), "Show the whole horizontal axis.", CHART),
    Action("unmark", ("u",), "Take all marks away."),
    Action("leave_filter", ("escape",), "Show all runs again, take all marks away, or leave the whole-screen panel."),
    Action("cancel", ("escape", "ctrl+g"), "Answer nothing.", DIALOG),
    Action("back", ("q", "escape"), "Go back.", OVER),
    Action("earlier_evaluation", ("left", "left_square_bracket"), "Go to the evaluation before.", INSIDE),
    Action("later_evaluation", ("right", "right_square_bracket"), "Go to the evaluation after.", INSIDE),
    Action("first_evaluation", ("home",), "Go to the first evaluation.", INSIDE),
    Action("last_evaluation", ("end",), "Go to the last evaluation.", INSIDE),
    Action("worst_images", ("1",), "Show the worst images: those that were most wrong.", INSIDE),
    Action("best_images", ("2",), "Show the best images: those that were most right.", INSIDE),
    Action("augmented_images", ("3",), "Show the inputs: training images as the network sees them.", INSIDE),
    Action("confusion_matrix", ("4",), "Show the confusion matrix: what was taken for what.", INSIDE),
    Action("class_accuracies", ("5",), "Show the accuracy of each class.", INSIDE),
    Action("embedding_scatter", ("6",), "Show the embedding as a scatter, along its two principal axes.", INSIDE),
    Action("log_events", ("1",), "Show what happened.", LOG),
    Action("log_printed", ("2",), "Show what the worker printed.", LOG),
    Action("log_failure", ("3",), "Show why the run failed.", LOG),
    Action("log_search", ("slash",), "Show only the lines that contain some words.", LOG),
    Action("log_progress", ("p",), "Show the training records too, or leave them out.", LOG),
    Action("log_wrap", ("w",), "Wrap long lines, or cut them off.", LOG),
    Action("log_earlier", ("b",), "Read more of what the worker printed before.", LOG),
    Action("log_down", ("j",), "Go one line down.", LOG),
    Action("log_up", ("k",), "Go one line up.", LOG),
    Action("log_start", ("g",), "Go to the first line.", LOG),
    Action("log_end", ("G",), "Go to the last line, and follow it.", LOG),
    Action("log_copy", ("y",), "Copy what is shown.", LOG),
    Action("compared_loss", ("1",), "Compare the loss curves.", COMPARE),
    Action("compared_accuracy", ("2",), "Compare the accuracy curves.", COMPARE),
    Action("compared_values", ("3",), "Compare the last figures, with their differences.", COMPARE),
    Action("compared_knobs", ("4",), "Compare the knobs: those that differ.", COMPARE),
    Action("compared_kind", ("a",), "Compare another accuracy: argmax, svc, svc held-out, training.", COMPARE),
    Action("compared_smoothing", ("S",), "Smooth the curves more, or not at all.", COMPARE),
    Action("compared_log_scale", ("g",), "Show the loss on a logarithmic scale, or a linear one.", COMPARE),
    Action("compared_full", ("f",), "Give the panel the whole screen, or take it back.", COMPARE),
    Action("compared_base", ("b",), "Take the differences to the next of the runs.", COMPARE),
    Action("compared_sort", ("s",), "Sort the values by the next column.", COMPARE),
    Action("compared_copy", ("y",), "Copy the table that is shown.", COMPARE),
    Action("close_help", ("escape", "ctrl+g"), "Close the help.", HELP),
    Action("launch", ("f5", "ctrl+r"), "Train it now.", FORM),
    Action("enqueue", ("f6", "ctrl+t"), "Put it at the end of the queue.", FORM),
    Action("choose_preset", ("f2", "ctrl+o"), "Begin from another preset.", FORM),
    Action("copy_line", ("f3", "ctrl+y"), "Copy the line that does the same in a shell.", FORM),
    Action("save_preset", ("f4", "ctrl+k"), "Save it as a preset of your own.", FORM),
    Action("reset_knob", ("f8", "ctrl+d"), "Put the knob back to what it was.", FORM),
    Action("find_knob", ("f7", "slash", "ctrl+f"), "Show only the knobs that some words fit.", FORM),
    Action("leave_form", ("escape", "ctrl+g"), "Leave without a run; asks if something was changed.", FORM),
    Action("start_sweep", ("f5", "ctrl+r"), "Line up the runs that are listed.", SWEEP),
    Action("train_again", ("f6", "ctrl+t"), "Train anew what there is already, too, or leave it.", SWEEP),
    Action("copy_sweep", ("f3", "ctrl+y"), "Copy the line that does the same in a shell.", SWEEP),
    Action("skip_member", ("space",), "Leave the run out of the sweep, or take it in again.", SWEEP),
    Action("earlier_member", ("K",), "Let the run start earlier.", SWEEP),
    Action("later_member", ("J",), "Let the run start later.", SWEEP),
    Action("more_at_once", ("plus",), "Let one run more train at once.", SWEEP),
    Action("fewer_at_once", ("minus",), "Let one run fewer train at once.", SWEEP),
    Action("leave_sweep", ("escape", "ctrl+g"), "Leave without a sweep.", SWEEP),
    Action("help", ("question_mark",), "Show every key.", EVERYWHERE),
    Action("quit", ("q",), "Leave; asks what becomes of runs that train.", EVERYWHERE),
)

SWALLOWED = {
    "ctrl+a": "GNU screen keeps it for itself",
    "ctrl+b": "tmux keeps it for itself",
    "ctrl+c": "it interrupts",
    "ctrl+h": "many terminals send it for backspace",
    "ctrl+i": "terminals send it for tab",
    "ctrl+j": "terminals send it for enter",
    "ctrl+m": "terminals send it for enter",
    "ctrl+q": "terminals without flow control alone pass it on",
    "ctrl+s": "it may freeze the terminal, until ctrl+q",
    "ctrl+z": "it suspends",
}
"""Keys that may never arrive, and why."""

_LEAVING = {"back", "quit"}
"""One key may well do both: it leaves what is on the screen."""
_MODIFIERS = ("alt", "ctrl", "shift", "super")
_NAMED: tuple[str, ...] = ("enter", "escape", "space", "tab", "backspace", "delete", "insert", "home", "end")
_NAMED += ("pageup", "pagedown", "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25)))
# Textual shortens the Unicode names of some characters.
_SHORT = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_PUNCTUATION = (
    *("exclamation_mark", "quotation_mark", "number_sign", "dollar_sign", "percent_sign", "ampersand", "apostrophe"),
    *("left_parenthesis", "right_parenthesis", "asterisk", "plus", "comma", "minus", "full_stop", "slash", "colon"),
    *("semicolon", "less_than_sign", "equals_sign", "greater_than_sign", "question_mark", "at", "underscore"),
    *("left_square_bracket", "backslash", "right_square_bracket", "circumflex_accent", "grave_accent"),
    *("left_curly_bracket", "vertical_line", "right_curly_bracket", "tilde"),
)
_ALLOWED = "a character, or a name such as space, enter, f5, ctrl+up; several are separated by commas"

Keymap = Mapping[str, tuple[str, ...]]


def defaults() -> dict[str, tuple[str, ...]]:
    """Return the keys of every action, by its id, as they are declared."""
    return {action.id: action.keys for action in ACTIONS}


def parse(text: str) -> tuple[str, ...]:
    """Return the keys that a text such as "j, down" lists.

    Raises:
        ValueError: one of them is no key; the text says what is allowed.
    """
    return tuple(dict.fromkeys(_parse_key(key.strip()) for key in text.split(",")))


def check(keymap: Keymap) -> None:
    """Check that no key does two things in one place; what works everywhere is in every place.

    Raises:
        ValueError: one does; the text names both.
    """
    taken: dict[str, list[Action]] = {}
    for action in ACTIONS:
        for key in keymap[action.id]:
            for other in taken.setdefault(key, []):
                place = _meeting(action, other)
                if place:
                    raise ValueError(f"'{key}' stands for both {other.id} and {action.id} {place}")
            taken[key].append(action)


def swallowed(keymap: Keymap) -> list[tuple[str, str, str]]:
    """Return action, key and reason wherever a key may never arrive."""
    return [(name, key, SWALLOWED[key]) for name, keys in keymap.items() for key in keys if key in SWALLOWED]


def _meeting(one: Action, other: Action) -> str:
    """Return the place where the same key would do both; "" where there is none."""
    places = {one.place, other.place}
    if {one.id, other.id} == _LEAVING:
        return ""
    if len(places) == 1 or EVERYWHERE in places:
        return max(places, key=lambda name: name != EVERYWHERE)
    over = places & set(PLACES_OVER)
    return min(over) if OVER in places and over else ""


def _parse_key(text: str) -> str:
    spelled = f"{text[:-1]}plus" if text == "+" or text.endswith("++") else text
    *modifiers, last = spelled.split("+")
    modifiers = sorted({modifier.lower() for modifier in modifiers})
    key = _name_of(last)
    if not key or not set(modifiers) <= set(_MODIFIERS):
        hint = did_you_mean(text, (*_NAMED, *_PUNCTUATION))
        raise ValueError(f"'{plain(text, 60)}' is no key. {hint + ' ' if hint else ''}Allowed: {_ALLOWED}")
    if key.isalpha() and len(key) == 1 and modifiers:
        # Shift makes the capital, which terminals do not tell from the small letter once ctrl or alt is held.
        return key.upper() if modifiers == ["shift"] else "+".join([*modifiers, key.lower()])
    return "+".join([*modifiers, key])


def _name_of(key: str) -> str:
    """Return what Textual calls a key without modifiers, or "" if it is none."""
    if len(key) == 1 and key.isprintable() and not key.isspace():
        return key if key.isalnum() else _spelled(key)
    name = key.lower()
    return name if name in (*_NAMED, *_PUNCTUATION) or _is_spelled(name) else ""


def _spelled(character: str) -> str:
    """Return what Textual calls a character, or "" where that could not be read back."""
    import unicodedata

    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    short = _SHORT.get(name, name)
    return short if short in _PUNCTUATION or _is_spelled(short) else ""


def _is_spelled(name: str) -> bool:
    """Return whether a name is that of a character which is printed: "section_sign"."""
    import unicodedata

    try:
        character = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return len(character) == 1 and character.isprintable() and not character.isalnum() and not character.isspace()
