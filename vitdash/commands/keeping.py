"""Commands that keep runs in order: rename, tag, note, delete, prune."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vitdash.commands.asking import agreed
from vitdash.commands.options import Json, RunName, RunNames, RunsDir, root
from vitdash.commands.output import out, print_json, write
from vitdash.completion import candidates
from vitdash.errors import InputError
from vitdash.text import count, size

if TYPE_CHECKING:
    from vitdash.run.labels import Labels
    from vitdash.run.store import Run

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def rename(
    reference: RunName,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="What to call it.", show_default=False)] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Give back the name it was created with.")] = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Call a run something else in lists and tables. Its id stays, and it is found by either name."""
    from vitdash.run import labels, store

    if reset == bool(name):
        reason = "and --reset contradict each other." if reset else "is missing."
        raise InputError("NAME", reason, "Give a name, or --reset for the one that the run was created with.")
    run = store.find(root(runs_dir), reference)
    changed = labels.change(run, name=name or "")
    _tell(run, changed, f"{run.id} is called {_shown_name(run, changed)}.", as_json=as_json)


def tag(
    reference: RunName,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[TAG]…", help="Words to find it by.", autocompletion=candidates.tags)
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away.")] = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Add tags to a run, or take them away. Without a TAG, print those it has."""
    from vitdash.run import labels, store

    if remove and not words:
        raise InputError("TAG", "is missing.", "Say which tags to take away.")
    run = store.find(root(runs_dir), reference)
    found = labels.tag(run, words, remove=remove) if words else labels.read(run)
    _tell(run, found, f"{run.id}: {', '.join(found.tags) or 'no tags'}", as_json=as_json)


def note(
    reference: RunName,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="The note; '-' reads it from stdin.", show_default=False)
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove the note.")] = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Write a note on a run, in place of the one it has. Without TEXT, print it."""
    from vitdash.run import labels, store

    if clear and text is not None:
        raise InputError("TEXT", "and --clear contradict each other.")
    run = store.find(root(runs_dir), reference)
    if text is None and not clear:
        found = labels.read(run)
        _tell(run, found, found.note or f"{run.id} has no note.", as_json=as_json)
        return
    changed = labels.change(run, note=_read_stdin() if text == "-" else text or "")
    said = f"{run.id}: {'noted' if changed.note else 'no note any more'}."
    _tell(run, changed, said, as_json=as_json)


def delete(
    references: RunNames,
    yes: Yes = False,
    force: Annotated[bool, typer.Option("--force", help="Also what may be running on another machine.")] = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Delete runs with everything in their folders. Running ones are refused."""
    from vitdash.run import removal
    from vitdash.terminal import removals

    runs = _found(references, runs_dir)
    deletions = [removal.consider(run, elsewhere=force) for run in runs]
    total = size(sum(item.bytes for item in deletions))
    if not as_json:
        removals.deletions(out(), deletions)
    what = f"{count(len(runs))} runs" if len(runs) > 1 else runs[0].id
    if not agreed(f"Delete {what} for good ({total})?", yes=yes):
        return
    removal.clean(root(runs_dir))
    freed = {run.id: removal.delete(run, elsewhere=force) for run in runs}
    if as_json:
        print_json([{"run": run_id, "bytes": number} for run_id, number in freed.items()])
    else:
        out().print(f"Deleted: {size(sum(freed.values()))} are free.", soft_wrap=True)


def prune(
    references: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]…", help="Which runs; else all that are finished.", autocompletion=candidates.runs
        ),
    ] = None,
    keep_best: Annotated[bool, typer.Option("--keep-best", help="Keep the weights of the lowest loss.")] = False,
    diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="Also all diagnostics but those of the last evaluation.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
    yes: Yes = False,
    runs_dir: RunsDir = None,
    as_json: Json = False,
) -> None:
    """Remove the checkpoints of runs; results and curves stay. Unfinished runs only by name."""
    from vitdash.run import removal
    from vitdash.terminal import removals

    folder = root(runs_dir)
    runs = _found(references, runs_dir) if references else removal.prunable(folder)
    weighed = [removal.weigh(run, keep_best=keep_best, with_diagnostics=diagnostics) for run in runs]
    prunings = [item for item in weighed if item.files]
    total = size(sum(item.bytes for item in prunings))
    if not as_json:
        removals.prunings(out(), prunings)
    if prunings and not dry_run:
        if not agreed(f"Remove these files for good ({total})?", yes=yes):
            return
        removal.clean(folder)
        freed = sum(removal.prune(item) for item in prunings)
        if not as_json:
            out().print(f"Removed: {size(freed)} are free.", soft_wrap=True)
    if as_json:
        print_json([removal.describe(item) for item in prunings])


def _found(references: list[str], runs_dir: RunsDir) -> list[Run]:
    """Return the runs, each once, however often it is named."""
    from vitdash.run import store

    return list(dict.fromkeys(store.find(root(runs_dir), reference) for reference in references))


def _tell(run: Run, found: Labels, sentence: str, *, as_json: bool) -> None:
    if as_json:
        shown = {"run": run.id, "name": _shown_name(run, found), "tags": list(found.tags), "note": found.note}
        print_json(shown)
    else:
        write(f"{sentence}\n")


def _shown_name(run: Run, found: Labels) -> str:
    return found.name or run.read_claim().name


def _read_stdin() -> str:
    """Return what is piped in, up to more than any note may have."""
    from vitdash.run import labels

    return sys.stdin.buffer.read(labels.LARGEST_FILE_BYTES).decode(errors="replace") if sys.stdin else ""
