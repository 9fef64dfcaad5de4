"""The whole examination, in its order. Must not know how findings are shown."""

from __future__ import annotations

from collections.abc import Iterator

from vitdash import data, presets, settings
from vitdash.doctor import computation, datasets, files, installation, places, runs, surroundings
from vitdash.doctor.finding import Finding, Verdict, note
from vitdash.doctor.places import Place
from vitdash.run import store


def look() -> Iterator[Finding]:
    """Yield what is found at once."""
    yield from installation.look()
    yield from surroundings.look()
    config = list(files.look_at_config())
    yield from config
    yield from files.look_at_presets()
    yield from map(places.look, _own_folders())
    if any(item.verdict is Verdict.TROUBLE for item in config):
        yield note(
            "the rest", "plug-ins, runs and data are not looked at: the config file, which names them, is broken."
        )
        return
    yield from files.look_at_plugins()
    yield from _look_at_runs()
    yield from _look_at_data()


def try_torch() -> Finding:
    """Return what is found in seconds: whether torch works."""
    return computation.look()


def _own_folders() -> Iterator[Place]:
    remedy = "Nothing but changing what is in it needs this."
    yield Place("config folder", settings.path().parent, remedy)
    yield Place("preset folder", presets.user_directory(), remedy)


def _look_at_runs() -> Iterator[Finding]:
    root = store.default_root()
    remedy = "Make it writable, or choose another place with --runs-dir, VITDASH_RUNS or the config file."
    kept = Place("runs folder", root, remedy, needed=True)
    yield places.look(kept)
    if found := places.look_at_locks(kept):
        yield found
    yield from runs.look(root)


def _look_at_data() -> Iterator[Finding]:
    directory = data.directory("")
    remedy = "What is missing in it cannot be fetched; give another with --data-dir, VITDASH_DATA or the config file."
    yield places.look(Place("data folder", directory, remedy))
    yield from datasets.look(directory)
