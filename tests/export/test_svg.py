"""The plots are one valid image that says what the runs recorded, on light pages and on dark ones."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recorded import finished, progress, record, started
from tests.recorded_curves import curve, record_curve
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.export import curves, inks, panel, rows, svg
from vitdash.export.inks import SHADES
from vitdash.export.rows import Row
from vitdash.run.events import Evaluated
from vitdash.run.state import State
from vitdash.run.summary import Figures

NAMESPACE = "{http://www.w3.org/2000/svg}"
SEEN = 3.0
"""The least contrast of a curve and its card: WCAG 2.2, 1.4.11."""


def short(name: str, **knobs: int | float) -> RunConfig:
    """Return a preset, shortened."""
    return presets.load(name).replace({"max_inputs": 10_000, **knobs})


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def words(picture: ElementTree.Element) -> list[str]:
    """Return what is written on the picture."""
    return ["".join(item.itertext()) for item in picture.iter(f"{NAMESPACE}text")]


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture
def found(root: Path) -> list[Row]:
    """Return the rows of two runs with whole curves."""
    return rows.read_rows([record_curve(root, short("cnn")), record_curve(root, short("rn18"), quality=0.01)])


def test_the_four_plots_of_the_reference_are_there_with_a_legend(found: list[Row]) -> None:
    """Train loss, validation loss, argmax and svc over images seen, and who is who."""
    told = words(parsed(svg.render(found)))
    assert [title for title in told if title in {panel.title for panel in curves.of_rows(found).panels}] == [
        "train loss", "validation loss", "accuracy (argmax)", "accuracy (svc)",
    ]  # fmt: skip
    assert {"images seen", "cnn", "rn18", "dashed: held-out", "10k"} <= set(told)


def test_a_preset_is_drawn_in_its_own_colour(found: list[Row]) -> None:
    """A plot of ours lies beside the reference's without a second look at the legend; the next best one who is late."""
    assert [ink.name for ink, _ in curves.of_rows(found).names] == ["light green", "white"]
    assert [ink.name for ink in inks.hand_out(["red", "red", "not shown", "", "blue"])] == [
        "red", "orange", "green", "magenta", "blue",
    ]  # fmt: skip
    shipped = [presets.load(name).description.colour for name in sorted(presets.available())]
    pairs = zip(inks.hand_out(["not shown", *shipped]), ["not shown", *shipped], strict=True)
    assert all(ink.name == wanted for ink, wanted in pairs if wanted in SHADES)


@given(st.lists(st.sampled_from([*SHADES, "not shown", ""]), max_size=40))
def test_no_two_curves_look_alike_as_long_as_there_are_inks(wanted: list[str]) -> None:
    """Neither in colour, nor, where those run out, in colour and mark together."""
    given_out = inks.hand_out(wanted)
    assert len(given_out) == len(wanted)
    assert len({ink.name for ink in given_out}) >= min(len(wanted), len(SHADES) - 1)


def test_every_preset_s_colour_has_its_shades() -> None:
    """A preset that names another colour would lose it in the plot."""
    named = {presets.load(path.stem).description.colour for path in presets.shipped_directory().glob("*.toml")}
    assert named - {"not shown"} <= SHADES.keys()


@pytest.mark.parametrize("name", SHADES)
def test_every_colour_is_seen_on_both_cards(name: str) -> None:
    """White on a light card has a dark rim instead."""
    light, dark = SHADES[name]
    shown = svg.RIM if name == inks.WHITE else light
    assert contrast(shown, svg.LIGHT["card"]) >= SEEN
    assert contrast(dark, svg.DARK["card"]) >= SEEN
    for paper in (svg.LIGHT, svg.DARK):
        assert min(contrast(paper["text"], paper["card"]), contrast(paper["note"], paper["card"])) >= 4.5


def test_curves_are_what_was_recorded(root: Path) -> None:
    """Evaluations as they are; the training loss smoothed, within the noise that is drawn around it."""
    config = short("cnn")
    (row,) = rows.read_rows([record_curve(root, config)])
    training, validation, argmax, svc = curves.of_rows([row]).panels
    recorded = [event for event in curve(config) if isinstance(event, Evaluated)]
    assert argmax.curves[0].y == [event.accuracy for event in recorded]
    assert validation.curves[0].y == [event.loss for event in recorded]
    assert argmax.curves[0].x == [2_500, 5_000, 7_500, 10_000]
    assert [(len(item.y), item.second) for item in svc.curves] == [(4, True), (4, False)]
    (smoothed,) = training.curves
    assert smoothed.band
    assert all(low <= high for low, high in zip(*smoothed.band[1:], strict=True))
    assert smoothed.y[-1] == pytest.approx(0.03, abs=0.006)


def test_seeds_are_one_curve_with_their_deviation_around_it(root: Path) -> None:
    """Three runs of one configuration are a mean, ± the sample's standard deviation; another knob is another curve."""
    runs = [record_curve(root, short("cnn", seed=seed), name=f"c-seed{seed}") for seed in range(3)]
    found = rows.read_rows([*runs, record_curve(root, short("cnn", learning_rate=0.001), name="fast")])
    plots = curves.of_rows(found)
    assert [name for _, name in plots.names] == ["c (3 seeds)", "fast"]
    mean = plots.panels[2].curves[0]
    values = [row.figures.results["accuracy"] for row in found[:3]]
    assert mean.y[-1] == pytest.approx(sum(values) / 3)
    assert mean.band
    deviation = (sum((value - mean.y[-1]) ** 2 for value in values) / 2) ** 0.5
    assert mean.band[2][-1] - mean.y[-1] == pytest.approx(deviation)


def test_a_single_evaluation_of_several_seeds_has_its_deviation_beside_it(root: Path) -> None:
    """A line up and down instead of a band, and the frame has room for it."""
    figures = ({"validation_loss": loss, "accuracy": 1 - 10 * loss} for loss in (0.02, 0.03, 0.04))
    runs = []
    for seed, told in enumerate(figures):
        config = short("cnn", seed=seed)
        runs.append(record(root, config, finished(config, told)))
    drawn = parsed(svg.render(rows.read_rows(runs)))
    whiskers = [path.attrib["d"] for path in drawn.iter(f"{NAMESPACE}path") if "whisker" in path.attrib["class"]]
    assert len(whiskers) == 2
    axes = [path.attrib["d"] for path in drawn.iter(f"{NAMESPACE}path") if path.attrib["class"] == "axis"]
    bottoms = sorted({float(shape.split()[1].partition("H")[0]) for shape in axes if "H" in shape})
    for shape in whiskers:
        low, high = map(float, re.split(r"[ V]", shape)[1:])
        assert low > high + 20
        assert any(high < low <= bottom for bottom in bottoms)


def marks(lines: Iterable[str]) -> list[str]:
    """Return the elements that mark a value, or where one lies beyond the frame."""
    return [line for line in lines if line.startswith(('<path class="mark', '<path class="hollow'))]


def test_no_result_is_left_out_of_its_plot_but_one_that_diverged(root: Path) -> None:
    """The worst of four is seen where it lies; what diverged has its mark at the edge, with an arrow."""
    runs = []
    for place, loss in enumerate((0.0365, 0.0366, 0.0368, 0.0404, 0.9)):
        config = short("cnn", learning_rate=0.001 * (place + 1))
        runs.append(record(root, config, finished(config, {"validation_loss": loss, "accuracy": 0.5})))
    plot = curves.of_rows(rows.read_rows(runs[:4])).panels[1]
    box = panel.Box("p", 0, 0, 100, 100)
    assert len(marks(panel.draw(plot, box, 1000))) == 4
    beyond = curves.of_rows(rows.read_rows(runs)).panels[1]
    assert len(marks(panel.draw(beyond, box, 1000))) == 6


def test_a_run_that_diverged_does_not_flatten_the_others(root: Path) -> None:
    """Its curve leaves the plot; no number in the image is one that viewers cannot bear."""
    config = short("cnn")
    lost = [started(config), *(progress(seen, loss=1e30) for seen in range(1_000, 10_001, 1_000))]
    runs = [record_curve(root, short(name)) for name in ("rn18", "vit-l4-h4", "vit-l4-h8")]
    text = svg.render(rows.read_rows([*runs, record(root, config, lost, claim="failed")]))
    assert "0.06" in words(parsed(text))
    shapes = " ".join(path.attrib["d"] for path in parsed(text).iter(f"{NAMESPACE}path"))
    assert "e" not in shapes
    assert max(abs(float(number)) for number in re.findall(r"-?\d+\.?\d*", shapes)) < 10_000


def test_what_was_not_measured_is_said(root: Path) -> None:
    """Nothing at all, a run that has just begun, one whose training says nothing: words instead of an empty frame."""
    config = short("cnn")
    waiting = record(root, config, [], claim="queued", name="waiting")
    begun = record(root, config.replace({"batch_size": 32}), [started(config), progress(640)], claim="lost")
    told = words(parsed(svg.render(rows.read_rows([waiting, begun]))))
    assert "waiting (nothing recorded)" in told
    assert told.count("not measured") == 3
    assert words(parsed(svg.render([]))).count("not measured") == 4


def test_one_evaluation_and_equal_values_are_drawn(root: Path) -> None:
    """A single point has a place, and so has a flat line."""
    config = short("cnn")
    (row,) = rows.read_rows([record(root, config, finished(config))])
    assert len(list(parsed(svg.render([row])).iter(f"{NAMESPACE}path"))) > 10


@given(st.text(min_size=1, max_size=80))
def test_any_name_is_text_and_nothing_else(name: str) -> None:
    """No markup, no character that XML forbids; and a long one is cut, not drawn over the edge."""
    config = presets.load("cnn")
    row = Row("an-id", name, State.FINISHED, config, Figures())
    picture = parsed(svg.render([row, dataclasses.replace(row, id="b", config=config.replace({"seed": 1}))]))
    assert not list(picture.iter(f"{NAMESPACE}script"))
    assert max(map(len, words(picture))) <= svg.LONGEST_NAME + 40


def test_the_words_for_those_who_do_not_see_it_have_the_last_values(found: list[Row]) -> None:
    """Title and description are read out by forges and screen readers."""
    picture = parsed(svg.render(found))
    title, description = picture.find(f"{NAMESPACE}title"), picture.find(f"{NAMESPACE}desc")
    assert title is not None
    assert description is not None
    assert title.text == "2 runs on Fashion-MNIST"
    assert f"cnn {found[0].figures.results['accuracy']:.4g}" in (description.text or "")
