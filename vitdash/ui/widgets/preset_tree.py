"""The presets by family, with their sizes; one is chosen to start from. Takes facts, reads no file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from vitdash.text import accuracy, count
from vitdash.ui.preset_facts import PresetFacts

SIZE_WIDTH = 11
ACCURACY_WIDTH = 7


class PresetTree(Tree[PresetFacts]):
    """A tree of two levels; what does not fit the filter is left out."""

    class Chosen(Message):
        """A preset was chosen to start from."""

        def __init__(self, facts: PresetFacts) -> None:
            super().__init__()
            self.facts = facts

    DEFAULT_CSS = """
    PresetTree {
        background: transparent;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__("presets", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._presets: Sequence[PresetFacts] = ()
        self.filter = ""

    def show(self, found: Sequence[PresetFacts], filter_text: str = "") -> None:
        """Show these presets, those that fit the filter."""
        if (found, filter_text) == (self._presets, self.filter):
            return
        self._presets, self.filter = found, filter_text
        self.clear()
        shown = [item for item in found if item.fits(filter_text)]
        for family, members in groupby(shown, key=lambda item: item.family):
            branch = self.root.add(family, expand=True)
            for item in members:
                branch.add_leaf(item.name, item)

    def render_label(self, node: TreeNode[PresetFacts], base_style: Style, style: Style) -> Text:
        """Return a preset's name, its size and what is reported of it; as much of it whole as there is room for."""
        facts = node.data
        if facts is None:
            return super().render_label(node, base_style, style)
        label = Text(facts.name, style=style)
        if facts.problem:
            return label.append("  ✘", Style(bold=True))
        room = self.scrollable_content_region.width - 4
        size = count(facts.parameters) if facts.parameters is not None else ""
        reported = accuracy(facts.accuracy) if facts.accuracy is not None else ""
        for width, text in ((SIZE_WIDTH, size), (ACCURACY_WIDTH, reported)):
            end = room if width == ACCURACY_WIDTH else room - ACCURACY_WIDTH
            if end - width >= len(facts.name) - 1:
                label.append(" " * max(1, end - len(label) - len(text)) + text, style)
        return label

    def on_tree_node_selected(self, event: Tree.NodeSelected[PresetFacts]) -> None:
        """Say which preset was chosen."""
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Chosen(event.node.data))

    @property
    def cursor_preset(self) -> str:
        """The name of the preset under the cursor, "" where there is none or it cannot be used."""
        facts = self.cursor_node.data if self.cursor_node else None
        return facts.name if facts and not facts.problem else ""
