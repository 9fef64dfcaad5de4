"""Runs are directories: created under safe names, found by what people type, whatever else lies beside them."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.run.bare_runs import bare_run, claim_of
from tests.run.rights import nobody, open_to_all
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError
from vitdash.run import machine, store
from vitdash.run.files import write_atomically
from vitdash.run.names import LONGEST_NAME, check_name
from vitdash.run.store import Run

REFUSED = [
    "",
    ".",
    "..",
    ".hidden",
    "-dash",
    "_line",
    "a/b",
    "/etc",
    "../up",
    "a\\b",
    "a b",
    "tab\t",
    "newline\n",
    "\n",
    "nul\0",
    "\x1b[2Jclear",
    "ünïcode",
    "dash–dash",
    "digits٣",
    "🚀",
    "x" * (LONGEST_NAME + 1),
    "x" * 100_000,
]
ALLOWED = ["a", "7", "rn18", "rn18-aug.v2_final+1", "A" * LONGEST_NAME, "con", "a..b", "a--b"]


def make(root: Path, name: str = "rn18") -> Run:
    """Create a run as a launcher does."""
    return store.create(root, name, "", ("vitdash", "train"))


def test_a_run_is_created_with_its_configuration_and_first_claim(root: Path, tiny: RunConfig) -> None:
    """A new run can be found, read and told from all others; nothing else is in its directory."""
    before = time.time()
    run = store.create(root, "my-run", presets.dump(tiny), ("vitdash", "train", "a\udc80\nb"))
    assert store.all_runs(root) == [run]
    assert store.read_config(run) == tiny
    assert sorted(path.name for path in run.path.iterdir()) == ["config.toml", "run.json"]
    claim = run.read_claim()
    assert (claim.id, claim.name, claim.claim) == (run.id, "my-run", "starting")
    assert (claim.host, claim.boot_id) == (machine.host(), machine.boot_id())
    assert before <= claim.created <= time.time()
    assert claim.claimed_uptime <= machine.uptime()
    assert claim.command[:2] == ("vitdash", "train")
    assert claim.command[2].isprintable()


def test_a_run_is_a_place_for_each_of_its_files(root: Path) -> None:
    """The names that others rely on, as the architecture lists them."""
    run = Run(root / "a-run")
    names = {
        "config": "config.toml",
        "events": "events.jsonl",
        "checkpoint": "checkpoint.pt",
        "best": "best.pt",
        "diagnostics": "diagnostics",
        "log": "log.txt",
        "control": "control",
        "lock": "lock",
        "labels": "labels.json",
        "summary": "summary.json",
    }
    assert {key: getattr(run, key) for key in names} == {key: run.path / name for key, name in names.items()}
    assert run.id == "a-run"


def test_what_is_claimed_is_what_is_read(root: Path) -> None:
    """A claim comes back as it was made, stamped anew with this machine, boot and minute."""
    run = make(root)
    said = dataclasses.replace(
        run.read_claim(), claim="running", pid=42, versions={"torch": "2.9"}, host="x", boot_id="y", claimed_uptime=0
    )
    run.write_claim(said)
    claim = run.read_claim()
    assert claim == dataclasses.replace(
        said, host=claim.host, boot_id=claim.boot_id, claimed_uptime=claim.claimed_uptime
    )
    assert (claim.host, claim.boot_id) == (machine.host(), machine.boot_id())
    assert claim.claimed_uptime > 0


def test_a_claim_of_another_version_can_be_read(root: Path) -> None:
    """A newer one says more, an older one less: what is needed is there."""
    run = bare_run(root)
    required = ("id", "name", "claim", "host", "boot_id", "claimed_uptime", "created")
    content = dataclasses.asdict(claim_of(run.id))
    (run.path / "run.json").write_text(json.dumps({key: content[key] for key in required} | {"gpu": [1]}))
    assert run.read_claim().threads == 0
    for key in required:
        (run.path / "run.json").write_text(json.dumps({other: content[other] for other in required if other != key}))
        with pytest.raises(RunError, match=f"cannot be understood: '{key}' is missing\\.$"):
            run.read_claim()


@pytest.mark.parametrize("name", ALLOWED)
def test_plain_names_are_allowed(root: Path, name: str) -> None:
    """A run of that name is created and found by it."""
    run = make(root, name)
    assert store.find(root, name) == run
    assert run.id.startswith(f"{name}-2")


@pytest.mark.parametrize("name", REFUSED, ids=lambda name: ascii(name[:20]))
def test_names_that_would_be_trouble_are_refused(root: Path, name: str) -> None:
    """Nothing that escapes the folder, hides, looks like an option or drives a terminal; nothing is created."""
    with pytest.raises(InputError, match="a run cannot be called") as caught:
        make(root, name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
    assert not root.exists()


@given(st.text(max_size=70))
def test_a_name_that_is_accepted_is_a_harmless_part_of_a_path(name: str) -> None:
    """Whatever is typed: letters, digits and four signs of ASCII, or an error."""
    try:
        assert check_name(name) == name
    except InputError:
        return
    assert name.isascii()
    assert name.isprintable()
    assert len(name) <= LONGEST_NAME
    assert not set(name) & set("/\\ \"'$&|;<>*?~")


def test_a_run_that_exists_is_never_used_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of one name in one second, drawn the same letters, still have their own directories."""
    drawn = iter(["aaaa", "aaaa", "aaaa", "bbbb"])

    class Draws:
        def choices(self, letters: str, k: int) -> str:  # noqa: ARG002 - what random's are called with
            return next(drawn)

    monkeypatch.setattr("vitdash.run.store.random.SystemRandom", Draws)
    monkeypatch.setattr("vitdash.run.store.time.strftime", lambda *_: "20260101-000000")
    first, second = make(root), make(root)
    assert (first.id, second.id) == ("rn18-20260101-000000-aaaa", "rn18-20260101-000000-bbbb")


@pytest.mark.parametrize("room", [0, 1])
def test_a_disk_that_is_full_keeps_no_half_of_a_run(root: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Whether there is room for its configuration or not even for that: the folder goes, and it is said why."""
    written: list[Path] = []

    def write_while_there_is_room(path: Path, content: bytes) -> None:
        if len(written) == room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        write_atomically(path, content)

    monkeypatch.setattr("vitdash.run.store.write_atomically", write_while_there_is_room)
    with pytest.raises(InputError, match=r"cannot hold runs: No space left on device\."):
        store.create(root, "a-run", "text", ())
    assert len(written) == room
    assert list(root.iterdir()) == []


def test_runs_come_oldest_first(root: Path) -> None:
    """Whatever they are called: by the date and time in their names."""
    for name, stamp in (("zz", "20240101-000000"), ("a-b", "20251231-235959"), ("mm", "20260101-000000")):
        for letters in ("qqqq", "aaaa"):
            bare_run(root, run_id=f"{name}-{stamp}-{letters}")
    bare_run(root, run_id="renamed")
    names = [run.id.rsplit("-", 3)[0] for run in store.all_runs(root)]
    assert names[:6] == ["zz", "zz", "a-b", "a-b", "mm", "mm"]


def test_what_is_no_run_is_ignored(root: Path) -> None:
    """Files, empty folders, hidden ones, and names that could drive a terminal; a link to a run is one."""
    assert store.all_runs(root) == []
    run = bare_run(root)
    (root / "empty").mkdir()
    (root / "file").write_text("x")
    bare_run(root, run_id=".hidden-20260101-000000-abcd")
    bare_run(root, run_id="evil\x1b[2J-20260101-000000-abcd")
    bare_run(root, run_id="evil\u202e-20260101-000000-abcd")
    bare_run(root, run_id=os.fsdecode(b"latin-\xe9-20260101-000000-abcd"))
    (root / "dangling").symlink_to(root / "nowhere")
    (root / "loop").symlink_to(root / "loop")
    (root / "dangling-claim").mkdir()
    (root / "dangling-claim" / "run.json").symlink_to(root / "nowhere")
    assert store.all_runs(root) == [run]
    elsewhere = bare_run(root.parent / "elsewhere", run_id="moved-20270101-000000-abcd")
    (root / elsewhere.id).symlink_to(elsewhere.path)
    assert [found.id for found in store.all_runs(root)] == [run.id, elsewhere.id]


def test_a_run_that_nobody_may_look_into_hides_no_other() -> None:
    """One private directory in a shared folder is left out."""
    with open_to_all() as root:
        run = bare_run(root)
        bare_run(root).path.chmod(0)
        with nobody():
            assert store.all_runs(root) == [run]


def test_runs_have_absolute_places(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is started in another process: a relative root or a link to it must not change what it means."""
    monkeypatch.chdir(root.parent)
    run = make(Path("runs"))
    assert run.path.is_absolute()
    (root.parent / "link").symlink_to(root)
    assert store.all_runs(Path("runs")) == store.all_runs(root.parent / "link") == [run]


def test_a_place_that_cannot_hold_runs_is_one_sentence(tmp_path: Path) -> None:
    """A file, something below a file, or a name too long: said with the way out."""
    file = tmp_path / "file"
    file.write_text("")
    hint = r"Choose another place with --runs-dir or VITDASH_RUNS\.$"
    with pytest.raises(InputError, match=rf"file: cannot hold runs: is a file\. {hint}"):
        make(file)
    with pytest.raises(InputError, match=rf"cannot hold runs: Not a directory\. {hint}"):
        make(file / "below")
    with pytest.raises(InputError, match=rf"cannot hold runs: File name too long\. {hint}"):
        make(tmp_path / ("x" * 300))
    for root, reason in ((file, "Not a directory"), (tmp_path / ("x" * 300), "File name too long")):
        with pytest.raises(InputError, match=rf"cannot be read: {reason}\. {hint}"):
            store.all_runs(root)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(InputError, match=r"cannot be read: Too many levels of symbolic links\."):
        store.all_runs(loop)
    with pytest.raises(InputError, match=r"cannot hold runs: is a file\."):
        make(loop)


def test_a_place_without_rights_is_one_sentence() -> None:
    """Read-only, unreadable, or below a folder that may not even be searched."""
    with open_to_all() as root:
        secret = root / "secret"
        secret.mkdir(mode=0)
        root.chmod(0o555)
        with nobody():
            for place in (root, root / "runs", secret, secret / "runs"):
                with pytest.raises(InputError, match=r"cannot hold runs: Permission denied\."):
                    make(place)
            for place in (secret, secret / "runs"):
                with pytest.raises(InputError, match=r"cannot be read: Permission denied\."):
                    store.all_runs(place)


def test_the_default_place_is_the_users_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """VITDASH_RUNS, else `runs` here; empty is not set."""
    assert store.default_root() == Path("runs")
    monkeypatch.setenv("VITDASH_RUNS", "")
    assert store.default_root() == Path("runs")
    monkeypatch.setenv("VITDASH_RUNS", "/data/runs")
    assert store.default_root() == Path("/data/runs")


@pytest.fixture
def three(root: Path) -> list[Run]:
    """Return three runs: two of one name, the third's name longer."""
    ids = ("rn18-20260101-100000-aaaa", "rn18-20260102-100000-bbbb", "rn18-aug-20260103-100000-cccc")
    return [bare_run(root, run_id=run_id) for run_id in ids]


def test_a_run_is_found_by_id_name_or_beginning(root: Path, three: list[Run]) -> None:
    """The more exact meaning wins: an id before a name before a beginning."""
    assert store.find(root, three[0].id) == three[0]
    assert store.find(root, "rn18-aug") == three[2]
    assert store.find(root, "rn18-20260102") == three[1]
    assert store.find(root, "rn18-a") == three[2]
    short = bare_run(root, run_id="rn-20260101-100000-aaaa")
    assert store.find(root, "rn") == short


def test_what_fits_several_runs_is_asked_back(root: Path, three: list[Run]) -> None:
    """They are named, so that more of the id can be typed; of many, the latest."""
    with pytest.raises(InputError, match=rf"'rn18' fits 2 runs: {three[0].id}, {three[1].id}\. Give more of the id\."):
        store.find(root, "rn18")
    with pytest.raises(InputError, match=r"'rn' fits 3 runs"):
        store.find(root, "rn")
    for day in range(10, 16):
        bare_run(root, run_id=f"many-202601{day}-100000-aaaa")
    with pytest.raises(InputError, match=r"'many' fits 6 runs: many-20260111\S+, .*many-20260115\S+, …\."):
        store.find(root, "many")


def test_what_fits_no_run_is_met_with_the_nearest(root: Path, three: list[Run]) -> None:
    """By name or by id; far from all, with how to list them."""
    for reference, hint in (
        ("rn18-agu", r"Did you mean 'rn18-aug'\?"),
        ("RN18", r"Did you mean 'rn18'\?"),
        (three[0].id.replace("aaaa", "aaba"), rf"Did you mean '{three[0].id}'\?"),
        ("zebra", "See: vitdash runs"),
        ("", "See: vitdash runs"),
    ):
        with pytest.raises(InputError, match=rf"there is no run '{reference}'\. {hint}$"):
            store.find(root, reference)


def test_where_there_are_no_runs_that_is_said(root: Path) -> None:
    """Most often the wrong folder was looked into."""
    with pytest.raises(InputError, match=rf"There are no runs in {root} yet; see --runs-dir\.$"):
        store.find(root, "rn18")


@given(
    reference=st.text(st.characters(), max_size=20) | st.sampled_from(["\x1b[2J", "a" * 10_000, "../runs", "/", "*"])
)
def test_anything_may_be_asked_for(tmp_path_factory: pytest.TempPathFactory, reference: str) -> None:
    """What is typed finds a run or is said back on one line without control characters."""
    root = tmp_path_factory.getbasetemp() / "asked"
    if not root.exists():
        bare_run(root, run_id="q-20260101-100000-aaaa")
    try:
        found = store.find(root, reference)
    except InputError as error:
        shown = str(error)
        assert "\n" not in shown
        assert "\x1b" not in shown
        assert len(shown) < 400
        shown.encode()
        return
    assert found.id.startswith(reference)


def test_the_last_words_of_a_worker_are_plain_lines(root: Path) -> None:
    """The end of a log of any length and content, fit for a terminal."""
    run = bare_run(root)
    assert run.log_tail() == ""
    run.log.write_bytes(b"first\n" * 50_000 + b"\x1b[31mred\x1b[0m\rprogress\xff\nlast " + b"x" * 900 + b"\n")
    lines = run.log_tail(3).split("\n")
    assert [line[:12] for line in lines] == ["[31mred [0m", "progress\ufffd", "last xxxxxxx"]
    assert all(line.isprintable() and len(line) <= 500 for line in lines)
    run.log.unlink()
    run.log.mkdir()
    assert run.log_tail() == ""


def test_a_configuration_that_is_no_preset_is_one_sentence(root: Path) -> None:
    """Edited or cut short by hand: said like any other preset's error."""
    run = bare_run(root)
    with pytest.raises(InputError, match=r"config\.toml"):
        store.read_config(run)
    run.config.write_bytes(b"\xff\x00 = [")
    with pytest.raises(InputError, match=r"config\.toml"):
        store.read_config(run)
