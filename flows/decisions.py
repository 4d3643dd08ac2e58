"""What people decided: links that must hold, links that must not, and articles pinned to the front of a story."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse import folding

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Active overrides, stronger than any score."""

    must: tuple[Pair, ...] = ()
    cannot: tuple[Pair, ...] = ()
    pins: tuple[tuple[int, str], ...] = ()  # article and the reason in words, oldest first

    def between(self, stands_for: Mapping[int, int], relation: str) -> list[Pair]:
        """Return the pairs of a relation as pairs of the articles that stand for them, where both are known."""
        pairs = self.must if relation == "must_link" else self.cannot
        return [
            (stands_for[a], stands_for[b])
            for a, b in pairs
            if a in stands_for and b in stands_for and stands_for[a] != stands_for[b]
        ]

    def bound(self) -> dict[int, list[int]]:
        """Return must-links as neighbours of each article."""
        return _neighbours(self.must)

    def decided_with(self, stands_for: Mapping[int, int]) -> dict[int, list[int]]:
        """Return, for each article that stands for others, those that people linked to it or set apart from it."""
        relations = ("must_link", "cannot_link")
        return _neighbours(pair for relation in relations for pair in self.between(stands_for, relation))

    def ends(self) -> set[int]:
        """Return every article that people linked to another or set apart from one."""
        return {article for pair in (*self.must, *self.cannot) for article in pair}

    def pinned(self, members: Collection[int]) -> tuple[int, str] | None:
        """Return the member pinned last, with the reason; None when nobody pinned one."""
        inside = set(members)
        found = [pin for pin in self.pins if pin[0] in inside]
        return found[-1] if found else None


def read_decisions(con: DuckDBPyConnection) -> Decisions:
    """Read the overrides that nobody took back."""
    must: list[Pair] = []
    cannot: list[Pair] = []
    pins: list[tuple[int, str]] = []
    for row in folding.active_overrides(con).to_pylist():
        if row["relation"] == "pin":
            because = f": {row['why']}" if row["why"] else ""
            pins.append((row["article_a"], f"pinned by {row['made_by']}{because}"))
        else:
            pair = (row["article_a"], row["article_b"])
            (must if row["relation"] == "must_link" else cannot).append(pair)
    return Decisions(must=tuple(must), cannot=tuple(cannot), pins=tuple(pins))


def contradiction(decisions: Decisions) -> list[int] | None:
    """Return a chain of must-linked articles whose two ends must not be linked; None when there is none."""
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
