"""Things of one kind by name: those built in, then those that plug-ins offer. Must not know what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar, cast

from vitdash.plugins.collection import Plugins
from vitdash.plugins.offers import FAILURES, Offer, Problem, described, imported
from vitdash.text import did_you_mean

Thing = TypeVar("Thing")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}\Z")


class Shelf(Mapping[str, Thing], Generic[Thing]):
    """What there is of one kind, by name. A name that is built in is found without a look at any plug-in.

    A string among the `built_in` says where the thing lives, and is imported when it is asked for. `problem` says what
    keeps an object from being what `name` promises, "" where nothing does. A plug-in whose object is not what it
    should be, whose name is no name or taken, is skipped; so is one that cannot be imported.
    """

    def __init__(
        self,
        kind: str,
        built_in: Mapping[str, Thing | str],
        problem: Callable[[str, object], str],
        plugins: Plugins,
    ) -> None:
        self.kind = kind
        self._built_in = built_in
        self._problem = problem
        self._plugins = plugins
        self.forget()

    def forget(self) -> None:
        """Look at plug-ins anew when they are next needed."""
        self._seen = 0
        self._offers: dict[str, Offer] = {}
        self._loaded: dict[str, Thing | None] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._built_in or (isinstance(name, str) and self._load(name) is not None)

    def __getitem__(self, name: str) -> Thing:
        if name in self._built_in:
            found = self._built_in[name]
            return cast("Thing", imported(found)) if isinstance(found, str) else found
        thing = self._load(name)
        if thing is None:
            raise KeyError(name)
        return thing

    def __iter__(self) -> Iterator[str]:
        yield from self._built_in
        yield from (name for name in self._look() if self._load(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def offer(self, name: str) -> Offer | None:
        """Return where a name comes from; None for one that is built in, or that there is not."""
        return self._offers[name] if name not in self._built_in and self._load(name) is not None else None

    def hint(self, word: str) -> str:
        """Return what may help whoever asked for a name that is not there: why it was skipped, or one like it."""
        near = did_you_mean(word, self)
        skipped = (item for item in self._plugins.problems if (item.kind, item.name) == (self.kind, word))
        return next((str(item)[:1].upper() + str(item)[1:] for item in skipped), near)

    def _look(self) -> dict[str, Offer]:
        offers = self._plugins.offers()
        for offer in offers[self._seen :]:
            if offer.kind == self.kind:
                self._take(offer)
        self._seen = len(offers)
        return self._offers

    def _take(self, offer: Offer) -> None:
        if not _NAME.match(offer.name):
            reason = "a name has lower-case letters, digits, '.', '_' and '-', 40 at the most"
        elif offer.name in self._built_in:
            reason = "that name is built in"
        elif offer.name in self._offers:
            reason = f"plug-in {self._offers[offer.name].source} offers that name already"
        else:
            self._offers[offer.name] = offer
            return
        self._skip(offer, reason)

    def _load(self, name: str) -> Thing | None:
        offer = self._look().get(name)
        if offer is None:
            return None
        if name not in self._loaded:
            # Before the check, which may come back here: a plug-in is imported once, whatever becomes of it.
            self._loaded[name] = None
            try:
                thing = offer.load()
                reason = self._problem(name, thing)
            except FAILURES as error:
                thing, reason = None, described(error)
            if reason:
                self._skip(offer, reason)
            else:
                self._loaded[name] = cast("Thing", thing)
        return self._loaded[name]

    def _skip(self, offer: Offer, reason: str) -> None:
        self._plugins.skip(Problem(offer.source, reason, self.kind, offer.name))
