"""Which articles tell one story: scored links in, groups of ids out; deterministic and free of chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.crowding import Surroundings, survey
from transforms.cutting import cut_trees
from transforms.linkage import Merges, gather, link_by_average, strongest
from transforms.pairs import THRESHOLD, similarity_of
from transforms.types import Kind

# May join a story but are no reason to join two: each attaches to the one story that it fits best.
ATTACHING: Final = frozenset({Kind.LIVE_BLOG, Kind.ROUND_UP})
# Tell nothing by themselves; only a person can put them into a story.
STANDING_APART: Final = frozenset({Kind.STUB, Kind.INDEX})
# Scores are summed as whole millionths, so that no order of adding can change a sum.
_SCALE: Final = 1_000_000

# What attaches has to fit its story better than the next one: by RIVALRY times how it fits that; docs/decisions/0021.
RIVALRY: Final = 0.5

Pair = tuple[int, int]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Links:
    """Scored pairs of article ids, each pair once, as columns. Pairs that are not listed count as score 0."""

    a: npt.NDArray[np.uint64]
    b: npt.NDArray[np.uint64]
    score: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """Articles grouped: the `trees` that linkage grew, and the `stories` they were cut into, as ascending ids.

    A tree holds full articles alone; live blogs and round-ups have joined the stories, and stubs stand by themselves.
    """

    trees: list[list[int]]
    stories: list[list[int]]
    merges: list[Pair]  # smallest ids of what was merged, in order

    def torn(self, former: Mapping[int, int]) -> set[int]:
        """Return which former trees are no branch of these; `former` has the name of the tree that an article was in.

        A former tree all of whose articles come together before anything else joins them grew as it did before.
        """
        whole: dict[int | None, int] = {}
        for name in former.values():
            whole[name] = whole.get(name, 0) + 1
        branch = {article: (former.get(article), 1) for tree in self.trees for article in tree}
        found: set[int | None] = set()
        for kept, gone in self.merges:
            (left, left_size), (right, right_size) = branch[kept], branch.pop(gone)
            if left == right:
                branch[kept] = (left, left_size + right_size)
                continue
            found |= {
                name for name, size in ((left, left_size), (right, right_size)) if size < whole.get(name, 0)
            }
            branch[kept] = (None, 0)
        found |= {name for name, size in branch.values() if size < whole.get(name, 0)}
        return {name for name in found if name is not None}


def grow_forest(
    ids: Sequence[int] | npt.NDArray[np.uint64],
    kinds: Sequence[Kind],
    links: Links,
    must_links: Iterable[Pair] = (),
    cannot_links: Iterable[Pair] = (),
    threshold: float = THRESHOLD,
    settled: Iterable[Sequence[int]] = (),
) -> Forest:
    """Group articles by average linkage over sparse links.

    Groups are compared by the mean similarity of their articles (see `similarity_of`). Trees grow by merging the two
    groups with the highest mean (see `link_by_average`) as long as that is at least the similarity of a pair at the
    threshold; each is cut from the top where a group stands out from its surroundings (see `cut_trees`).

    Must-linked articles stay together; a cannot-link forbids every merge that would unite its two articles, and
    yields only to a chain of must-links. Groups and their members ascend by id.

    Part of a corpus can be grouped with the result for the whole. `settled` are stories of full articles (their ids
    among `ids`) that stay as they are but for live blogs and round-ups that join them. A link with only one end among
    `ids` tells of the surroundings of that end; its other end is taken for a full article.
    """
    kind_of = {int(number): kind for number, kind in zip(ids, kinds, strict=True)}
    names = np.array(sorted(kind_of), dtype=np.uint64)
    group_of = _contract(names, must_links)
    members: list[list[int]] = [[] for _ in range(int(group_of.max()) + 1)] if len(names) else []
    place = dict(zip(names.tolist(), group_of.tolist(), strict=True))
    for name, at in place.items():
        members[at].append(name)
    role = np.array([_role([kind_of[name] for name in some]) for some in members], dtype="U7")
    stories = [sorted({place[name] for name in story}) for story in settled]
    role[[at for story in stories for at in story]] = "settled"
    left, right, total = _join_links(names, group_of, links)
    apart = _forbidden(place, cannot_links)

    joins = role == "join"
    grown = (left >= 0) & joins[left] & joins[right]
    merges = _grow(len(members), left[grown], right[grown], total[grown], apart, threshold)
    full = joins | (role == "settled")
    around = _look_around(full, (left, right, total), apart, threshold)
    tree_of, story_of = cut_trees(len(members), merges, around, _least(threshold), _SCALE)
    stories += _groups(joins, story_of)
    _attach(np.flatnonzero(role == "attach"), stories, (left, right, total), apart, threshold)
    stories += [[place] for place in np.flatnonzero(role == "apart").tolist()]

    def spelled(groups: Iterable[Iterable[int]]) -> list[list[int]]:
        return sorted(sorted(name for place in group for name in members[place]) for group in groups)

    return Forest(
        spelled(_groups(joins, tree_of)),
        spelled(stories),
        [(some[0], other) for some in members for other in some[1:]]
        + [
            (members[kept][0], members[gone][0])
            for kept, gone in zip(merges.kept.tolist(), merges.gone.tolist(), strict=True)
        ],
    )


def _contract(names: npt.NDArray[np.uint64], must_links: Iterable[Pair]) -> Places:
    """Number the groups that must-links make of ascending names, in the order of their smallest."""
    place = {name: at for at, name in enumerate(names.tolist())}
    parent = list(range(len(names)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in must_links:
        if a in place and b in place:
            low, high = sorted((root(place[a]), root(place[b])))
            parent[high] = low
    numbers: Places = np.unique(np.array([root(at) for at in parent], np.int64), return_inverse=True)[1]
    return numbers


def _role(kinds: Sequence[Kind]) -> str:
    """Say whether a group joins, attaches or stands apart; one full article (or a person's link) makes it join."""
    if any(kind not in ATTACHING and kind not in STANDING_APART for kind in kinds):
        return "join"
    return "attach" if any(kind in ATTACHING for kind in kinds) else "apart"


def _join_links(
    names: npt.NDArray[np.uint64], group_of: Places, links: Links
) -> tuple[Places, Places, Places]:
    """Return pairs of groups (left < right) with their strongest link; a left of -1 is an article elsewhere.

    What people have linked counts once, as near to another article as the nearest of them: a sum of weak links would
    reach where no link of its own does.
    """
    a, b = (_places(names, group_of, end) for end in (links.a, links.b))
    total = (similarity_of(links.score) * _SCALE).astype(np.int64)
    left, right = np.minimum(a, b), np.maximum(a, b)
    outer = (left < 0) & (right >= 0)
    inner = (left >= 0) & (left != right)
    known = left[inner], right[inner], total[inner]
    if group_of.max(initial=-1) + 1 < len(names):  # only a group of several can have several links to another
        known = strongest(*known)
    beyond = left[outer], right[outer], total[outer]
    left, right, total = (np.concatenate(column) for column in zip(known, beyond, strict=True))
    return left, right, total


def _places(names: npt.NDArray[np.uint64], group_of: Places, ends: npt.NDArray[np.uint64]) -> Places:
    if not len(names):
        return np.full(len(ends), -1, np.int64)
    at = np.minimum(np.searchsorted(names, ends), len(names) - 1)
    return np.where(names[at] == ends, group_of[at], -1)


def _forbidden(place: Mapping[int, int], cannot_links: Iterable[Pair]) -> set[Pair]:
    """Return pairs of groups (left < right) that must not meet."""
    pairs = {
        (min(place[a], place[b]), max(place[a], place[b]))
        for a, b in cannot_links
        if a in place and b in place
    }
    return {(a, b) for a, b in pairs if a != b}


def _are_apart(left: Places, right: Places, apart: set[Pair]) -> npt.NDArray[np.bool_]:
    """Tell which pairs must not meet."""
    if not apart:
        return np.zeros(len(left), np.bool_)
    return np.array([pair in apart for pair in zip(left.tolist(), right.tolist(), strict=True)], np.bool_)


def _grow(
    count: int, left: Places, right: Places, total: Places, apart: set[Pair], threshold: float
) -> Merges:
    barred = _are_apart(left, right, apart)
    if apart:
        unlinked = sorted(apart - set(zip(left.tolist(), right.tolist(), strict=True)))
        more = np.array(unlinked, np.int64).reshape(-1, 2)
        left, right = np.concatenate((left, more[:, 0])), np.concatenate((right, more[:, 1]))
        total = np.concatenate((total, np.zeros(len(more), np.int64)))
        barred = np.concatenate((barred, np.ones(len(more), np.bool_)))
    return link_by_average(np.ones(count, np.int64), left, right, total, barred, _least(threshold) * _SCALE)


def _groups(which: npt.NDArray[np.bool_], label: Places) -> list[list[int]]:
    places = np.flatnonzero(which)
    return [some.tolist() for some in gather(places, label[places])]


def _look_around(
    full: npt.NDArray[np.bool_], links: tuple[Places, Places, Places], apart: set[Pair], threshold: float
) -> Surroundings:
    """Return what is near each full article; links below the threshold count nothing."""
    strong = links[2] >= _least(threshold) * _SCALE
    left, right, total = (column[strong] for column in links)
    counts = full[right] & ((left < 0) | full[left]) & ~_are_apart(left, right, apart)
    return survey(len(full), left[counts], right[counts], total[counts])


def _least(threshold: float) -> float:
    """Return the similarity that two articles alone need."""
    return float(similarity_of(np.float64(threshold)))


def _attach(
    guests: Places,
    stories: list[list[int]],
    links: tuple[Places, Places, Places],
    apart: set[Pair],
    threshold: float,
) -> None:
    """Put what attaches into the one story it clearly fits, judged on stories as they are before any attaches."""
    home = {place: at for at, story in enumerate(stories) for place in story}
    near: dict[int, dict[int, int]] = {guest: {} for guest in guests.tolist()}
    reached: set[Pair] = set()  # guest and story with a link between them that would join two articles
    known = (links[0] >= 0) & (np.isin(links[0], guests) | np.isin(links[1], guests))
    for left, right, total in zip(*(column[known].tolist() for column in links), strict=True):
        for guest, host in ((left, right), (right, left)):
            if guest in near and host in home:
                near[guest][home[host]] = near[guest].get(home[host], 0) + total
                if total >= _least(threshold) * _SCALE:
                    reached.add((guest, home[host]))
    sizes = [len(story) for story in stories]
    first = [min(story) for story in stories]
    joining: dict[int, list[int]] = {}
    for guest in guests.tolist():
        fits = sorted(
            (-total / (sizes[at] * _SCALE), first[at], at)
            for at, total in near[guest].items()
            if (guest, at) in reached
        )
        outside = -fits[1][0] if len(fits) > 1 else 0.0
        if fits and -fits[0][0] - RIVALRY * outside >= _least(threshold):
            at = fits[0][2]
            inside = [*stories[at], *joining.get(at, ())]
            if not any((min(guest, one), max(guest, one)) in apart for one in inside):
                joining.setdefault(at, []).append(guest)
                continue
        stories.append([guest])
    for at, some in joining.items():
        stories[at] += some
