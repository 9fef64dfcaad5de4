"""All plug-ins of this process: files that were given, packages that are installed; looked at once, when asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from vitdash import plugins
from vitdash.errors import InputError
from vitdash.plugins.offers import Offer, Problem, from_file, from_packages, imported

VARIABLE = "VITDASH_PLUGINS"


class Plugins:
    """What is offered from outside, in the order in which it counts: files as they were given, then packages by name.

    After the files that were added come those of the environment variable, then those of the user's config file;
    `configured` says where the function lives that returns them.
    """

    def __init__(self, configured: str) -> None:
        self._configured = configured
        self.forget()

    def forget(self) -> None:
        """Return to the beginning: nothing added, nothing looked at."""
        self._files: list[Path] = []
        self._unread: list[Path] = []
        self._lasting = True
        self._complete = False
        self._offers: list[Offer] = []
        self._problems: list[Problem] = []

    def add_files(self, paths: Iterable[Path]) -> None:
        """Take these files for plug-ins from now on; they are imported when a name is missing or all are listed."""
        for path in paths:
            # Not Path.expanduser: that raises for a user who does not exist.
            whole = Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111 - links stay as they are
            if whole not in self._files:
                self._files.append(whole)
                self._unread.append(whole)

    def use_only(self, paths: Iterable[Path]) -> None:
        """Take these files for plug-ins, and none that environment or config file name."""
        self._lasting = False
        self.add_files(paths)

    def files(self) -> tuple[Path, ...]:
        """Return the absolute paths of all files, whether or not they were any good."""
        if self._lasting:
            self._lasting = False
            named = os.environ.get(VARIABLE, "").split(os.pathsep)
            self.add_files(Path(name) for name in named if name)
            try:
                self.add_files(imported(self._configured)())
            except InputError as error:
                self.skip(Problem("list of the config file", str(error)))
        return tuple(self._files)

    def offers(self) -> list[Offer]:
        """Return all that is offered; what was looked at once is not looked at again."""
        self.files()
        while self._unread:
            self._take(from_file(self._unread.pop(0)))
        if not self._complete:
            self._complete = True
            self._take(from_packages())
        return self._offers

    def skip(self, problem: Problem) -> None:
        """Remember a problem, and tell whoever listens, once."""
        if problem not in self._problems:
            self._problems.append(problem)
            plugins.tell(str(problem))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was skipped so far."""
        return tuple(self._problems)

    def _take(self, found: list[Offer | Problem]) -> None:
        for item in found:
            if isinstance(item, Problem):
                self.skip(item)
            else:
                self._offers.append(item)
