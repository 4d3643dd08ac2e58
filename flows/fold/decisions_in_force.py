"""What people decided: links that must hold, links that must not, and articles pinned to the front of a story."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse import decision_records

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What people decided and nobody revoked, stronger than any score: pairs of article ids, and pins.

    `must` are in one story, `cannot` in two; `not_copies` are in one story but no copies of each other. A pin (article
    id, reason) puts an article in front of its story, whichever that is.
    """

    must: tuple[Pair, ...] = ()
    cannot: tuple[Pair, ...] = ()
    not_copies: tuple[Pair, ...] = ()  # among `must`: one story, but two texts
    pins: tuple[tuple[int, str], ...] = ()  # article to put in front, and why; oldest first

    def between(self, stands_for: Mapping[int, int], relation: str) -> list[Pair]:
        """Return must-links or cannot-links as pairs of representatives instead of pairs of articles.

        `relation` is "must_link"; any other text means cannot-links. `stands_for` maps each article to the
        representative of its copy group. Pairs with an unknown article, or with one representative for both, are left
        out; the rest keep their order and may repeat.
        """
        pairs = self.must if relation == "must_link" else self.cannot
        return [
            (stands_for[a], stands_for[b])
            for a, b in pairs
            if a in stands_for and b in stands_for and stands_for[a] != stands_for[b]
        ]

    def bound(self) -> dict[int, list[int]]:
        """Return for each article those that it is must-linked to, in both directions; others are no keys."""
        return _neighbours(self.must)

    def decided_with(self, stands_for: Mapping[int, int]) -> dict[int, list[int]]:
        """Return for each representative those that people linked to it or set apart from it, in both directions.

        `stands_for` maps each article to the representative of its copy group; pairs with an unknown article, or with
        one representative for both, are left out.
        """
        relations = ("must_link", "cannot_link")
        return _neighbours(pair for relation in relations for pair in self.between(stands_for, relation))

    def ends(self) -> set[int]:
        """Return every article in a must-link or cannot-link; articles that are only pinned are not in it."""
        return {article for pair in (*self.must, *self.cannot) for article in pair}

    def pinned(self, members: Collection[int]) -> tuple[int, str] | None:
        """Return the member pinned last and the reason ("pinned by NAME: why"); None when none is pinned."""
        inside = set(members)
        found = [pin for pin in self.pins if pin[0] in inside]
        return found[-1] if found else None


def read_decisions(con: DuckDBPyConnection) -> Decisions:
    """Read the decisions about groups and pins that nobody revoked, in the order in which they were made.

    A "not_copy" (one story, two texts) is among `must` and among `not_copies`.
    """
    must: list[Pair] = []
    cannot: list[Pair] = []
    not_copies: list[Pair] = []
    pins: list[tuple[int, str]] = []
    for row in decision_records.active_decisions(con).to_pylist():
        if row["relation"] == "pin":
            because = f": {row['why']}" if row["why"] else ""
            pins.append((row["article_a"], f"pinned by {row['made_by']}{because}"))
            continue
        pair = (row["article_a"], row["article_b"])
        (cannot if row["relation"] == "cannot_link" else must).append(pair)
        if row["relation"] == "not_copy":
            not_copies.append(pair)
    return Decisions(must=tuple(must), cannot=tuple(cannot), not_copies=tuple(not_copies), pins=tuple(pins))


def contradiction(decisions: Decisions) -> list[int] | None:
    """Return a shortest chain of must-linked articles whose two ends must not be linked; None when there is none.

    The chain begins with the first article of the first such cannot-link and ends with its second (breadth-first
    search); of equally short chains the one over smaller ids.
    """
    edges = decisions.bound()
    for start, end in decisions.cannot:
        trail: dict[int, int | None] = {start: None}
        queue = [start]
        for article in queue:
            for other in sorted(edges.get(article, ())):
                if other not in trail:
                    trail[other] = article
                    queue.append(other)
        if end in trail:
            chain: list[int] = []
            step: int | None = end
            while step is not None:
                chain.append(step)
                step = trail[step]
            return chain[::-1]
    return None


def _neighbours(pairs: Iterable[Pair]) -> dict[int, list[int]]:
    edges: dict[int, list[int]] = {}
    for a, b in pairs:
        edges.setdefault(a, []).append(b)
        edges.setdefault(b, []).append(a)
    return edges
