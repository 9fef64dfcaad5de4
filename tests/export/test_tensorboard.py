"""Event files are what TensorBoard's own reader takes them for, and hold every scalar that was recorded."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recorded import finished, progress, record, started
from tests.recorded_curves import curve, record_curve
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, VitdashError
from vitdash.export import destination, rendering, rows, tensorboard, wire_format
from vitdash.run.events import Evaluated, Probed, RunFailed, TrainProgress
from vitdash.run.store import Run
from vitdash.run.summary import read_history

SINGLE = 1e-6
"""How far a scalar in single precision may lie from what was recorded, relatively."""


def short(name: str, **knobs: int | float) -> RunConfig:
    return presets.load(name).replace({"max_inputs": 10_000, **knobs})


def written(folder: Path, runs: list[Run]) -> Path:
    """Export runs as `vitdash export --format tensorboard` does, and return the folder."""
    files = rendering.make(runs, "tensorboard")
    assert isinstance(files, dict)
    destination.write_folder(folder / "logs", files, replace=False)
    return folder / "logs"


def opened(folder: Path) -> Any:
    """Return what TensorBoard reads in one run's folder, no value left out."""
    reason = "NOT TESTED: TensorBoard is not installed; pip install -e '.[tensorboard]' and run this again"
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason=reason)
    found = accumulators.EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    return found


def records(content: bytes) -> list[bytes]:
    """Return the records of a file, their checksums tested."""
    found, place = [], 0
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        (of_length,) = struct.unpack_from("<I", content, place + 8)
        body = content[place + 12 : place + 12 + length]
        (of_body,) = struct.unpack_from("<I", content, place + 12 + length)
        assert of_length == wire_format.masked(content[place : place + 8])
        assert of_body == wire_format.masked(body)
        found.append(body)
        place += 16 + length
    return found


@pytest.mark.filterwarnings("default")
def test_tensorboard_reads_every_scalar(root: Path, tmp_path: Path) -> None:
    """Each value of each series, at its images seen and its time: nothing is missing and nothing is added."""
    runs = [record_curve(root, short("cnn")), record_curve(root, short("rn18"))]
    folder = written(tmp_path, runs)
    assert {path.name for path in folder.iterdir()} == {run.id for run in runs}
    for run in runs:
        expected: dict[str, list[tuple[int, float]]] = {}
        history = read_history(run)
        for event in curve(presets.load_file(run.config)):
            match event:
                case TrainProgress():
                    series = {"loss": event.loss, "accuracy": event.accuracy, "learning_rate": event.learning_rate}
                    for name, value in (series | {"images_per_second": event.images_per_second}).items():
                        expected.setdefault(f"train/{name}", []).append((event.images_seen, value))
                case Evaluated():
                    expected.setdefault("validation/loss", []).append((event.images_seen, event.loss))
                    expected.setdefault("validation/accuracy", []).append((event.images_seen, event.accuracy))
                case Probed():
                    for name, value in event.values.items():
                        expected.setdefault(f"validation/{name}", []).append((event.images_seen, value))
        read = opened(folder / run.id)
        assert set(read.Tags()["scalars"]) == expected.keys()
        for tag, values in expected.items():
            found = read.Scalars(tag)
            assert [item.step for item in found] == [place for place, _ in values], tag
            assert [item.value for item in found] == pytest.approx([value for _, value in values], rel=SINGLE), tag
        assert [item.wall_time for item in read.Scalars("train/loss")] == [event.time for event in history.progress]


@pytest.mark.filterwarnings("default")
def test_tensorboard_reads_knobs_as_hyper_parameters(root: Path, tmp_path: Path) -> None:
    """Numbers as numbers, words as words, and how the run ended."""
    run = record_curve(root, short("vit-l4-h16", seed=3))
    read = opened(written(tmp_path, [run]) / run.id)
    plugin = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    content = read.SummaryMetadata("_hparams_/session_start_info").plugin_data
    assert content.plugin_name == "hparams"
    start = plugin.HParamsPluginData.FromString(content.content).session_start_info
    assert start.hparams["heads"].number_value == 16
    assert start.hparams["learning_rate"].number_value == 3e-4
    assert start.hparams["seed"].number_value == 3
    assert start.hparams["optimizer"].string_value == "adamw"
    assert start.hparams["keep_optimizer"].WhichOneof("kind") == "bool_value"
    assert start.hparams["preset"].string_value == "vit-l4-h16"
    assert "data_dir" not in start.hparams
    ended = read.SummaryMetadata("_hparams_/session_end_info").plugin_data.content
    assert plugin.HParamsPluginData.FromString(ended).session_end_info.status == tensorboard.SUCCESS


@pytest.mark.filterwarnings("default")
def test_tensorboard_lists_the_runs_with_their_hyper_parameters(root: Path, tmp_path: Path) -> None:
    """Its own page of hyper-parameters has a line for each run, with the metrics beside them."""
    runs = [record_curve(root, short("cnn", learning_rate=rate), name=f"r{rate:g}") for rate in (1e-3, 3e-4)]
    folder = written(tmp_path, runs)
    opened(folder / runs[0].id)
    multiplexers = pytest.importorskip("tensorboard.backend.event_processing.plugin_event_multiplexer")
    providers = pytest.importorskip("tensorboard.backend.event_processing.data_provider")
    contexts = pytest.importorskip("tensorboard.plugins.hparams.backend_context")
    plugins = pytest.importorskip("tensorboard.plugins.base_plugin")
    auth = pytest.importorskip("tensorboard.context")
    multiplexer = multiplexers.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = providers.MultiplexerDataProvider(multiplexer, str(folder))
    context = contexts.Context(plugins.TBContext(data_provider=provider))
    request = auth.RequestContext()
    metadata = context.hparams_metadata(request, "id")
    experiment = context.experiment_from_metadata(
        request, "id", True, metadata, provider.list_hyperparameters(request, experiment_ids=["id"], limit=100)
    )
    assert "learning_rate" in {item.name for item in experiment.hparam_infos}
    assert {item.name.tag for item in experiment.metric_infos} >= {"validation/accuracy", "train/loss"}


def test_records_are_whole_and_bear_their_checksums(root: Path) -> None:
    """The version first, then the knobs, a record for each event, and the end."""
    (row,) = rows.read_rows([record(root, short("cnn"), finished(short("cnn")))])
    (content,) = tensorboard.render([row]).values()
    found = records(content)
    assert found[0].endswith(b"brain.Event:2")
    assert len(found) == 1 + 1 + 2 + 1 + 1 + 1
    assert b"session_start_info" in found[1]
    assert b"session_end_info" in found[-1]


def test_the_same_run_is_the_same_file(root: Path, tmp_path: Path) -> None:
    """Exported again it replaces the old one: TensorBoard adds up all files that lie in a run's folder."""
    run = record_curve(root, short("cnn"))
    folder = written(tmp_path, [run])
    files = rendering.make([run], "tensorboard")
    assert isinstance(files, dict)
    with pytest.raises(InputError, match="is there already, with something in it"):
        destination.write_folder(folder, files, replace=False)
    destination.write_folder(folder, files, replace=True)
    assert len(list(folder.rglob("*tfevents*"))) == 1


def test_a_run_that_failed_or_goes_on_is_exported_as_far_as_it_is(root: Path) -> None:
    """A loss beyond single precision is as good as infinite; a run that has not begun is an empty series."""
    config = short("cnn")
    failed = [started(config), progress(640, loss=1e300), RunFailed(title="loss", message="is none", traceback="")]
    found = rows.read_rows([record(root, config, failed, claim="failed"), record(root, config, [], claim="queued")])
    files = list(tensorboard.render(found).values())
    assert [len(records(content)) for content in files] == [4, 3]
    assert struct.pack("<f", tensorboard.LARGEST_SINGLE) in files[0]


def test_checksums_are_those_of_the_standard() -> None:
    """RFC 3720, B.4: zeros, ones, and rising bytes."""
    assert wire_format.checksum(bytes(32)) == 0x8A9136AA
    assert wire_format.checksum(b"\xff" * 32) == 0x62A8AB43
    assert wire_format.checksum(bytes(range(32))) == 0x46DD794E
    assert wire_format.checksum(b"123456789") == 0xE3069283


@given(st.integers(0, 2**63 - 1))
def test_numbers_are_written_in_groups_of_seven_bits(number: int) -> None:
    """As protocol buffers read them back."""
    field, *groups = wire_format.varint(2, number)
    assert field == 2 << 3
    assert sum((group & 0x7F) << 7 * place for place, group in enumerate(groups)) == number
    assert [group >> 7 for group in groups] == [1] * (len(groups) - 1) + [0]


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../b", "", "a\0b"])
def test_an_exporter_writes_within_its_folder_only(path: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a plug-in returns is not believed."""
    monkeypatch.setattr(tensorboard, "render", lambda _, **__: {path: b""})
    with pytest.raises(VitdashError, match="returned what is no file of a folder"):
        rendering.make([record_curve(root, short("cnn"))], "tensorboard")


def test_a_folder_does_not_take_the_place_of_a_file(tmp_path: Path) -> None:
    """Nor does it appear where there is nothing to put it in."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="is a file; this format writes a folder"):
        destination.write_folder(tmp_path / "file", {"a": b""}, replace=True)
    with pytest.raises(InputError, match="its folder does not exist"):
        destination.write_folder(tmp_path / "no" / "logs", {"a": b""}, replace=False)
    destination.write_folder(tmp_path / "logs", {"a/b": b"1", "c": b"2"}, replace=False)
    assert (tmp_path / "logs" / "a" / "b").read_bytes() == b"1"
