"""Each format says what the table says, in a way that its readers understand: forges, spreadsheets, programs."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.recorded import FIGURES, finished, progress, record, started
from vitdash import presets
from vitdash.export import csv as as_csv
from vitdash.export import json as as_json
from vitdash.export import markdown, rows, table
from vitdash.export.rows import Row
from vitdash.text import plain

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
AWKWARD = "a|b `c` *d* _e_ **f** <b>g</b> \\| \\ [h](i) ![j](k) ~~l~~ &lt; $m$ #n @o <script>"


def rendered_cells(text: str) -> list[list[str]]:
    """Return what a reader sees of a markdown table, cell by cell, tags of emphasis removed."""
    page = GITHUB.render(text)
    lines = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
    return [[unescape(re.sub(r"^<strong>(.*)</strong>$", r"\1", cell)) for cell in line] for line in cells]


@pytest.fixture
def found(root: Path) -> list[Row]:
    """Return the rows of two finished runs and one that has computed nothing yet."""
    cnn, rn18 = presets.load("cnn"), presets.load("rn18")
    runs = [
        record(root, rn18, finished(rn18, FIGURES | {"validation_loss": 0.01189})),
        record(root, cnn, finished(cnn)),
        record(root, cnn, [started(cnn), progress(640)], claim="stopped", name="early"),
    ]
    return rows.read_rows(runs)


def test_the_markdown_table_is_the_reference_s_character_by_character(found: list[Row]) -> None:
    """Right-aligned, best bold, numbers as printed there, and readable as plain text too."""
    assert markdown.render(found[:2]) == REFERENCE_LIKE


# fmt: off
REFERENCE_LIKE = """\
|                 model | patch | layer | head | hidden | mlp | drop |  cs | validation loss (2,000,000 steps) | accuracy (argmax) | accuracy (svc) |  model params | accuracy (svc, held-out) | images/s | training time |
|----------------------:|------:|------:|-----:|-------:|----:|-----:|----:|----------------------------------:|------------------:|---------------:|--------------:|-------------------------:|---------:|--------------:|
|      **RN18 (white)** |       |       |      |        |     |      | 128 |                       **0.01189** |            0.9086 |         0.9181 |    11,243,466 |                   0.9111 |      812 |        1h 07m |
| **CNN (light green)** |       |       |      |        |     |      | 128 |                           0.01962 |            0.9086 |         0.9181 | **2,002,698** |                   0.9111 |      812 |        1h 07m |
"""  # noqa: E501 - a table's line is as long as it is
# fmt: on


def test_a_forge_renders_every_cell_literally(found: list[Row]) -> None:
    """Whatever a model is called, the table keeps its columns and shows that very text."""
    description = dataclasses.replace(found[1].config.description, title=AWKWARD, colour="")
    awkward = dataclasses.replace(found[1], config=dataclasses.replace(found[1].config, description=description))
    text = markdown.render([found[0], awkward])
    shown = rendered_cells(text)
    assert [len(line) for line in shown] == [15, 15, 15]
    assert shown[2][0] == AWKWARD
    assert "<script>" not in GITHUB.render(text)


@given(title=st.text(min_size=1, max_size=30).map(plain).filter(bool))
@example("\\")
@example("a\\|b")
@example("*")
@example("**")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_any_title_is_shown_as_it_is(found: list[Row], title: str) -> None:
    """Marked as the best or not, a name is text and nothing else."""
    description = dataclasses.replace(found[0].config.description, title=title, colour="")
    named = dataclasses.replace(found[0], config=dataclasses.replace(found[0].config, description=description))
    shown = rendered_cells(markdown.render([named, found[1]]))
    assert re.sub(r"\s+", " ", shown[1][0]) == re.sub(r"\s+", " ", title)


def test_an_empty_table_is_still_a_table() -> None:
    """No runs, no rows: headings only."""
    assert [len(line) for line in rendered_cells(markdown.render([]))] == [15]


def test_csv_is_read_back_by_the_standard_library(found: list[Row]) -> None:
    """Whole numbers and full precision, nothing where nothing was computed, the id first."""
    lines = list(csv.DictReader(io.StringIO(as_csv.render(found))))
    assert [line["run"] for line in lines] == [row.id for row in found]
    assert [line["state"] for line in lines] == ["finished", "finished", "stopped"]
    assert [line["dataset"] for line in lines] == ["fashion-mnist"] * 3
    assert [line["images_seen"] for line in lines] == ["2000000", "2000000", "640"]
    assert float(lines[0]["validation_loss"]) == 0.01189
    assert int(lines[1]["parameters"]) == 2_002_698
    assert [line["seconds"] for line in lines] == ["4023.0", "4023.0", ""]
    assert {
        lines[2][key] for key in ("evaluated_at", "validation_loss", "accuracy", "svc", "svc_held_out", "patch")
    } == {""}


def test_csv_has_the_same_columns_whatever_is_in_it(found: list[Row]) -> None:
    """A script that reads one export reads the next one too."""
    heads = {as_csv.render(some).splitlines()[0] for some in (found, found[:1], found[2:], [])}
    assert len(heads) == 1


def test_csv_keeps_a_name_with_commas_and_quotes_in_its_cell(found: list[Row]) -> None:
    """Quoting is the csv module's, so that spreadsheets agree."""
    odd = dataclasses.replace(found[0], name='a,"b"')
    (line,) = csv.DictReader(io.StringIO(as_csv.render([odd])))
    assert line["model"] == 'a,"b"'


def test_json_states_every_knob_and_null_where_nothing_was_computed(found: list[Row]) -> None:
    """Programs get values, not the table's texts; without --reported no reported figures."""
    first, _, early = json.loads(as_json.render(found))
    assert first["results"] == FIGURES | {"validation_loss": 0.01189}
    assert first["parameters"] == 11_243_466
    assert first["knobs"]["learning_rate"] == 3e-4
    assert first["knobs"]["probes"] == ["svc"]
    assert "momentum" not in first["knobs"]
    assert (early["results"], early["seconds"], early["images_seen"], early["evaluated_at"]) == ({}, None, 640, None)
    assert first["evaluated_at"] == 2_000_000
    assert "reported" not in first
    reported = json.loads(as_json.render(found, reported=True))[0]["reported"]
    assert reported == dataclasses.asdict(found[0].config.reported)  # type: ignore[arg-type]


def test_formats_agree_on_what_is_reported(found: list[Row]) -> None:
    """The same columns under names for people and for programs."""
    columns = table.build(found, reported=True)
    assert rendered_cells(markdown.render(found, reported=True))[0] == [column.heading for column in columns]
    head = as_csv.render(found, reported=True).splitlines()[0].split(",")
    assert head[5:] == [column.key for column in columns]
