"""The whole examination, in its order. Must not know how findings are shown."""

from __future__ import annotations

from collections.abc import Iterator

from vitdash import data, presets, settings
from vitdash.doctor import computation, datasets, files, installation, places, runs, surroundings
from vitdash.doctor.finding import Finding, note
from vitdash.doctor.places import Place
from vitdash.errors import InputError
from vitdash.run import store


def look() -> Iterator[Finding]:
    """Yield what is found at once."""
    yield from installation.look()
    yield from surroundings.look()
    yield from files.look_at_config()
    yield from files.look_at_plugins()
    yield from files.look_at_presets()
    yield from _look_at_folders()


def try_torch() -> Finding:
    """Return what is found in seconds: whether torch works."""
    return computation.look()


def _look_at_folders() -> Iterator[Finding]:
    for subject, path in (("config folder", settings.path().parent), ("preset folder", presets.user_directory())):
        yield places.look(Place(subject, path, "Nothing but changing what is in it needs this."))
    try:
        root, directory = store.default_root(), data.directory("")
    except InputError:
        yield note("folders", "those of runs and data are not looked at: the config file, which names them, is broken.")
        return
    remedy = "Make it writable, or choose another place with --runs-dir, VITDASH_RUNS or the config file."
    kept = Place("runs folder", root, remedy, needed=True)
    yield places.look(kept)
    if found := places.look_at_locks(kept):
        yield found
    yield from runs.look(root)
    remedy = "What is missing in it cannot be fetched; give another with --data-dir, VITDASH_DATA or the config file."
    yield places.look(Place("data folder", directory, remedy))
    yield from datasets.look(directory)
