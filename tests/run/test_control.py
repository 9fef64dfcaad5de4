"""An order is a number and a word; what is no order asks nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.run.rights import nobody
from vitdash.run import control
from vitdash.run.control import NOTHING, Order, Word

GARBAGE = [
    b"",
    b"\n",
    b"stop",
    b"3",
    b"3 halt\n",
    b"3 STOP\n",
    b"three stop\n",
    b"3 stop now\n",
    b"3.5 stop\n",
    b"0 stop\n",
    b"-7 stop\n",
    b"1" * 30 + b" stop\n",
    b"9" * 10_000 + b" stop\n",
    b"\x00" * 4096,
    b"\xff\xfe3 stop\n",
    b"3 \xff\xff\n",
    b"3 stop" + b" " * 100 + b"pause\xff" * 1000,
    "٣ stop\n".encode(),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where orders are written."""
    return tmp_path / "control"


def test_nothing_is_asked_without_a_file(path: Path) -> None:
    """A run that was never asked anything is to run."""
    assert control.read(path) == NOTHING == Order(0, Word.RUN)


def test_orders_are_numbered(path: Path) -> None:
    """Each has the number after the one before, and is what the next reader reads."""
    for number, word in enumerate([Word.PAUSE, Word.RUN, Word.STOP, Word.STOP], 1):
        assert control.give(path, word) == Order(number, word) == control.read(path)


@pytest.mark.parametrize("content", GARBAGE, ids=lambda content: repr(content[:20]))
def test_garbage_is_no_order(path: Path, content: bytes) -> None:
    """Nothing is asked, and the next order works again."""
    path.write_bytes(content)
    found = control.read(path)
    assert found in (NOTHING, Order(3, Word.STOP))
    assert (found != NOTHING) == content.startswith(b"3 stop  ")
    assert control.give(path, Word.PAUSE) == control.read(path)


@given(st.binary(max_size=80) | st.from_regex(rb"[-+]?[0-9_ ]{1,60} (run|pause|stop)\s?", fullmatch=True))
def test_any_content_is_read_as_an_order_that_can_be_followed_by_another(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Whatever is there, a number that is obeyed leaves room for the next one – but for the very highest."""
    path = tmp_path_factory.getbasetemp() / "control"
    path.write_bytes(content)
    found = control.read(path)
    assert found == NOTHING or found.number > 0
    assume(found.number < 2**53)
    assert control.give(path, Word.STOP) == control.read(path) == Order(found.number + 1, Word.STOP)


def test_what_cannot_be_read_asks_nothing(path: Path) -> None:
    """A worker looks twenty times a second and must not end because of what lies there."""
    path.mkdir()
    assert control.read(path) == NOTHING
    assert control.read(path / "below" / "control") == NOTHING
    path.rmdir()
    path.symlink_to(path)
    assert control.read(path) == NOTHING
    path.unlink()
    control.give(path, Word.STOP)
    path.chmod(0)
    with nobody():
        assert control.read(path) == NOTHING


def test_what_cannot_be_written_is_an_os_error(path: Path) -> None:
    """Who asks has to know that nothing was asked."""
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        control.give(path, Word.STOP)


def test_many_may_ask_at_the_same_time(path: Path) -> None:
    """The last order stands, whole, with a number above those that were there before; none of them fails."""
    control.give(path, Word.PAUSE)
    given_orders: list[Order] = []

    def ask(word: Word) -> None:
        given_orders.extend(control.give(path, word) for _ in range(6))

    threads = [threading.Thread(target=ask, args=(word,)) for word in Word]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        seen.add(control.read(path))
    for thread in threads:
        thread.join()
    assert len(given_orders) == 18
    assert control.read(path) in given_orders
    assert seen <= {Order(1, Word.PAUSE), *given_orders}
    assert all(1 < order.number <= 19 for order in given_orders)
    assert os.listdir(path.parent) == ["control"]  # noqa: PTH208 - names are what the test is about
