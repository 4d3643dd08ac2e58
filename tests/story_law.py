"""Compute stories again from a published file alone: an independent implementation, plain and slow."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from transforms.stories.story_model import StoryModel

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ATTACHED = {"live_blog", "round_up", "digest"}
SCALE = 1_000_000
ARTICLES = """
SELECT article_id, kind, copy_group_id, is_representative, word_count,
       CASE WHEN published_precision <> 'none' THEN epoch(published_at) / 86400 END AS day
FROM articles WHERE kind NOT IN ('stub', 'index') AND withdrawn_at IS NULL
"""
LINKS = "SELECT article_a, article_b, score::DOUBLE FROM links WHERE relation = 'same_story'"
DECISIONS = """
SELECT relation, article_a, article_b FROM decisions
WHERE revoked_at IS NULL AND relation IN ('must_link', 'not_copy', 'cannot_link')
"""


def compute_stories(con: DuckDBPyConnection, model: StoryModel) -> set[frozenset[str]]:
    """Return the stories that follow from what is published, as sets of article ids."""
    groups: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    stands_for, kind, words = {}, {}, {}
    rows = con.execute(ARTICLES).fetchall()
    heads = {group: article for article, _, group, is_head, _, _ in rows if is_head}
    for article, what, group, _, count, day in rows:
        stands_for[article] = heads[group]
        groups[heads[group]].append((article, day))
        kind[article], words[article] = what, count
    links = {
        frozenset((a, b)): int((1 - sqrt(sqrt(1 - score))) * SCALE)
        for a, b, score in con.execute(LINKS).fetchall()
    }
    decided: dict[str, set[frozenset[str]]] = {"must_link": set(), "cannot_link": set()}
    for relation, a, b in con.execute(DECISIONS).fetchall():
        if a in stands_for and b in stands_for and stands_for[a] != stands_for[b]:
            decided["cannot_link" if relation == "cannot_link" else "must_link"].add(
                frozenset((stands_for[a], stands_for[b]))
            )
    days = {head: [day for _, day in some if day is not None] for head, some in groups.items()}
    full = sorted(head for head in groups if kind[head] not in ATTACHED)
    linked = {one for pair in decided["must_link"] for one in pair}
    stories = _cut(full, words, days, links, decided["cannot_link"], model)
    for head in sorted(groups):
        if kind[head] in ATTACHED:
            home = None if head in linked else _best_story(head, stories, links, days, decided, model)
            if home is None:
                stories.append([head])
            else:
                home.append(f"+{head}")  # attached: counts for nothing in its story
    plain = [{one.lstrip("+") for one in story} for story in stories]
    for pair in decided["must_link"]:  # people's links unite whole stories
        united = [story for story in plain if story & pair]
        plain = [story for story in plain if not story & pair] + [set().union(*united)]
    return {frozenset(article for head in story for article, _ in groups[head]) for story in plain}


def _mean(a: list[str], b: list[str], links: dict[frozenset[str], int]) -> float:
    return sum(links.get(frozenset((x, y)), 0) for x in a for y in b) / (len(a) * len(b))


def _cut(full, words, days, links, apart, model: StoryModel) -> list[list[str]]:  # type: ignore[no-untyped-def]
    """Merge by average linkage, then cut each dendrogram from the top."""
    least = model.least_similarity() * SCALE
    nodes: list[Any] = [([head], None) for head in full]

    def offer(a: list[str], b: list[str]) -> float:
        span = [day for one in a + b for day in days[one]]
        if span and max(span) - min(span) > model.window_days:
            return -inf
        return -inf if any(frozenset((x, y)) in apart for x in a for y in b) else _mean(a, b, links)

    while True:
        best = max(
            ((offer(a[0], b[0]), -i, -j) for (i, a), (j, b) in combinations(enumerate(nodes), 2)),
            default=(-inf, 0, 0),
        )
        if best[0] < least or best[0] <= 0:
            break
        a, b = nodes[-best[1]], nodes[-best[2]]
        nodes = [node for node in nodes if node is not a and node is not b]
        nodes.append((sorted(a[0] + b[0]), (a, b, best[0])))
        nodes.sort(key=lambda node: node[0][0])
    stories: list[list[str]] = []
    waiting = list(nodes)
    while waiting:
        members, made = waiting.pop()
        if made is None or _is_story(members, made, full, words, links, apart, model):
            stories.append(list(members))
        else:
            waiting += made[:2]
    return stories


def _is_story(members, made, full, words, links, apart, model: StoryModel) -> bool:  # type: ignore[no-untyped-def]
    (a, _), (b, _), height = made

    def shortness(heads: list[str]) -> float:
        return float(sum(max(0.0, 1.0 - words[one] / model.full_words) for one in heads) / len(heads))

    short = shortness(members)
    mean, proof = height / SCALE, min(len(a), len(b)) - 1
    if proof > 0:
        cohesion = model.cohesion + short * (model.short_cohesion - model.cohesion)
        if mean < cohesion * proof / (proof + model.cohesion_doubt) * sqrt(
            _within(a, links) * _within(b, links)
        ):
            return False
    density = 0.0
    for one in members:
        near = [
            links[pair]
            for other in full
            if other not in members
            and (pair := frozenset((one, other))) in links
            and pair not in apart
            and links[pair] >= model.least_similarity() * SCALE
        ]
        density += sum(sorted(near, reverse=True)[: model.neighbours])
    density /= len(members) * model.neighbours * SCALE
    needed = model.least_similarity() + density * (
        model.separation + short * (model.short_separation - model.separation)
    )
    doubt = (short + max(shortness(a), shortness(b))) / 2
    needed += doubt * model.short_margin / (len(members) / 2) ** model.short_margin_decay
    return bool(mean >= needed)


def _within(members: list[str], links: dict[frozenset[str], int]) -> float:
    total = sum(links.get(frozenset((x, y)), 0) for x, y in combinations(members, 2))
    return total / (len(members) * (len(members) - 1) // 2 * SCALE)


def _best_story(head, stories, links, days, decided, model: StoryModel):  # type: ignore[no-untyped-def]
    """Return the story that an attached article clearly fits; None when there is none."""
    least = model.least_similarity()
    fits = []
    for story in stories:
        inside = [one for one in story if not one.startswith("+")]
        near = [links.get(frozenset((head, one)), 0) for one in inside]
        if inside and max(near) >= least * SCALE:
            fits.append((-sum(near) / (len(inside) * SCALE), min(inside), story))
    fits.sort(key=lambda fit: fit[:2])
    if not fits or -fits[0][0] - model.rivalry * (-fits[1][0] if len(fits) > 1 else 0.0) < least:
        return None
    story = fits[0][2]
    span = [day for one in [*story, head] for day in days[one.lstrip("+")] if not one.startswith("+")]
    if span and max(span) - min(span) > model.window_days:
        return None
    is_apart = any(frozenset((head, one.lstrip("+"))) in decided["cannot_link"] for one in story)
    return None if is_apart else story
