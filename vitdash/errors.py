"""The errors people see, and the exit codes that scripts see. Must not know where an error is shown."""

from __future__ import annotations

EXIT_OK = 0
EXIT_RUN_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_OUTPUT_CLOSED = 141


class VitdashError(Exception):
    """Expected trouble: where it is, what happened, what to do about it.

    `title` names the place (a file, an option, a run), `message` what is wrong there, `hint` the way out. Together
    they are one line: `presets/rn18.toml: [optim] unknown key 'lerning_rate'. Did you mean 'learning_rate'?`
    """

    exit_code = EXIT_RUN_FAILED

    def __init__(self, title: str, message: str, hint: str = "") -> None:
        super().__init__(title, message, hint)
        self.title, self.message, self.hint = title, message, hint

    def __str__(self) -> str:
        return f"{self.title}: {self.message} {self.hint}".rstrip()


class InputError(VitdashError):
    """What the user gave cannot be used: an option, a preset, a data directory, the name of a run."""

    exit_code = EXIT_BAD_INPUT


class RunError(VitdashError):
    """A run could not start, failed, or was lost."""


class InterruptedByUser(VitdashError):  # noqa: N818 - what the user wanted is no error
    """The user asked to stop, and everything is where it should be."""

    exit_code = EXIT_INTERRUPTED
