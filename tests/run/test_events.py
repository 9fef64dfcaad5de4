"""The protocol carries every event as it is, and takes nothing else for one."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.run.happenings import ANY_NEWS, JSON, KINDS, TEXT_WITH_HALVES, any_of, progress, texts_in
from vitdash.run.events import LATEST_TIME, Event, News, Phase, RunStarted, Skipped, Tick, TrainProgress, decode, encode

NOT_FINITE = (math.nan, math.inf, -math.inf)
EXPECTED: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "str": (str,),
    "tuple[str, ...]": (tuple,),
    "dict[str, float]": (dict,),
    "dict[str, Any]": (dict,),
}
LINE = encode(dataclasses.replace(progress(640), seq=3, time=1764.25))


def started(**changes: Any) -> RunStarted:
    """Return a run's first event, with the changes that a test is about."""
    event = RunStarted(
        seq=1,
        time=1.5,
        protocol=1,
        run_id="a-run",
        config={"train": {"seed": 1}},
        classes=("cat", "dog"),
        parameters=10,
        device="cpu",
        threads=2,
        compiled=False,
        planned_images=640,
    )
    return dataclasses.replace(event, **changes)


def decoded(line: bytes) -> News | None:
    """Return the event in a line, None where it is refused; whatever else happens is an error."""
    try:
        return decode(line)
    except ValueError:
        return None


def assert_sound(news: News) -> None:
    """Check that an event holds what its annotations say, and that it can be written again and printed."""
    for field in dataclasses.fields(news):
        value = getattr(news, field.name)
        assert isinstance(value, EXPECTED[str(field.type)]), field
        assert not isinstance(value, bool) or str(field.type) == "bool", field
    for text in texts_in(news):
        text.encode()
    if not isinstance(news, Skipped):
        assert decode(encode(news)) == news


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_arrives_as_it_was_sent(kind: type[News]) -> None:
    """Encoding loses nothing of any type of event, and each is one line of UTF-8."""

    @settings(max_examples=30)
    @given(any_of(kind))
    def round_trip(news: News) -> None:
        line = encode(news)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert decode(line) == news

    round_trip()


@given(st.one_of(*(any_of(kind, TEXT_WITH_HALVES) for kind in KINDS)))
def test_any_text_can_be_sent_and_what_arrives_can_be_printed(news: News) -> None:
    """Names of files may be no UTF-8: such text stops no worker, and no half character reaches a reader."""
    received = decode(encode(news))
    for text in texts_in(received):
        text.encode()
    assert decode(encode(received)) == received


def test_half_a_character_is_replaced_and_what_is_around_it_stays() -> None:
    """Only what cannot be printed is changed: no backslash before it, no whole character written as two halves."""
    phase = Phase(seq=1, time=1.0, name="a\\\udc80b", done=0, total=0)
    assert decode(encode(phase)) == dataclasses.replace(phase, name="a\\\ufffdb")
    whole = encode(dataclasses.replace(phase, name="NAME")).replace(b"NAME", rb"\ud83d\ude00 \\ud83d")
    assert decode(whole) == dataclasses.replace(phase, name="😀 \\ud83d")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("value", NOT_FINITE)
def test_a_number_that_is_not_finite_is_never_sent(kind: type[News], value: float) -> None:
    """A diverged run says so in words; a NaN on the wire would be drawn, averaged and exported."""
    holders: dict[str, Any] = {"float": value, "dict[str, float]": {"svc": value}, "dict[str, Any]": {"a": [value]}}
    sent = {field.name: None for field in dataclasses.fields(kind)}
    for field in dataclasses.fields(kind):
        if str(field.type) in holders:
            with pytest.raises(ValueError, match="JSON compliant"):
                encode(kind(**sent | {field.name: holders[str(field.type)]}))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 400 + ".0"])
def test_a_number_that_is_not_finite_is_refused(number: str) -> None:
    """Wherever it stands – inside a configuration, or as a literal that only overflows – the line is malformed."""
    for line in (
        LINE.replace(b'"loss": ', b'"loss": ' + number.encode() + b', "was": '),
        encode(started(config={"a": {"b": [0.125]}})).replace(b"0.125", number.encode()),
        b'{"seq": 1, "time": ' + number.encode() + b', "type": "FromTheFuture"}',
    ):
        with pytest.raises(ValueError, match="not a finite number"):
            decode(line)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(noise: bytes) -> None:
    """Noise raises ValueError and nothing else."""
    received = decoded(noise)
    assert received is None or isinstance(received, (Event, Tick))


@given(JSON | st.dictionaries(st.sampled_from(["seq", "time", "type", "images_seen"]), JSON))
def test_arbitrary_json_is_refused_or_sound(content: Any) -> None:
    """JSON that is not ours raises ValueError, or is a type that we do not know."""
    received = decoded(json.dumps(content).encode())
    assert received is None or isinstance(received, Skipped)


@given(ANY_NEWS, st.data())
def test_a_field_of_any_other_value_is_refused_or_sound(news: News, data: st.DataObject) -> None:
    """Whatever stands in a field, an event that is accepted has the types that its annotations promise."""
    content = json.loads(encode(news))
    name = data.draw(st.sampled_from(sorted(content)))
    content[name] = data.draw(JSON)
    received = decoded(json.dumps(content).encode())
    if received is not None:
        assert_sound(received)


@given(ANY_NEWS, st.data())
def test_a_damaged_line_is_refused_or_sound(news: News, data: st.DataObject) -> None:
    """Bytes may be lost, doubled or changed anywhere: the result is refused or still an event."""
    line = encode(news)
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, min(len(line), start + 6)))
    received = decoded(line[:start] + data.draw(st.binary(max_size=4)) + line[end:])
    if received is not None:
        assert_sound(received)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_line_without_one_of_its_fields_is_refused(kind: type[News]) -> None:
    """No field has a value that a reader would have to guess."""

    @settings(max_examples=5)
    @given(any_of(kind))
    def without_each(news: News) -> None:
        content = json.loads(encode(news))
        for name in content:
            rest = {key: value for key, value in content.items() if key != name}
            assert decoded(json.dumps(rest).encode()) is None

    without_each()


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused(opening: str) -> None:
    """At no depth does a line exhaust the stack, wherever in it the nesting is."""
    for depth in (*range(100, 1100, 25), *range(940, 1000), 5_000, 100_000):
        nest = opening * depth + "1" + {"[": "]", '{"a":': "}"}[opening] * depth
        decoded(nest.encode())
        decoded(f'{{"seq": 1, "time": 1, "type": {nest}}}'.encode())
        received = decoded(encode(started(config={"x": "\\NEST"})).replace(b'"\\\\NEST"', nest.encode()))
        assert received is None or isinstance(received, RunStarted)


@given(JSON, st.integers(1, 2**53), st.text(min_size=1, max_size=80))
def test_an_unknown_type_is_skipped_under_its_number(extra: Any, seq: int, name: str) -> None:
    """A newer version's event is not missing: a reader counts it, and can say that it did not understand it."""
    line = json.dumps({"seq": seq, "time": 12.5, "type": f"{name}?", "extra": extra}).encode()
    received = decode(line)
    assert isinstance(received, Skipped)
    assert (received.seq, received.time) == (seq, 12.5)
    assert received.reason.isprintable()


@given(ANY_NEWS, st.dictionaries(st.text(max_size=8).map("new_{}".format), JSON, min_size=1, max_size=3))
def test_fields_of_a_newer_protocol_are_ignored(news: News, extra: dict[str, Any]) -> None:
    """A newer worker may say more in an event; what we know of it we still read."""
    assert decode(json.dumps(json.loads(encode(news)) | extra).encode()) == news


def test_every_type_of_event_can_be_read() -> None:
    """No subclass of Event was forgotten in the registry; `Skipped` is the one that is never written."""
    names = {kind.__name__ for kind in Event.__subclasses__()}
    understood = {kind.__name__ for kind in KINDS}
    assert names | {"Tick"} == understood | {"Skipped"}
    for name in understood:
        with pytest.raises(ValueError, match=rf"{name}\.\w+ is missing"):
            decode(json.dumps({"type": name}).encode())
    assert isinstance(decode(b'{"seq": 4, "time": 1, "type": "Skipped", "reason": "x"}'), Skipped)


@pytest.mark.parametrize("time", [-1.0, LATEST_TIME, 1e300])
def test_a_time_that_no_calendar_has_is_refused(time: float) -> None:
    """Readers print times of day: `time.localtime` raises far before floats end."""
    for name in ("TrainProgress", "FromTheFuture"):
        content = json.loads(LINE) | {"time": time, "type": name}
        assert decoded(json.dumps(content).encode()) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_the_wire_is_utf_8_only(encoding: str) -> None:
    """One line has one meaning: other encodings are not guessed, and surrogates in raw bytes are no UTF-8."""
    assert decoded(LINE.decode().encode(encoding)) is None
    assert decoded(encode(started(device="\ufffd")).replace("\ufffd".encode(), b"\xed\xa0\x80")) is None


def test_whole_numbers_are_numbers() -> None:
    """JSON writers may drop the `.0`: a loss of 1 is a loss, but a count of 640.0 images is no count."""
    content = json.loads(LINE)
    received = decode(json.dumps(content | {"loss": 1}).encode())
    assert isinstance(received, TrainProgress)
    assert received.loss == 1
    assert decoded(json.dumps(content | {"images_seen": 640.0}).encode()) is None
    assert decoded(json.dumps(content | {"images_seen": True}).encode()) is None
    assert decoded(json.dumps(content | {"images_seen": 2**63}).encode()) is None
