"""Ids that no new story or thread may take: a query of some ids in, whether any id was ever used out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flows.fold.copies import as_ids
from transforms.stories.story_ids import propose_story_id
from warehouse.folding_tables import Ids


class UsedIds:
    """The ids of stories or threads that no new one may take, as a container: `id in used`.

    The first ids that clusters would get are looked up together, others one by one; answers are cached.
    """

    def __init__(self, find_used: Callable[[Ids], set[int]], clusters: Sequence[Sequence[int]]) -> None:
        self._find_used = find_used
        first = as_ids(propose_story_id(min(members), 0) for members in clusters)
        self._queried = set(first.tolist())
        self._used = find_used(first)

    def __contains__(self, number: object) -> bool:
        if number not in self._queried and isinstance(number, int):
            self._queried.add(number)
            self._used |= self._find_used(as_ids([number]))
        return number in self._used
