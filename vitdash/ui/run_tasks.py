"""What the dashboard's keys do to runs: asks where something would be lost, acts, says what came of it.

Must not know how runs are drawn; each task is one of `TASKS`, by the id of its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from vitdash import keys
from vitdash.errors import InputError, VitdashError
from vitdash.run import labels, queue
from vitdash.run.fleet import Standing
from vitdash.run.state import State
from vitdash.text import one_of, plain, runs, size
from vitdash.ui import run_actions
from vitdash.ui.feed import Player
from vitdash.ui.screens.dialogs import AskText, Choice, Choose
from vitdash.ui.taking_away import Taken

if TYPE_CHECKING:
    from vitdash.ui.app import Dashboard

FORMATS = {".md": "markdown", ".csv": "csv", ".json": "json", ".svg": "svg"}
WRITES = frozenset(
    {"new", "digits", "clone", "pause", "stop", "rename", "tag", "note", "delete", "raise_in_queue", "lower_in_queue"}
    | {"more_jobs", "fewer_jobs"}
)
"""What a dashboard that only watches does not do."""


class RunTasks:
    """Does what keys ask for, for one app."""

    def __init__(self, app: Dashboard) -> None:
        self._app = app
        self._board = app.board

    def do(self, action: str) -> None:
        """Do what an action's id says."""
        feed = self._app.feed
        if action == "pause" and isinstance(feed, Player):
            feed.pause()
            self._app.tell("The replay stands still." if feed.paused else "The replay goes on.")
            return
        if self._app.read_only and action in WRITES:
            self._app.tell("This dashboard only watches. Open it with: vitdash", severity="warning")
            return
        try:
            TASKS[action](self)
        except VitdashError as error:
            self._app.tell_error(error)

    # ── training ────────────────────────────────────────────────────────────────────────────────────────────────────

    def digits(self) -> None:
        """Train what a newcomer trains first."""
        self._app.launch(run_actions.digits(), "digits", queued=False)

    def pause(self) -> None:
        """Pause the runs that train, let the others go on; a finished one, if it is to be extended."""
        chosen = self._chosen()
        if len(chosen) == 1 and chosen[0].state is State.FINISHED:
            self._extend(chosen[0])
            return
        failed = [known for known in chosen if known.state is State.FAILED]

        def act(answer: str | None = "on") -> None:
            if answer == "on":
                self._each(chosen, lambda known: self._asked(known, run_actions.pause_or_go_on(known)))
                self._app.look_again()

        if not failed:
            act()
            return
        # Whoever comes in the morning should not lose the reason by a slip of the thumb.
        reason = failed[0].short.figures.reason or "it failed"
        text = f"{reason}\nIt goes on from its last checkpoint with the same knobs; C starts anew with others."
        self._ask(f"Go on with {_named(failed)}?", text, [Choice("on", "g", "go on"), _NO], act)

    def _extend(self, known: Standing) -> None:
        """Ask for how many images a finished run is to see instead, and let it go on to there."""
        from vitdash.run import extension

        def problem(text: str) -> str:
            return "" if text.replace(",", "").strip().isdecimal() else "Give a whole number of images."

        def extend(text: str | None) -> None:
            if text is not None:
                told = extension.extend(known.run, int(text.replace(",", "")))
                queue.resume(known.run)
                self._app.tell(told)

        hint = "Its weights stay; its schedule changes, and the optimiser begins anew. C trains one of that length."
        title = f"extend {known.short.name}, which is finished, to so many images"
        longer = str(2 * known.short.figures.images_seen)
        self._app.push_screen(AskText(title, longer, hint, problem), lambda text: self._attempt(lambda: extend(text)))

    def stop(self) -> None:
        """Stop runs, after asking."""
        self._selected()
        chosen = self._board.acted_on(lambda known: known.state.active or known.state is State.QUEUED)
        if not chosen:
            raise InputError("stop", "neither the marked runs nor the selected one run or wait.")

        def stop(answer: str | None) -> None:
            if answer == "stop":
                self._each(chosen, lambda known: self._asked(known, run_actions.stop(known)))
                self._app.look_again()

        self._ask(
            f"Stop {_named(chosen)}?", _what_stays(chosen), [Choice("stop", "s", "stop", harmful=True), _NO], stop
        )

    def raise_in_queue(self) -> None:
        """Let the selected run start one place earlier."""
        queue.move(self._selected().run, -1)
        self._app.look_again()

    def lower_in_queue(self) -> None:
        """Let the selected run start one place later."""
        queue.move(self._selected().run, 1)
        self._app.look_again()

    def more_jobs(self) -> None:
        """Let one run more compute at once."""
        self._jobs(1)

    def fewer_jobs(self) -> None:
        """Let one run fewer compute at once."""
        self._jobs(-1)

    # ── keeping ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def rename(self) -> None:
        """Give the selected run another name."""
        known = self._selected()

        def rename(name: str | None) -> None:
            if name is not None:
                self._attempt(lambda: labels.change(known.run, name=name))

        hint = "Empty gives back the name that it was created with."
        self._app.push_screen(AskText(f"rename {known.run.id}", known.short.name, hint), rename)

    def tag(self) -> None:
        """Change the tags of the selected run."""
        known = self._selected()

        def change(words: str | None) -> None:
            if words is not None:
                self._attempt(lambda: labels.change(known.run, tags=words.replace(",", " ").split()))

        hint = "Words, separated by spaces. Find them with the filter."
        self._app.push_screen(AskText(f"tags of {known.short.name}", " ".join(known.short.labels.tags), hint), change)

    def note(self) -> None:
        """Write a note on the selected run."""
        known = self._selected()

        def write(text: str | None) -> None:
            if text is not None:
                self._attempt(lambda: labels.change(known.run, note=text))

        hint = "Empty removes it."
        self._app.push_screen(AskText(f"note on {known.short.name}", known.short.labels.note, hint), write)

    def delete(self) -> None:
        """Delete runs for good, after asking."""
        from vitdash.run import removal

        chosen = self._chosen()
        weights = [removal.consider(known.run).bytes for known in chosen]

        def delete(answer: str | None) -> None:
            if answer == "delete":
                removal.clean(self._app.feed.root)
                self._each(chosen, lambda known: removal.delete(known.run))
                self._app.look_again()

        text = f"{size(sum(weights))} of events, checkpoints and diagnostics. This cannot be undone."
        choices = [Choice("delete", "d", "delete", harmful=True), _NO]
        self._ask(f"Delete {_named(chosen)} for good?", text, choices, delete)

    def mark(self) -> None:
        """Mark the selected run, and go to the next."""
        self._board.toggle_mark()
        self._board.move(1)
        self._app.show()

    def unmark(self) -> None:
        """Take all marks away."""
        self._board.marked.clear()
        self._app.show()

    # ── taking away ─────────────────────────────────────────────────────────────────────────────────────────────────

    def export(self) -> None:
        """Write what the results table shows to a file."""
        taken = self._app.taken
        where = Path.cwd() / "results.md"
        hint = f"{taken.told}. The ending says the format: {one_of(FORMATS)}."

        def write(answer: str | None) -> None:
            if answer is not None:
                self._write(Path(answer).expanduser(), taken)

        self._app.push_screen(AskText("export the table to", str(where), hint, _path_problem), write)

    def copy(self) -> None:
        """Copy something of the selected run."""
        known = self._selected()

        def copy(answer: str | None) -> None:
            if answer is not None:
                self._attempt(lambda: self._app.copy(self._copied(answer, known)))

        choices = [
            Choice("id", "i", "its id"),
            Choice("command", "c", "the command that repeats it"),
            Choice("table", "t", "the results table"),
        ]
        self._ask(
            f"Copy from {known.short.name}", "It is shown as well, for terminals that do not copy.", choices, copy
        )

    def _copied(self, what: str, known: Standing) -> str:
        if what == "id":
            return known.run.id
        if what == "command":
            return _command(known, self._app.feed.root)
        return self._app.taken.render("markdown")

    def _write(self, path: Path, taken: Taken) -> None:
        from vitdash.export import destination

        def write(answer: str | None = "replace") -> None:
            if answer == "replace":
                # Plots read every event of every run.
                self._app.run_worker(export, thread=True, group="export")

        def export() -> None:
            try:
                destination.write(path, taken.render(FORMATS[path.suffix]), replace=True)
            except VitdashError as error:
                self._app.call_from_thread(self._app.tell_error, error)
            else:
                self._app.call_from_thread(self._app.tell, f"Written: {plain(path)}")

        if path.exists():
            choices = [Choice("replace", "r", "replace it", harmful=True), _NO]
            self._ask(
                f"{plain(path.name)} is there already", plain(path), choices, lambda a: self._attempt(lambda: write(a))
            )
        else:
            self._attempt(write)

    # ── what they share ─────────────────────────────────────────────────────────────────────────────────────────────

    def _jobs(self, by: int) -> None:
        jobs = queue.set_jobs(self._app.feed.root, queue.read(self._app.feed.root).jobs + by)
        self._app.tell(f"{runs(jobs)} may train at once.")
        self._app.look_again()

    def _selected(self) -> Standing:
        if self._board.selected is None:
            raise InputError("runs", "there is none yet.", "n starts one, d one on digits.")
        return self._board.selected

    def _chosen(self) -> list[Standing]:
        self._selected()
        return self._board.acted_on()

    def _asked(self, known: Standing, word: object) -> None:
        self._board.asked[known.run.id] = (word, known.state)  # type: ignore[assignment]

    def _ask(self, title: str, text: str, choices: list[Choice], answered: Callable[[str | None], None]) -> None:
        self._app.push_screen(Choose(title, text, choices), answered)

    def _attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
        except VitdashError as error:
            self._app.tell_error(error)
        self._app.look_again()

    def _each(self, chosen: Iterable[Standing], act: Callable[[Standing], object]) -> None:
        """Do it to each; one that cannot does not keep the others from it."""
        for known in chosen:
            try:
                act(known)
            except VitdashError as error:
                self._app.tell_error(error)


_NO = Choice("no", "n", "no")


def _what_stays(chosen: list[Standing]) -> str:
    """Return what becomes of runs that are stopped."""
    if all(known.state is State.QUEUED for known in chosen):
        return "It leaves the queue; space puts it back." if len(chosen) == 1 else "They leave the queue."
    return "It keeps a checkpoint and can go on." if len(chosen) == 1 else "Each keeps a checkpoint and can go on."


def _named(chosen: list[Standing]) -> str:
    return chosen[0].short.name if len(chosen) == 1 else runs(len(chosen))


def _command(known: Standing, root: Path) -> str:
    """Return the line for a shell that trains the same again."""
    from vitdash.ui.form.command_line import command_line, ground

    if known.config is None:
        raise InputError(known.run.id, "has no configuration that can be read.")
    line = command_line(known.config, known.short.name, ground(known.config, root))
    if line.problem:
        raise InputError(known.run.id, line.problem)
    return line.text


def _path_problem(text: str) -> str:
    from vitdash.export import destination

    path = Path(text).expanduser()
    if path.suffix not in FORMATS:
        return f"Give it one of the endings {one_of(FORMATS)}."
    try:
        destination.check(path, replace=True)
    except InputError as error:
        return f"{plain(path.name)} {error.message}"
    return ""


TASKS: dict[str, Callable[[RunTasks], None]] = {
    name: getattr(RunTasks, name)
    for name in (action.id for action in keys.ACTIONS if action.place == keys.DASHBOARD)
    if hasattr(RunTasks, name)
}
"""By the ids of the keys that ask for them."""
