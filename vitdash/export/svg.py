"""The reference's four plots as one SVG: train loss, validation loss, argmax and svc over images seen.

Written by hand: a card of its own, light or dark as the reader's system is, so that it can be read on any page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from vitdash import text
from vitdash.export import curves, panel
from vitdash.export.curves import Plots
from vitdash.export.inks import SHADES, WHITE, Ink
from vitdash.export.panel import Box
from vitdash.export.rows import Row

WIDTH = 1000.0
MARGIN, GUTTER = 22.0, 58.0
PLOT_WIDTH = (WIDTH - 2 * MARGIN - 2 * GUTTER - 14) / 2
PLOT_HEIGHT, ABOVE, BELOW = 232.0, 46.0, 34.0
ENTRY_HEIGHT, ENTRY_SIGN, LETTER = 25.0, 40.0, 7.3
LONGEST_NAME = 60
LIGHT = {
    "card": "#ffffff",
    "edge": "#d1d9e0",
    "text": "#1f2328",
    "note": "#59636e",
    "grid": "#e7ebef",
    "axis": "#a5afb9",
}
DARK = {
    "card": "#0d1117",
    "edge": "#3d444d",
    "text": "#f0f6fc",
    "note": "#9198a1",
    "grid": "#232a32",
    "axis": "#5a636e",
}
RIM = "#57606a"
"""What lies around white where the card is white."""


def render(rows: list[Row], *, reported: bool = False) -> str:  # noqa: ARG001 - reported figures are no curves
    """Return the plots of `rows` as one SVG image."""
    plots = curves.of_rows(rows)
    bottom = 2 * (ABOVE + PLOT_HEIGHT + BELOW) + 10
    entries = list(_legend(plots, bottom + 20))
    height = bottom + 20 + ENTRY_HEIGHT * _lines(plots) + 8
    boxes = [
        Box(
            f"p{index}",
            MARGIN + GUTTER + index % 2 * (PLOT_WIDTH + GUTTER + 14),
            ABOVE + index // 2 * (ABOVE + PLOT_HEIGHT + BELOW),
            PLOT_WIDTH,
            PLOT_HEIGHT,
        )
        for index in range(4)
    ]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{_safe(_title(rows))}</title>',
        f'<desc id="desc">{_safe(_description(plots))}</desc>',
        f"<style>{_style({ink.name for ink, _ in plots.names}, len(plots.names))}</style>",
        "<defs>",
        *(
            f'<clipPath id="{box.name}"><rect x="{box.left - 4:.1f}" y="{box.top - 1:.1f}" '
            f'width="{box.width + 8:.1f}" height="{box.height + 1:.1f}"/></clipPath>'
            for box in boxes
        ),
        "</defs>",
        f'<rect class="card" x=".5" y=".5" width="{WIDTH - 1:.0f}" height="{height - 1:.0f}" rx="10"/>',
    ]
    for shown, box in zip(plots.panels, boxes, strict=True):
        lines += panel.draw(shown, box, plots.end)
    lines.append(f'<text class="note end" x="{WIDTH - MARGIN:.0f}" y="{bottom - 2:.0f}">images seen</text>')
    return "\n".join([*lines, *entries, "</svg>"]) + "\n"


def _columns(plots: Plots) -> int:
    widest = max((len(_short(name)) for _, name in plots.names), default=1)
    return max(1, int((WIDTH - 2 * MARGIN) // (ENTRY_SIGN + widest * LETTER + 18)))


def _lines(plots: Plots) -> int:
    return -(-len(plots.names) // _columns(plots))


def _legend(plots: Plots, top: float) -> Iterator[str]:
    """Yield an entry for each name, in columns of one width that stand as far apart as there is room."""
    columns = min(_columns(plots), max(1, len(plots.names)))
    width = min(240.0, (WIDTH - 2 * MARGIN - GUTTER) / columns) if columns > 1 else 0.0
    width = max(width, ENTRY_SIGN + LETTER * max((len(_short(name)) for _, name in plots.names), default=1) + 18)
    for index, (ink, name) in enumerate(plots.names):
        x, y = MARGIN + GUTTER + index % columns * width, top + index // columns * ENTRY_HEIGHT
        for kind in ("edge", "line"):
            yield f'<path class="{kind} {panel.css(ink)}" d="M{x:.1f} {y:.1f}h28"/>'
        yield panel.mark(ink, x + 14, y)
        yield f'<text class="name" x="{x + 37:.1f}" y="{y + 4.5:.1f}">{_safe(_short(name))}</text>'


def _short(name: str) -> str:
    return text.plain(name, LONGEST_NAME)


def _safe(words: str) -> str:
    # Two characters that XML does not allow, and that are no control characters.
    return escape(re.sub("[\ufffe\uffff]", " ", words))


def _title(rows: list[Row]) -> str:
    datasets = dict.fromkeys(row.config.dataset.title for row in rows)
    return f"{text.runs(len(rows))} on {text.one_of(datasets)}" if rows else "No runs"


def _description(plots: Plots) -> str:
    """Return in words what those are told who cannot see the curves: the last value of each."""
    told = []
    for shown in plots.panels:
        last = {curve.ink: curve.y[-1] for curve in shown.curves if curve.y and not curve.second}
        values = ", ".join(f"{_short(name)} {last[ink]:.4g}" for ink, name in plots.names if ink in last)
        told.append(f"{shown.title} at the end: {values or 'not measured'}.")
    return " ".join(told)


def _style(names: set[str], curves: int) -> str:
    # The more bands lie over each other, the fainter is each.
    return (
        "text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}"
        ".title{font-size:14px;font-weight:600}.tick,.note{font-size:12px}.end{text-anchor:end}"
        ".middle{text-anchor:middle}.grid,.axis,.line,.edge,.second{fill:none}.grid,.axis{stroke-width:1}"
        ".line{stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}.long{stroke-width:2}"
        ".edge{stroke-width:3.6;stroke-linejoin:round;stroke-opacity:.75}"
        ".second{stroke-width:1.2;stroke-dasharray:4 3;stroke-opacity:.8}"
        f".band{{stroke:none;fill-opacity:{min(0.11, 0.5 / max(1, curves)):.3f}}}"
        ".whisker{fill:none;stroke-width:1.5;stroke-opacity:.55}"
        ".mark{stroke-width:1}.hollow{stroke-width:1.5}"
        + _scheme(LIGHT, 0, names)
        + "@media(prefers-color-scheme:dark){"
        + _scheme(DARK, 1, names)
        + "}"
    )


def _scheme(paper: dict[str, str], shade: int, names: set[str]) -> str:
    """Return the colours for one kind of page; of the inks, only those that are used."""
    card = paper["card"]
    rules = [
        f".card{{fill:{card};stroke:{paper['edge']}}}",
        f"text{{fill:{paper['text']}}}.tick,.note{{fill:{paper['note']}}}",
        f".grid{{stroke:{paper['grid']}}}.axis{{stroke:{paper['axis']}}}.edge{{stroke:{card}}}",
        f".mark{{stroke:{card}}}.hollow{{fill:{card}}}",
    ]
    for name in sorted(names):
        ink, colour = panel.css(Ink(name, "disc")), SHADES[name][shade]
        rules.append(f".line.{ink},.second.{ink},.hollow.{ink},.whisker.{ink}{{stroke:{colour}}}")
        rules.append(f".mark.{ink},.band.{ink}{{fill:{colour}}}")
        if name == WHITE:
            rim = card if shade else RIM
            rules.append(f".edge.{ink},.mark.{ink}{{stroke:{rim};stroke-opacity:1}}")
            rules.append("" if shade else f".second.{ink},.hollow.{ink}{{stroke:{rim}}}.band.{ink}{{fill:{rim}}}")
    return "".join(rules)
