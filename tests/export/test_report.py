"""The page says what was trained, what came of it and how sure that is; and a forge renders it as it is meant."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import tomllib
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.commands import vitdash_each
from tests.recorded import finished, record
from tests.recorded_curves import record_curve
from vitdash import presets
from vitdash.config import RunConfig
from vitdash.errors import InputError, RunError
from vitdash.export import curves, findings, making, recipe, report
from vitdash.export.rows import read_rows
from vitdash.run import groups, labels, machine, references, store
from vitdash.run.store import Run

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
AWKWARD = "a|b `c` *d* <script> [h](i)"


def short(name: str, **knobs: int | float) -> RunConfig:
    return presets.load(name).replace({"max_inputs": 10_000, **knobs})


@pytest.fixture
def sweep(root: Path) -> list[Run]:
    """Return the runs of a sweep: two presets, two learning rates, three seeds; one is clearly the best."""
    runs = []
    for preset, quality in (("cnn", 0.0), ("rn18", 0.02)):
        for rate, lost in ((3e-4, 0.0), (1e-3, 0.0005)):
            for seed in range(3):
                config = short(preset, learning_rate=rate, seed=seed)
                runs.append(record_curve(root, config, quality=quality - lost, name=f"{preset}-{rate:g}-seed{seed}"))
                labels.tag(runs[-1], ["evening"])
    return runs


def sections(page: str) -> dict[str, str]:
    """Return what stands below each heading."""
    parts = re.split(r"^## (.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def code(section: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_page_has_all_parts_of_the_reference_s_and_more(sweep: list[Run]) -> None:
    """In the order in which one reads them."""
    page = report.page(report.read(sweep, "evening"), "notes.svg")
    assert page.startswith("# evening\n\n4 configurations × 3 seeds: 12 runs on Fashion-MNIST, 10,000 images each.")
    assert list(sections(page)) == [
        "Recipe", "Matrix", "Results", "Plots", "Signal and noise", "What knobs do", "Made with", "Again",
    ]  # fmt: skip
    assert "](notes.svg)" in sections(page)["Plots"]
    assert "Plots" not in sections(report.page(report.read(sweep, "evening")))


def test_the_recipe_is_what_all_share_and_the_matrix_what_they_do_not(sweep: list[Run]) -> None:
    """Each knob that changes results stands in one of them, and in no other place."""
    told = sections(report.page(report.read(sweep, "evening")))
    shared = tomllib.loads(code(told["Recipe"], "toml"))
    assert shared["train"] == {"max_inputs": 10_000, "batch_size": 64}
    assert "learning_rate" not in shared["optim"]
    assert "model" not in shared
    networks = [line for line in told["Recipe"].splitlines() if line.startswith("- ")]
    assert sorted(networks) == [
        "- cnn: CNN, convolutions 3, width 32, kernel 3, code size 128, 2,002,698 parameters",
        "- rn18: RN18, code size 128, 11,243,466 parameters",
    ]
    matrix = tomllib.loads(code(told["Matrix"], "toml"))["matrix"]
    assert sorted(matrix.pop("preset")) == ["cnn", "rn18"]
    assert matrix == {"learning_rate": [3e-4, 1e-3], "seed": [0, 1, 2]}


def test_one_configuration_has_its_whole_recipe(root: Path) -> None:
    """Model and all; with a single run there is no matrix, and nothing to be sure of."""
    run = record_curve(root, short("vit-l4-h16"))
    told = sections(report.page(report.read([run], "vit")))
    assert tomllib.loads(code(told["Recipe"], "toml"))["model"]["heads"] == 16
    assert "Matrix" not in told
    assert "nothing to compare it with" in told["Signal and noise"]
    assert "vit-l4-h16" not in told["Results"]
    assert "ViT (grey)" in told["Results"]


def test_the_table_has_a_row_a_group_and_is_bold_only_where_chance_is_not_enough(sweep: list[Run]) -> None:
    """Of two learning rates within the noise none is the best, however their means lie."""
    told = report.read(sweep, "evening")
    results = sections(report.page(told))["Results"]
    table, each = results.split("<details>")
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    assert len(lines) == 4
    assert "±" in lines[0]
    head = [cell.strip() for cell in table.splitlines()[1:] if cell.startswith("| ") for cell in cell.split("|")]
    assert head[1:4] == ["model", "learning rate", "n"]
    assert "| seed |" in each
    assert "rn18" in lines[0]
    assert "**" not in table
    assert "**" not in each
    assert each.count("\n| ") == 13
    better = [row for row in told.rows if row.config.value("learning_rate") == 3e-4]
    assert "**" in report.page(dataclasses.replace(told, rows=better, groups=groups.gather(better)))


def test_findings_name_what_is_noise_and_what_is_behind(sweep: list[Run]) -> None:
    """With the p of each; and one seed each tells nothing."""
    rows = read_rows(sweep)
    (line,) = [line for line in findings.of(groups.gather(rows)) if "argmax" in line]
    assert re.search(
        r"`rn18-0.0003` with 0\.\d{4}.±.0\.\d{4} has the best mean; within the noise of it: `rn18-0.001`", line
    )
    assert re.search(r"behind it: `cnn-0.0003` \(p (=|<) 0\.0\d+\)", line)
    assert "cannot be told" in " ".join(findings.of(groups.gather([rows[0], rows[3]])))


def test_the_table_says_the_colours_of_the_plots(sweep: list[Run]) -> None:
    """Two configurations of one preset cannot both have its colour."""
    told = report.read(sweep, "evening")
    drawn = [ink.name for ink, _ in curves.of_rows(told.rows).names]
    assert len(set(drawn)) == 4
    results = sections(report.page(told))["Results"]
    for group, colour in zip(told.groups, drawn, strict=True):
        assert f"{group.name} ({colour})" in results
        assert f"{group.members[0].name} ({colour})" in results


def test_probabilities_are_written_short() -> None:
    """Nobody believes nine digits of a p."""
    assert [findings.probability(p) for p in (0.21234, 0.04, 1e-9)] == ["p = 0.21", "p = 0.040", "p < 0.0001"]


def test_the_commands_train_the_very_same(sweep: list[Run]) -> None:
    """What they would start has the fingerprints of what there is."""
    told = report.read(sweep, "evening")
    lines = code(sections(report.page(told))["Again"], "sh").splitlines()
    again = set()
    for line in lines:
        seeds, words = re.fullmatch(r"for seed in ([\d ]+); do vitdash train (.*) --queue; done", line).groups()  # type: ignore[union-attr]
        given = shlex.split(words)
        config = presets.load(given[given.index("--preset") + 1])
        assigned = [word for option, word in zip(given, given[1:], strict=False) if option == "--set"]
        config = config.replace(config.parse(dict(word.split("=", 1) for word in assigned)))
        again |= {config.replace({"seed": int(seed)}).fingerprint() for seed in seeds.split()}
    assert again == {row.config.fingerprint() for row in told.rows}


def test_a_sweep_is_repeated_by_the_command_it_was_started_with(sweep: list[Run]) -> None:
    """One line instead of one for each configuration, quoted for a shell."""
    command = ("sweep", "cnn", "rn18", "--filter", "heads < 4 or x")
    private: tuple[str, ...] = (
        *command,
        "--runs-dir",
        "/home/me/runs",
        "--data-dir=/home/me/data",
        "--yes",
        "-y",
        "--json",
    )
    private += ("--set", "data_dir=/home/me/data", "--set=data_dir=/home/me", "--set", "max_inputs=20000")
    claims = [dataclasses.replace(run.read_claim(), command=private) for run in sweep]
    line = "vitdash sweep cnn rn18 --filter 'heads < 4 or x' --set max_inputs=20000"
    assert list(making.commands([], claims)) == [line]


def test_a_sweep_of_a_preset_of_ones_own_is_repeated_by_what_is_on_the_page(root: Path) -> None:
    """The sweep's own line names a file that the reader does not have."""
    config = short("cnn", width=8)
    config = dataclasses.replace(config, description=dataclasses.replace(config.description, preset="mine"))
    claim = dataclasses.replace(record(root, config, finished(config)).read_claim(), command=("sweep", "./mine.toml"))
    found = groups.gather(read_rows(store.all_runs(root)))
    (line,) = making.commands(found, [claim])
    assert re.fullmatch(r"vitdash train --preset mine-\w{4}\.toml --seed 0", line)


def test_programs_read_what_the_page_says(sweep: list[Run], root: Path) -> None:
    """The same in plain values, on stdout or in a file; no plots are drawn."""
    target = root.parent / "page.json"
    printed, written, refused = vitdash_each(
        [[*words, "--runs-dir", str(root)] for words in (
            ["report", "evening", "--json"], ["report", "evening", "--json", "-o", str(target)],
            ["report", "evening", "--json", "-o", str(target)],
        )],
        root.parent,
    )  # fmt: skip
    assert [result.returncode for result in (printed, written, refused)] == [0, 0, 2]
    assert target.read_text() == printed.stdout
    assert not target.with_suffix(".svg").exists()
    told = json.loads(printed.stdout)
    assert told["title"] == "evening"
    assert {run["run"] for run in told["runs"]} == {run.id for run in sweep}
    assert sorted(told["matrix"]["seed"]) == [0, 1, 2]
    assert sum(len(group["runs"]) for group in told["comparison"]["groups"]) == len(sweep)
    assert told["made_with"]["hardware"] == making.hardware([run.read_claim() for run in sweep])
    assert told["again"]


def test_a_preset_that_the_reader_does_not_have_is_on_the_page(root: Path) -> None:
    """A network of one's own can be trained by others too."""
    config = short("cnn", width=8)
    config = dataclasses.replace(config, description=dataclasses.replace(config.description, preset="mine"))
    told = sections(report.page(report.read([record(root, config, finished(config))], "mine")))["Again"]
    (name,) = re.findall(r"--preset (mine-\w{4}\.toml)", told)
    assert f"<code>{name}</code>" in told
    assert presets.parse(code(told, "toml"), "page", "mine").fingerprint() == config.fingerprint()


def test_what_is_not_finished_or_cannot_be_read_is_said(root: Path) -> None:
    """A page that looks complete is complete."""
    config = short("cnn")
    stopped = record(root, config, finished(config)[:4], claim="stopped", name="halted")
    broken = record(root, config, finished(config), name="broken")
    broken.config.write_text("nonsense = ")
    done = record_curve(root, short("rn18"))
    unfinished = sections(report.page(report.read([stopped, broken, done], "some")))["Unfinished"]
    assert f"`{stopped.id}` is stopped after 10,000 of 10,000 images" in unfinished
    assert f"`{broken.id}` cannot be read" in unfinished
    with pytest.raises((InputError, RunError)):
        report.read([broken], "none")
    with pytest.raises(InputError, match="there are no runs"):
        report.read([], "none")


def test_versions_and_hardware_are_told_and_no_host_s_name(root: Path) -> None:
    """What a reader needs to repeat the figures; where the machine stands is nobody's business."""
    run = record_curve(root, short("cnn"))
    run.write_claim(dataclasses.replace(run.read_claim(), versions={"torch": "2.9", "python": "3.12"}))
    page = report.page(report.read([run], "one"))
    made = sections(page)["Made with"]
    assert "torch 2.9, python 3.12" in made
    assert "cpu, 2 threads" in made
    assert machine.host() not in re.findall(r"[\w.-]+", made)


def test_any_title_and_name_is_shown_as_it_is(root: Path) -> None:
    """Nothing that a run is called becomes markup."""
    config = short("cnn")
    config = dataclasses.replace(config, description=dataclasses.replace(config.description, title=AWKWARD))
    runs = [record(root, item, finished(item)) for item in (config, config.replace({"seed": 1}), short("rn18"))]
    told = report.read(runs, AWKWARD)
    named = dataclasses.replace(told, groups=[dataclasses.replace(item, name=AWKWARD) for item in told.groups])
    html = GITHUB.render(report.page(named, "a b.svg"))
    assert unescape(re.findall(r"<h1>(.*?)</h1>", html)[0]) == AWKWARD
    assert "<script>" not in html
    assert 'src="a%20b.svg"' in html


def test_values_of_one_preset_and_of_several_are_told_apart(root: Path) -> None:
    """In what presets differ is told by their names; the knobs of the matrix are those that vary within one."""
    rows = read_rows([record(root, item, finished(item)) for item in (short("cnn"), short("vit-l4-h16"))])
    assert recipe.varied(groups.gather(rows)) == {"preset": ["cnn", "vit-l4-h16"], "seed": [0]}


def test_runs_are_found_by_tag_by_name_and_by_id(sweep: list[Run], root: Path) -> None:
    """A sweep is a tag; a run of that very name comes first."""
    assert references.find_all(root, ["evening"]) == sorted(sweep, key=lambda run: (run.id.split("-")[-3:], run.id))
    assert references.find_all(root, ["cnn-0.001-seed2", sweep[5].id]) == [sweep[5]]
    labels.tag(sweep[0], ["cnn-by-seed2"])
    with pytest.raises(InputError, match=r"there is no run 'cnn-by-seed'\. Did you mean 'cnn-by-seed2'\?"):
        references.find_all(root, ["cnn-by-seed"])
    labels.tag(sweep[0], ["cnn-by-seed2"], remove=True)
    with pytest.raises(InputError, match=r"there is no run 'morning'\. Tags: evening\. See: vitdash runs"):
        references.find_all(root, ["morning"])
    with pytest.raises(InputError, match=r"fits 12 runs|fits 6 runs"):
        references.find_all(root, ["cnn-"])
    named = record_curve(root, short("cnn", batch_size=32), name="evening")
    assert references.find_all(root, ["evening"]) == [named]


def test_the_command_writes_page_and_plots_and_replaces_neither_unasked(sweep: list[Run], root: Path) -> None:
    """Two files beside each other; what is there already stays, and is named before anything is written."""
    folder = root.parent
    (folder / "there.svg").write_text("mine")
    done, printed, there, forced, wrong, missing = vitdash_each(
        [["report", "evening", "-o", "notes.md", "--title", "An evening"], ["report", "evening"],
         ["report", "evening", "-o", "there.md"], ["report", "evening", "-o", "there.md", "--force"],
         ["report", "evening", "-o", "plots.svg"], ["report", "evening", "-o", "no/notes.md"]],
        folder,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (folder / "notes.md").read_text().startswith("# An evening\n")
    assert "](notes.svg)" in (folder / "notes.md").read_text()
    assert (folder / "notes.svg").read_text().startswith("<svg")
    assert printed.stdout.startswith("# evening\n")
    assert (there.returncode, there.stderr.count("\n")) == (2, 1)
    assert "there.svg: is there already. Replace it with --force" in there.stderr
    assert forced.returncode == 0
    assert (folder / "there.svg").read_text().startswith("<svg")
    assert "--output: is where the plots go. Give the page another ending" in wrong.stderr
    assert "its folder does not exist" in missing.stderr
    assert {wrong.returncode, missing.returncode} == {2}
    assert {"notes.md", "notes.svg", "there.md", "there.svg", "runs"} == {file.name for file in folder.iterdir()}
