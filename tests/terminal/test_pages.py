"""The page of a run says how it stands and what came of it first, at any width, and the way on where there is one."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from tests.harmless import is_harmless
from tests.recorded import FIGURES, diagnosed, finished, progress, record, save_diagnostics, started
from vitdash import presets
from vitdash.errors import InputError
from vitdash.export import sheet
from vitdash.run import diagnostics, labels
from vitdash.run.events import Evaluated, Event, Probed, ProbeFailed, RunFailed, Stopped
from vitdash.run.store import Run
from vitdash.terminal import pages

CNN = presets.load("cnn")
WIDTHS = [40, 60, 80, 120]
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def page(run: Run, width: int = 200, at: int | None = None, encoding: str = "utf-8", **options: bool) -> str:
    """Return the page of one run."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, width=width, highlight=False, markup=False, emoji=False)
    pages.run(console, sheet.read(run, at), **options)
    file.flush()
    return raw.getvalue().decode(encoding)


def judged(root: Path, classes: tuple[str, ...] = FASHION, **changes: int) -> Run:
    """Record a finished run that mistakes shirts for T-shirts, coats for pullovers, and hardly anything else."""
    run = record(root, CNN, finished(CNN))
    confusion = [[1000 if true == predicted else 0 for predicted in range(10)] for true in range(10)]
    for true, predicted, count in ((6, 0, 123), (4, 2, 90), (0, 6, 12), (7, 9, 1)):
        confusion[true][predicted] = count
        confusion[true][true] -= count
    save_diagnostics(run, diagnosed(confusion, classes) | changes)
    return run


def failed(root: Path) -> Run:
    """Record a run that failed after its first record."""
    trouble = RunFailed(title="diverged", message="the loss is not finite after 640 images.", traceback="")
    events: list[Event] = [started(CNN), progress(640), trouble]
    return record(root, CNN, events, claim="failed", name="broken", log="first\nlast \x1b[31mwords\n")


def words_with_digits(text: str) -> set[str]:
    return {word for word in text.split() if any(character.isdigit() for character in word)}


def test_results_stand_beside_the_reported_ones(root: Path) -> None:
    """With the difference, in the same format – and only where both were read after as many images."""
    shown = page(record(root, CNN, finished(CNN, FIGURES | {"accuracy": 0.9})))
    assert "validation loss  0.01962  reported 0.01962, difference +0.00000\n" in shown
    assert "argmax           0.9000  reported 0.9086, difference -0.0086\n" in shown
    assert "svc held-out     0.9111\n" in shown
    short = CNN.replace({"max_inputs": 60_000})
    assert "reported" not in page(record(root, short, finished(short)))


def test_state_and_figures_come_before_what_the_run_is(root: Path) -> None:
    """What one looks for first stands first."""
    run = record(root, CNN, finished(CNN))
    shown = page(run)
    found = [
        f"run              {run.id}\n",
        "state            finished\n",
        "validation loss  0.01962",
        "images           2,000,000 of 2,000,000\n",
        "time             1h 07m\n",
        "computed on      cpu, 2 threads, ",
        "parameters       2,002,698\n",
        "disk use         ",
        f"directory        {run.path}\n",
        "all knobs as in the preset cnn\n",
    ]
    places = [shown.index(line) for line in found]
    assert places == sorted(places)
    assert "resume" not in shown


def test_labels_stand_at_the_top(root: Path) -> None:
    """The name it was given, its tags, each line of its note."""
    run = record(root, CNN, finished(CNN))
    labels.change(run, name="baseline", tags=["paper", "v1"], note="first line\nsecond line")
    head = page(run).split("\n\n")[0]
    assert head.splitlines()[1:] == [
        "name             baseline",
        "state            finished",
        "tags             paper, v1",
        "note             first line",
        "                 second line",
    ]


def test_only_what_differs_from_the_preset_is_listed(root: Path) -> None:
    """With the preset's value beside it; where it was computed is no change."""
    config = CNN.replace({"max_inputs": 60_000, "optimizer": "sgd", "momentum": 0.5, "device": "cpu", "threads": 2})
    shown = page(record(root, config, finished(config)))
    changed = shown.split("changed from the preset cnn\n")[1]
    assert changed.splitlines() == [
        "optimizer   sgd            preset adamw",
        "momentum    0.5",
        "max_inputs  60,000 images  preset 2,000,000",
    ]
    assert "[optim]" not in shown


def test_all_knobs_are_listed_where_asked_for(root: Path) -> None:
    """Table by table, with units; those without an effect are left out."""
    shown = page(record(root, CNN, finished(CNN)), all_knobs=True)
    for line in ("[model]", "kernel        3 pixels", "learning_rate        0.0003", "keep_optimizer           false"):
        assert f"{line}\n" in shown
    assert "momentum" not in shown


@pytest.mark.parametrize("preset", ["gone", "vit-l4-h4", "../x"])
def test_without_its_preset_all_knobs_are_listed(root: Path, preset: str) -> None:
    """Renamed, deleted, or something else by now; only presets are compared with, no file that a name leads to."""
    config = dataclasses.replace(CNN, description=dataclasses.replace(CNN.description, preset=preset))
    shown = page(record(root, config, finished(config), name="a-run"))
    assert f"There is no preset '{preset}' to compare with any more: all knobs.\n" in shown
    assert "learning_rate        0.0003\n" in shown


def test_accuracy_by_class_and_the_most_frequent_confusions_are_shown(root: Path) -> None:
    """Each class with its images; mistakes in words."""
    shown = page(judged(root))
    assert "accuracy by class, after 2,000,000 images\n" in shown
    assert f"Trouser      1.0000  {'█' * 30}  of 1,000\n" in shown
    assert f"Shirt        0.8770  {'█' * 26}▎···  of 1,000\n" in shown
    assert shown.endswith(
        "most frequent confusions\n"
        "123×  Shirt taken for T-shirt/top\n"
        " 90×  Coat taken for Pullover\n"
        " 12×  T-shirt/top taken for Shirt\n"
        "and 1 image more\n"
    )


def test_without_unicode_bars_and_signs_are_ascii(root: Path) -> None:
    """Nothing is lost on an old terminal."""
    shown = page(judged(root), encoding="ascii")
    assert f"Shirt        0.8770  {'#' * 26}....  of 1,000\n" in shown
    assert "123x  Shirt taken for T-shirt/top\n" in shown


def test_the_confusion_matrix_has_a_row_for_each_class(root: Path) -> None:
    """Predictions across, abbreviated so that they can be told apart; nothing is a dot."""
    rows = page(judged(root), 80, matrix=True).split("predicted across\n")[1].splitlines()
    assert rows[0].split() == ["T-s", "Tro", "Pul", "Dre", "Coa", "San", "Shi", "Sne", "Bag", "Ank"]
    assert rows[1].split() == ["T-shirt/top", "988", *"·····".replace("·", "."), "12", *"..."]
    assert rows[7].split()[:2] == ["Shirt", "123"]
    assert len({cell_len(row) for row in rows}) == 1


def test_classes_that_no_beginning_tells_apart_are_numbered(root: Path) -> None:
    """The rows say which number is which; names that are numbers already stand once."""
    rows = page(judged(root, tuple(f"{'kind' * 6}{n}" for n in range(10))), 120, matrix=True).splitlines()
    assert rows[-11].split() == list("0123456789")
    assert rows[-1].startswith("9 kindkindkind")
    digits = page(judged(root, tuple("0123456789")), 120, matrix=True).splitlines()
    assert digits[-1].split() == ["9", *".........", "1000"]


@pytest.mark.parametrize(("width", "fits"), [(62, False), (63, True)])
def test_a_matrix_that_does_not_fit_is_a_list_of_pairs(root: Path, width: int, fits: bool) -> None:
    """No number is ever cut or folded in two."""
    shown = page(judged(root), width, matrix=True)
    assert ("predicted across" in shown) is fits
    assert ("  1×  Sneaker taken for Ankle boot\n" in shown) is not fits


def test_of_very_many_classes_the_weakest_are_shown(root: Path) -> None:
    """A hundred bars would push all else off the screen."""
    run = record(root, CNN, finished(CNN))
    confusion = [[0] * 30 for _ in range(30)]
    for index in range(29):
        confusion[index][index] = 10
    confusion[17][17], confusion[17][3] = 4, 6
    save_diagnostics(run, diagnosed(confusion, [f"class {index}" for index in range(30)]))
    shown = page(run)
    assert "accuracy by class, the 20 weakest of 30, after" in shown
    assert "2,000,000 images\nclass 17  0.4000" in shown
    assert "class 29" not in shown
    assert len([line for line in shown.splitlines() if line.startswith("class ")]) == 20
    save_diagnostics(run, diagnosed([[5, 0], [0, 0]], ["only", "never"]))
    assert "never       -" in page(run)
    assert page(run).endswith("no confusions: every image was recognised\n")


def test_another_evaluation_can_be_chosen(root: Path) -> None:
    """What is not there is answered with what is."""
    run = judged(root)
    save_diagnostics(run, diagnosed([[3, 1], [0, 4]], ["cat", "dog"], images_seen=60_000))
    assert "1×  cat taken for dog\n" in page(run, at=60_000)
    with pytest.raises(
        InputError, match=r"--at: there are no diagnostics after 7 images\. There are some after 60,000,"
    ):
        page(run, at=7)
    for position in range(10):
        save_diagnostics(run, diagnosed([[1]], ["cat"], images_seen=position))
    with pytest.raises(InputError, match=r"after …, 4, 5, 6, 7, 8, 9, 60,000, 2,000,000 images\."):
        page(run, at=11)
    with pytest.raises(InputError, match=r"after 1 image\. This run has none\."):
        page(failed(root), at=1)


def test_diagnostics_that_cannot_be_read_hide_nothing_else(root: Path) -> None:
    """One line says what is wrong with them; programs get it too."""
    run = judged(root)
    diagnostics.file_of(run, 2_000_000).write_text("{")
    shown = page(run)
    assert "validation loss  0.01962" in shown
    assert f"{diagnostics.file_of(run, 2_000_000)}: cannot be understood: " in shown.splitlines()[-1]
    described = sheet.describe(sheet.read(run))
    assert described["diagnostics"] is None
    assert "cannot be understood" in described["diagnostics_problem"]


def test_hostile_class_names_drive_no_terminal(root: Path) -> None:
    """They come from a file."""
    run = judged(root, (*FASHION[:6], "\x1b[2J\u202eShirt\n", *FASHION[7:]))
    for matrix in (False, True):
        assert all(map(is_harmless, page(run, matrix=matrix).split("\n")))


def test_a_failed_run_says_why_at_once_and_how_to_go_on(root: Path) -> None:
    """The reason and the worker's last words before all else, without their escapes; the next command at the end."""
    run = failed(root)
    shown = page(run)
    head, last_words, *_ = shown.split("\n\n")
    assert head.endswith("state        failed: diverged: the loss is not finite after 640 images.")
    assert last_words == "last lines of its log\nfirst\nlast  [31mwords"
    assert "results      no evaluation yet\n" in shown
    assert shown.endswith(f"Go on with: vitdash resume {run.id}\n")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("options", [{}, {"all_knobs": True}, {"matrix": True}], ids=str)
def test_a_page_breaks_between_words_only(root: Path, width: int, options: dict[str, Any]) -> None:
    """On a narrow terminal a long value goes on below itself: a number folded in two would be two numbers."""
    config = CNN.replace({"max_inputs": 60_000, "svc_fit_images": 9_000})
    run = record(root, config, finished(config))
    labels.change(run, note="a note that is long enough to be folded on the narrower ones of these terminals")
    save_diagnostics(run, diagnosed([[9000, 1, 0], [1, 8999, 2], [0, 0, 0]], ["a", "b" * 60, "c d"], 60_000))
    narrow = page(run, width, **options)
    assert words_with_digits(narrow) == words_with_digits(page(run, **options))
    too_long = [line for line in narrow.splitlines() if cell_len(line) > width]
    assert all(str(run.path) in line or run.id in line or "taken for" in line for line in too_long)


def test_it_is_said_where_figures_were_read_if_the_run_went_on(root: Path) -> None:
    """Stopped at 75,040 images, evaluated at 60,000: both are said."""
    evaluated = Evaluated(images_seen=60_000, epoch=1.0, loss=0.02, accuracy=0.9)
    events = [started(CNN), progress(60_000), evaluated, progress(75_000), Stopped(images_seen=75_040)]
    shown = page(record(root, CNN, events, claim="stopped"))
    assert "images           75,040 of 2,000,000\n" in shown
    assert "evaluated at     60,000 images\nvalidation loss  0.02000\n" in shown


def test_a_plug_in_s_figure_is_shown_and_why_one_is_missing(root: Path) -> None:
    """A probe that failed is no figure of 0, and not forgotten."""
    config = presets.load("cnn")
    events: list[Event] = [
        started(config),
        Evaluated(images_seen=640, epoch=0.1, loss=0.02, accuracy=0.9),
        Probed(images_seen=640, probe="mine", values={"spread": 0.00012}, seconds=0.1),
        ProbeFailed(images_seen=640, probe="knn", message="KeyError: 'centre'"),
        Stopped(images_seen=640),
    ]
    shown = page(record(root, config, events, claim="stopped"))
    assert re.search(r"^spread +0\.00012$", shown, re.MULTILINE)
    assert re.search(r"^knn +failed: KeyError: 'centre'$", shown, re.MULTILINE)


def test_one_thread_is_no_threads(root: Path) -> None:
    """Small numbers read as people say them."""
    run = record(root, CNN, finished(CNN))
    run.write_claim(dataclasses.replace(run.read_claim(), threads=1))
    assert "cpu, 1 thread, " in page(run)
