"""An error is one line that says where, what and what to do, and an exit code that scripts can tell apart."""

from __future__ import annotations

import pickle

from vitdash.errors import InputError, InterruptedByUser, RunError, VitdashError


def test_an_error_reads_as_one_line() -> None:
    """Place, trouble, way out; without a way out it ends with the trouble."""
    assert (
        str(InputError("rn18.toml", "is empty.", "See: vitdash presets")) == "rn18.toml: is empty. See: vitdash presets"
    )
    assert str(RunError("cnn-1", "is lost.")) == "cnn-1: is lost."


def test_exit_codes_tell_scripts_what_happened() -> None:
    """1: the run failed, 2: the input was wrong, 130: the user ended it, as shells say it."""
    codes = [kind("", "").exit_code for kind in (VitdashError, RunError, InputError, InterruptedByUser)]
    assert codes == [1, 1, 2, 130]


def test_an_error_survives_the_way_between_processes() -> None:
    """Title, message and hint arrive as they were, not as a tuple of arguments."""
    error = pickle.loads(pickle.dumps(InputError("a", "b", "c")))
    assert (type(error), error.title, error.message, error.hint) == (InputError, "a", "b", "c")
