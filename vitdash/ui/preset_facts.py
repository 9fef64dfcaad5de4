"""The presets as a list to choose from: by family, with sizes and reported figures. Must not know widgets."""

from __future__ import annotations

from dataclasses import dataclass

from vitdash import presets
from vitdash.config import RunConfig

YOURS = "yours"
BROKEN = "cannot be read"


@dataclass(frozen=True, slots=True)
class PresetFacts:
    """One preset; `problem` says why it cannot be used. `accuracy` is what its source reports, where it does."""

    name: str
    family: str
    parameters: int | None = None
    accuracy: float | None = None
    problem: str = ""

    def fits(self, words: str) -> bool:
        """Return whether each of the words stands in its name or family."""
        told = f"{self.name} {self.family}".casefold()
        return all(word in told for word in words.casefold().split())


def load() -> list[PresetFacts]:
    """Return all presets, the shipped before the user's own, each family together; reads their files."""
    configs, problems = presets.load_all()
    own = {name for name, path in presets.available().items() if path.parent == presets.user_directory()}
    found = [_facts(name, config, own=name in own) for name, config in configs.items()]
    found += [PresetFacts(name, BROKEN, problem=problem) for name, problem in problems.items()]
    families = list(dict.fromkeys(item.family for item in found))
    # What is the user's own, and what is broken, stand last.
    order = sorted(families, key=lambda family: (family == BROKEN, family == YOURS))
    return sorted(found, key=lambda item: order.index(item.family))


def _facts(name: str, config: RunConfig, *, own: bool) -> PresetFacts:
    reported = config.reported.accuracy if config.reported else None
    family = YOURS if own else config.description.family or "others"
    return PresetFacts(name, family, config.parameters, reported)
