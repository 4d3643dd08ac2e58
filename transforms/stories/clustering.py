"""Which articles are one story: scored links in, groups of ids out; deterministic average linkage without chaining."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.kernel.average_linkage import Merges, gather, link_by_average, strongest_links
from transforms.kernel.compiled_or_numpy import components
from transforms.stories.dendrogram_cut import cut_dendrograms
from transforms.stories.neighbour_lists import Neighbourhood, list_neighbours
from transforms.stories.pair_score import similarity_of
from transforms.stories.story_model import MODEL
from transforms.types import Kind

# May join a story but are no reason to join two: each attaches to the one story that it fits best.
ATTACHED_KINDS: Final = frozenset({Kind.LIVE_BLOG, Kind.ROUND_UP, Kind.DIGEST})
# Say nothing about an event by themselves; only a person can put them into a story.
EXCLUDED_KINDS: Final = frozenset({Kind.STUB, Kind.INDEX})
# Scores are summed as whole millionths, so that no order of adding can change a sum.
_SCALE: Final = 1_000_000

Pair = tuple[int, int]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Links:
    """Scored pairs of articles as columns: ids `a` and `b`, each pair once, and the pair score (0 to 1).

    Pairs that are not listed count as score 0.
    """

    a: npt.NDArray[np.uint64]
    b: npt.NDArray[np.uint64]
    score: npt.NDArray[np.float32]

    def chosen(self, mask: npt.NDArray[np.bool_]) -> Links:
        """Return the links for which a boolean mask (one entry a link) is true, in their order."""
        return Links(self.a[mask], self.b[mask], self.score[mask])


class Facts(NamedTuple):
    """Length and dates of a representative, for grouping: words of its text, first and last day of its copy group.

    Days are fractional, since 1970, over all publications in the copy group, NaN when none is dated; `words` None
    counts as a full text.
    """

    words: int | None = None  # of its text; None counts as a full text
    first_day: float = (
        np.nan
    )  # of publication within its copy group, in days since 1970; NaN when none is known
    last_day: float = np.nan


@dataclass(frozen=True, slots=True)
class Grouping:
    """The result of grouping articles, as ascending ids: `dendrograms` of average linkage, `stories` cut from them.

    A dendrogram holds full articles alone; attached articles have joined the stories, and stubs are alone. `merges` are
    the merges within the dendrograms, in order, as pairs of smallest ids.
    """

    dendrograms: list[list[int]]
    stories: list[list[int]]
    merges: list[Pair]  # smallest ids of what was merged within the dendrograms, in order

    def invalidated(self, former: Mapping[int, int]) -> set[int]:
        """Return the names of the former dendrograms that are no subtree of the present ones: they changed.

        `former` maps each article to the name of its former dendrogram. A former dendrogram is still a subtree where
        all of its articles merge before any other joins them. One none of whose articles is in these dendrograms is not
        returned.
        """
        whole: dict[int | None, int] = {}
        for name in former.values():
            whole[name] = whole.get(name, 0) + 1
        subtree = {article: (former.get(article), 1) for tree in self.dendrograms for article in tree}
        found: set[int | None] = set()
        for kept, gone in self.merges:
            (left, left_size), (right, right_size) = subtree[kept], subtree.pop(gone)
            if left == right:
                subtree[kept] = (left, left_size + right_size)
                continue
            found |= {
                name for name, size in ((left, left_size), (right, right_size)) if size < whole.get(name, 0)
            }
            subtree[kept] = (None, 0)
        found |= {name for name, size in subtree.values() if size < whole.get(name, 0)}
        return {name for name in found if name is not None}


def group_articles(
    ids: Sequence[int] | npt.NDArray[np.uint64],
    kinds: Sequence[Kind],
    links: Links,
    must_links: Iterable[Pair] = (),
    cannot_links: Iterable[Pair] = (),
    threshold: float = MODEL.threshold,
    fixed: Iterable[Sequence[int]] = (),
    facts: Mapping[int, Facts] | None = None,
) -> Grouping:
    """Group articles by average linkage (UPGMA) over sparse links, and cut the dendrograms into stories.

    `kinds[i]` is that of `ids[i]` (ValueError for another number of them). Groups are compared by the mean similarity
    of their articles, which is not the score (see `similarity_of`). The two groups with the highest mean merge (see
    `link_by_average`) as long as it is at least the similarity of a pair at the `threshold`, a score; each dendrogram
    is cut from the top where a group stands out from its neighbourhood (see `cut_dendrograms`). Articles of
    `ATTACHED_KINDS` then join the one story that they clearly fit; those of `EXCLUDED_KINDS` stay alone unless
    must-linked to others.

    `facts` of an article are those of its copy group, which counts as one text, however often it was reprinted. No
    story spans more than `window_days` between dated articles, whatever undated one is similar to both ends.

    Must-linked articles stay together; a cannot-link forbids every merge that would unite its two articles, and
    yields only to a chain of must-links. Either is ignored with an end that is not among `ids`. Groups and their
    members ascend by id; no ids give none.

    Part of a corpus can be grouped with the result for the whole. `fixed` are stories of full articles (their ids
    among `ids`, else KeyError) that stay as they are but for attached articles that join them. A link with only one
    end among `ids` is part of the neighbourhood of that end; its other end is taken for a full article.
    """
    kind_of = {int(number): kind for number, kind in zip(ids, kinds, strict=True)}
    names = np.array(sorted(kind_of), dtype=np.uint64)
    group_of = _contract(names, must_links)
    members: list[list[int]] = [[] for _ in range(int(group_of.max()) + 1)] if len(names) else []
    index = dict(zip(names.tolist(), group_of.tolist(), strict=True))
    for name, group in index.items():
        members[group].append(name)
    role = np.array([_role([kind_of[name] for name in group]) for group in members], dtype="U7")
    stories = [sorted({index[name] for name in story}) for story in fixed]
    role[[group for story in stories for group in story]] = "fixed"
    traits = _traits(members, facts or {})
    left, right, total = _join_links(names, group_of, links)
    apart = _forbidden(index, cannot_links)

    joins = role == "join"
    inner = (left >= 0) & joins[left] & joins[right]
    merges = _merge(traits, left[inner], right[inner], total[inner], apart, threshold)
    full = joins | (role == "fixed")
    near = _neighbourhood(full, (left, right, total), apart, threshold)
    least = MODEL.least_similarity(threshold)
    dendrogram_of, story_of = cut_dendrograms(traits.shortness, merges, near, least, _SCALE)
    stories += _groups(joins, story_of)
    _attach(np.flatnonzero(role == "attach"), stories, (left, right, total), traits, apart, threshold)
    stories += [[group] for group in np.flatnonzero(role == "apart").tolist()]

    def by_id(groups: Iterable[Iterable[int]]) -> list[list[int]]:
        return sorted(sorted(name for index in group for name in members[index]) for group in groups)

    merged = zip(merges.kept.tolist(), merges.gone.tolist(), strict=True)
    return Grouping(
        by_id(_groups(joins, dendrogram_of)),
        by_id(stories),
        [(members[at][0], other) for at in np.flatnonzero(joins) for other in members[at][1:]]
        + [(members[kept][0], members[gone][0]) for kept, gone in merged],
    )


class _Traits(NamedTuple):
    """Facts of groups as columns; a group of several articles is what people linked, and counts as its largest."""

    shortness: npt.NDArray[np.float64]
    first_day: npt.NDArray[np.float64]
    last_day: npt.NDArray[np.float64]


def _traits(members: Sequence[Sequence[int]], facts: Mapping[int, Facts]) -> _Traits:
    own = [[facts.get(name, Facts()) for name in group] for group in members]
    words = np.array(
        [max(np.inf if one.words is None else one.words for one in group) for group in own], np.float64
    )
    return _Traits(
        np.maximum(0.0, 1.0 - words / MODEL.full_words),
        np.array([np.fmin.reduce([one.first_day for one in group]) for group in own], np.float64),
        np.array([np.fmax.reduce([one.last_day for one in group]) for group in own], np.float64),
    )


def _contract(names: npt.NDArray[np.uint64], must_links: Iterable[Pair]) -> I64:
    """Number the groups that must-links make of ascending names, in the order of their smallest."""
    index = {name: number for number, name in enumerate(names.tolist())}
    linked = [(index[a], index[b]) for a, b in must_links if a in index and b in index]
    if not linked:
        return np.arange(len(names))
    left, right = (np.array(column, np.int64) for column in zip(*linked, strict=True))
    numbers: I64 = np.unique(components(len(names), left, right), return_inverse=True)[1]
    return numbers


def _role(kinds: Sequence[Kind]) -> str:
    """Return whether a group joins, attaches or stands apart; one full article (or a person's link) makes it join."""
    if any(kind not in ATTACHED_KINDS and kind not in EXCLUDED_KINDS for kind in kinds):
        return "join"
    return "attach" if any(kind in ATTACHED_KINDS for kind in kinds) else "apart"


def _join_links(names: npt.NDArray[np.uint64], group_of: I64, links: Links) -> tuple[I64, I64, I64]:
    """Return pairs of groups (left < right) and their strongest link.

    A left of -1 is an article elsewhere. What people have linked counts once, as near to another article as the nearest
    of them: a sum of weak links could pass where no single link does.
    """
    a, b = (_positions(names, group_of, end) for end in (links.a, links.b))
    total = (similarity_of(links.score) * _SCALE).astype(np.int64)
    left, right = np.minimum(a, b), np.maximum(a, b)
    outer = (left < 0) & (right >= 0)
    inner = (left >= 0) & (left != right)
    known = left[inner], right[inner], total[inner]
    if group_of.max(initial=-1) + 1 < len(names):  # only a group of several can have several links to another
        known = strongest_links(*known)
    beyond = left[outer], right[outer], total[outer]
    left, right, total = (np.concatenate(column) for column in zip(known, beyond, strict=True))
    return left, right, total


def _positions(names: npt.NDArray[np.uint64], group_of: I64, ends: npt.NDArray[np.uint64]) -> I64:
    if not len(names):
        return np.full(len(ends), -1, np.int64)
    at = np.minimum(np.searchsorted(names, ends), len(names) - 1)
    return np.where(names[at] == ends, group_of[at], -1)


def _forbidden(index: Mapping[int, int], cannot_links: Iterable[Pair]) -> set[Pair]:
    """Return pairs of groups (left < right) that must not merge."""
    known = [(index[a], index[b]) for a, b in cannot_links if a in index and b in index]
    return {(min(pair), max(pair)) for pair in known if pair[0] != pair[1]}


def _are_apart(left: I64, right: I64, apart: set[Pair]) -> npt.NDArray[np.bool_]:
    """Return which pairs must not merge."""
    if not apart:
        return np.zeros(len(left), np.bool_)
    return np.array([pair in apart for pair in zip(left.tolist(), right.tolist(), strict=True)], np.bool_)


def _merge(traits: _Traits, left: I64, right: I64, total: I64, apart: set[Pair], threshold: float) -> Merges:
    barred = _are_apart(left, right, apart)
    if apart:
        unlinked = sorted(apart - set(zip(left.tolist(), right.tolist(), strict=True)))
        more = np.array(unlinked, np.int64).reshape(-1, 2)
        left, right = np.concatenate((left, more[:, 0])), np.concatenate((right, more[:, 1]))
        total = np.concatenate((total, np.zeros(len(more), np.int64)))
        barred = np.concatenate((barred, np.ones(len(more), np.bool_)))
    return link_by_average(
        np.ones(len(traits.shortness), np.int64),
        left,
        right,
        total,
        barred,
        MODEL.least_similarity(threshold) * _SCALE,
        (traits.first_day, traits.last_day),
        MODEL.window_days,
    )


def _groups(which: npt.NDArray[np.bool_], label: I64) -> list[list[int]]:
    chosen = np.flatnonzero(which)
    return [group.tolist() for group in gather(chosen, label[chosen])]


def _neighbourhood(
    full: npt.NDArray[np.bool_],
    links: tuple[I64, I64, I64],
    apart: set[Pair],
    threshold: float,
) -> Neighbourhood:
    """Return what is near each full article; links below the threshold count nothing."""
    strong = links[2] >= MODEL.least_similarity(threshold) * _SCALE
    left, right, total = (column[strong] for column in links)
    counts = full[right] & ((left < 0) | full[left]) & ~_are_apart(left, right, apart)
    return list_neighbours(len(full), left[counts], right[counts], total[counts])


def _attach(
    attached: I64,
    stories: list[list[int]],
    links: tuple[I64, I64, I64],
    traits: _Traits,
    apart: set[Pair],
    threshold: float,
) -> None:
    """Put each attached article into the one story it clearly fits, judged on stories before any of them joined.

    It moves no story's times, and joins none that is farther than the window from its own day.
    """
    least = MODEL.least_similarity(threshold)
    story_of = {index: number for number, story in enumerate(stories) for index in story}
    totals: dict[int, dict[int, int]] = {index: {} for index in attached.tolist()}
    linked: set[Pair] = (
        set()
    )  # attached article and story with a link between them that would join two articles
    known = (links[0] >= 0) & (np.isin(links[0], attached) | np.isin(links[1], attached))
    for left, right, total in zip(*(column[known].tolist() for column in links), strict=True):
        for index, other in ((left, right), (right, left)):
            if index in totals and other in story_of:
                number = story_of[other]
                totals[index][number] = totals[index].get(number, 0) + total
                if total >= least * _SCALE:
                    linked.add((index, number))
    sizes, first = [len(story) for story in stories], [min(story) for story in stories]
    joining: dict[int, list[int]] = {}
    for index in attached.tolist():
        fits = sorted(
            (-total / (sizes[number] * _SCALE), first[number], number)
            for number, total in totals[index].items()
            if (index, number) in linked
        )
        second = -fits[1][0] if len(fits) > 1 else 0.0
        if fits and -fits[0][0] - MODEL.rivalry * second >= least:
            number = fits[0][2]
            inside = [*stories[number], *joining.get(number, ())]
            span = [*stories[number], index]
            days = np.fmax.reduce(traits.last_day[span]) - np.fmin.reduce(traits.first_day[span])
            is_apart = any((min(index, other), max(index, other)) in apart for other in inside)
            if not (is_apart or days > MODEL.window_days):
                joining.setdefault(number, []).append(index)
                continue
        stories.append([index])
    for number, indexes in joining.items():
        stories[number] += indexes
