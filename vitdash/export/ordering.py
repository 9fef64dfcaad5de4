"""The order in which an export names runs: by a field of each, or of groups of seeds by the mean. Knows no format."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from vitdash.export import rows
from vitdash.run import groups, selection, summary
from vitdash.run.fields import Facts, Fields
from vitdash.run.groups import Group
from vitdash.run.store import Run
from vitdash.run.summary import Summary


def by(runs: Sequence[Run], fields: str) -> list[Run]:
    """Return runs in the order that `fields` states, as `vitdash runs --sort` takes it.

    Raises:
        InputError: there is no such field.
    """
    summaries = [summary.summarise(run) for run in runs]
    ordered = selection.order(fields, Fields(summaries))
    return [facts.summary.run for facts in ordered(map(Facts, summaries))]


def groups_by(runs: Sequence[Run], fields: str) -> list[Run]:
    """Return runs so that their groups come in the order that `fields` states, by the means over seeds.

    Raises:
        InputError: there is no such field.
        VitdashError: a run cannot be read.
    """
    first: dict[Run, Group] = {}
    means = []
    for group in groups.gather(rows.read_rows(list(runs))):
        mean = _mean(group, runs)
        first[mean.run] = group
        means.append(mean)
    ordered = selection.order(fields, Fields(means))
    places = {run.id: run for run in runs}
    return [places[member.id] for facts in ordered(map(Facts, means)) for member in first[facts.summary.run].members]


def _mean(group: Group, runs: Sequence[Run]) -> Summary:
    """Return a group as if it were a run: its first one, under the group's name, with the means as figures."""
    first = group.members[0]
    spreads = {name: group.spread(name) for name in groups.metrics([group])}
    seconds, pace = group.spread("seconds"), group.spread("images_per_second")
    figures = dataclasses.replace(
        first.figures,
        results={name: found.mean for name, found in spreads.items() if found},
        seconds=seconds.mean if seconds else None,
        images_per_second=pace.mean if pace else None,
        evaluated_at=group.evaluated_at,
    )
    run = next(run for run in runs if run.id == first.id)
    return Summary(run, group.name, summary.summarise(run).created, first.state, figures)
