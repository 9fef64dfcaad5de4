"""What differs significantly between groups of seeds and what may be chance, in sentences. Must not know pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vitdash import text
from vitdash.export import effect_table, group_table, markdown
from vitdash.export.markdown import escape
from vitdash.run import effects, groups
from vitdash.run.groups import Group, Judgement
from vitdash.statistics import SIGNIFICANT

COSTS = {"parameters": "fewer parameters", "seconds": "a shorter training"}


def of(found: Sequence[Group]) -> Iterator[str]:
    """Yield lines of markdown: a point for each figure in which groups compete, or why there is none."""
    if len(found) < 2:
        yield "There is one configuration: nothing to compare it with."
        return
    metrics = [metric for metric in groups.metrics(found) if len(groups.competitors(found, metric)) > 1]
    if not metrics:
        yield _why_not(found)
        return
    if all(len(group.counted) < 2 for group in found):
        yield (
            "Each configuration was trained with one seed: how much of a difference is chance cannot be told. "
            "Several seeds of each would tell."
        )
        return
    yield f"Means are taken to differ where chance parts them as far in less than {SIGNIFICANT * 100:.0f} of 100 cases"
    yield "(Welch's t-test, two-sided, not corrected for the number of comparisons)."
    yield ""
    for metric in metrics:
        yield f"- **{escape(group_table.heading(metric))}**: {_about(found, metric)}{_lucky(found, metric)}"


def knobs(found: Sequence[Group]) -> Iterator[str]:
    """Yield lines of markdown: what each knob does to a figure, and which configurations are worth their cost."""
    there = groups.metrics(found)
    if not there:
        return
    metric = "accuracy" if "accuracy" in there else there[0]
    shown = [effect for effect in effects.effects(found, metric) if effect.matched]
    if shown:
        yield f"Means of {group_table.heading(metric)} over the configurations that differ in nothing else. *Beyond"
        yield "chance* says in how many of the places where nothing but the knob differs its best value is ahead of its"
        yield "worst (p < 0.05)."
        yield ""
        yield markdown.write(effect_table.build(shown, metric)).rstrip("\n")
    fronts = [(noun, effects.front(found, metric, what)) for what, noun in COSTS.items()]
    if len(groups.competitors(found, metric)) > 1:
        yield ""
        for noun, front in fronts:
            names = ", ".join(f"`{_code(group.name)}`" for group in front)
            yield f"- Nothing has both a better mean and {noun} than: {names}."


def probability(p: float, *, most: bool = False) -> str:
    """Return a p as it is written; with `most` it is the largest of several."""
    told = text.probability(p)
    return f"p {told}" if told.startswith("<") else f"p {'≤' if most else '='} {told}"


def _about(found: Sequence[Group], metric: str) -> str:
    judged = list(zip(found, groups.judge(found, metric), strict=True))
    leading = next(item for item in judged if item[1].verdict in ("best", "leading"))
    named = f"`{_code(leading[0].name)}` with {group_table.written(leading[0], metric)}"
    if leading[1].verdict == "best" and leading[1].p is not None:
        return f"{named} is ahead of every other ({probability(leading[1].p, most=True)})."
    parts = [
        _listed("within the noise of it", [item for item in judged if item[1].verdict == "noise"]),
        _listed("behind it", [item for item in judged if item[1].verdict == "behind"]),
        _listed("too few seeds to tell", [item for item in judged if item[1].verdict == "unknown"]),
    ]
    return f"{named} has the best mean; {'; '.join(filter(None, parts))}."


def _lucky(found: Sequence[Group], metric: str) -> str:
    lucky = groups.lucky(found, metric)
    if lucky is None:
        return ""
    run, group = lucky
    figure = group_table.figure(metric, run.figures.results[metric])
    named = f"`{_code(run.name)}` with {figure}"
    return f" The best single run, {named}, belongs to `{_code(group.name)}`, whose mean is not the best."


def _listed(what: str, judged: Sequence[tuple[Group, Judgement]]) -> str:
    names = [
        f"`{_code(group.name)}`" + ("" if judgement.p is None else f" ({probability(judgement.p)})")
        for group, judgement in judged
    ]
    return f"{what}: {', '.join(names)}" if names else ""


def _why_not(found: Sequence[Group]) -> str:
    there = [group for group in found if group.counted]
    if len({group.config.data.dataset for group in there}) > 1:
        return "They learn different data: no figure of one is better or worse than another's."
    if len(there) > 1:
        return "They were evaluated after different numbers of images: more images make better figures."
    return "Fewer than two configurations have results."


def _code(name: str) -> str:
    # Within code nothing is escaped; a backtick would end it.
    return name.replace("`", "'")
