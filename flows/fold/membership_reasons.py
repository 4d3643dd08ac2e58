"""Why each article is in its story: stored links and people's decisions in, what it hangs on and by which rule out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from flows.fold.decisions_in_force import Decisions
from transforms.kernel.disjoint_sets import DisjointSets
from transforms.stories.clustering import ATTACHED_KINDS
from transforms.types import Kind

if TYPE_CHECKING:
    import pyarrow as pa


class DecidedBy(StrEnum):
    """The rule that put an article into its story: alone, score, copy, decision or attached."""

    ALONE = "alone"  # nothing else is in it
    SCORE = "score"  # the score of a pair, within groups that average linkage joined
    COPY = "copy"  # its text is a copy of another member's
    DECISION = "decision"  # a person linked it to another member
    ATTACHED = "attached"  # a live blog, round-up or digest: joined the story that it fits best


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Why an article is in its story: the rule, the member that it is linked to, its best score and the margin."""

    decided_by: DecidedBy
    via_article_id: int | None = None  # the member it hangs on; None for the one that the others hang on
    score: float | None = None  # best passing score to another member
    margin: float | None = None  # by how much the link that it hangs on exceeds what a pair needs


class MemberLink(NamedTuple):
    """A stored link between two members of one story: relation, score, threshold, whether it passed."""

    article_a: int
    article_b: int
    relation: str
    score: float
    has_passed: bool
    threshold: float | None = None


def read_member_links(rows: pa.Table, story_of: Mapping[int, int]) -> dict[int, list[MemberLink]]:
    """Return stored links between members by story id, from the rows of `member_links.sql`, in their order.

    `story_of` maps each article to its story; both articles of a row are in one story. {} without rows.
    """
    found: dict[int, list[MemberLink]] = {}
    names = ("article_a", "article_b", "relation", "score", "has_passed", "threshold")
    for values in zip(*(rows.column(name).to_pylist() for name in names), strict=True):
        link = MemberLink(*values)
        found.setdefault(story_of[link.article_a], []).append(link)
    return found


def explain_memberships(
    articles: Sequence[int],
    root: int,
    kinds: Mapping[int, Kind],
    links: Sequence[MemberLink],
    copy_group_of: Mapping[int, int],
    decisions: Decisions,
) -> dict[int, Membership]:
    """Return for each article of a story why it is in it: its edge in a maximum spanning tree (Kruskal).

    The root of the tree is `root`, the canonical article. `articles` are all members; `kinds` and `copy_group_of` have
    each of them, `links` are those among them. Edges are taken in this order: what people decided, copies of one text,
    pair scores, links of attached articles (live blogs, round-ups, digests); within each the strongest first, ties by
    smaller ids. Links that did not pass are no edges. An article that no edge reaches is put below `root`, without a
    margin. The `score` of a membership is the highest passing link of the article to any other member, or None.
    """
    if len(articles) == 1:
        return {root: Membership(decided_by=DecidedBy.ALONE)}
    ordered = sorted(_edges(set(articles), kinds, links, copy_group_of, decisions), key=_order)
    best: dict[int, float] = {}
    for link in links:
        if link.has_passed:
            for one in (link.article_a, link.article_b):
                best[one] = max(best.get(one, 0.0), link.score)
    near = _spanning_tree(articles, ordered)
    found = {root: Membership(decided_by=_rule_of_root(near.get(root, ())), score=best.get(root))}
    queue = [root]
    for article in queue:
        for rule, other, link in near.get(article, ()):
            if other not in found:
                found[other] = Membership(
                    decided_by=rule, via_article_id=article, score=best.get(other), margin=_margin(rule, link)
                )
                queue.append(other)
    for article in articles:
        if article not in found:
            rule = DecidedBy.ATTACHED if kinds[article] in ATTACHED_KINDS else DecidedBy.SCORE
            found[article] = Membership(decided_by=rule, via_article_id=root, score=best.get(article))
    return found


def _margin(rule: DecidedBy, link: MemberLink) -> float | None:
    if rule is DecidedBy.DECISION or link.threshold is None:
        return None
    return link.score - link.threshold


_RANK = {
    DecidedBy.DECISION: 0,
    DecidedBy.COPY: 1,
    DecidedBy.SCORE: 2,
    DecidedBy.ATTACHED: 3,
}
_Edge = tuple[DecidedBy, MemberLink]


def _edges(
    inside: Collection[int],
    kinds: Mapping[int, Kind],
    links: Iterable[MemberLink],
    copy_group_of: Mapping[int, int],
    decisions: Decisions,
) -> Iterable[_Edge]:
    for a, b in decisions.must:
        if a in inside and b in inside:
            yield (
                DecidedBy.DECISION,
                MemberLink(article_a=a, article_b=b, relation="must_link", score=1.0, has_passed=True),
            )
    for link in links:
        if not link.has_passed:
            continue
        if link.relation != "same_story":
            if copy_group_of[link.article_a] == copy_group_of[link.article_b]:
                yield DecidedBy.COPY, link
        elif kinds[link.article_a] in ATTACHED_KINDS or kinds[link.article_b] in ATTACHED_KINDS:
            yield DecidedBy.ATTACHED, link
        else:
            yield DecidedBy.SCORE, link


def _order(edge: _Edge) -> tuple[int, float, int, int]:
    rule, link = edge
    return _RANK[rule], -link.score, link.article_a, link.article_b


def _rule_of_root(edges: Sequence[tuple[DecidedBy, int, MemberLink]]) -> DecidedBy:
    """Name the strongest rule that holds another member at the root."""
    return min((rule for rule, _, _ in edges), key=_RANK.__getitem__, default=DecidedBy.SCORE)


def _spanning_tree(
    articles: Sequence[int], ordered: Iterable[_Edge]
) -> dict[int, list[tuple[DecidedBy, int, MemberLink]]]:
    """Return the edges that Kruskal's algorithm keeps, as neighbours of each article."""
    joined = DisjointSets(articles)
    near: dict[int, list[tuple[DecidedBy, int, MemberLink]]] = {}
    for rule, link in ordered:
        if joined.unite(link.article_a, link.article_b):
            near.setdefault(link.article_a, []).append((rule, link.article_b, link))
            near.setdefault(link.article_b, []).append((rule, link.article_a, link))
    return near
