"""A report of a story as choosing among reports needs it: who published it, when, how long, whose words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from transforms.types import Kind, Precision

OPINIONS: Final = frozenset(("opinion", "review"))  # genres


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One report of a story, with what is needed to choose among reports: time, length, kind, publisher, agency.

    `published_at` is naive, in UTC, None where unknown; `wire_agency` is the id of the agency credited, None without
    one; `copy_group_id` is equal for copies of one text, None for an article in no copy group.
    """

    article_id: int
    published_at: datetime | None = None  # naive UTC, or the wall time where no zone is known
    precision: Precision = Precision.NONE
    word_count: int = 0
    kind: Kind = Kind.ARTICLE
    is_paywalled: bool = False
    is_opinion: bool = False  # a comment on the event or a review, as its document says
    wire_agency: str | None = None  # id of the agency whose text it is, as `agencies.credit` gives it
    publisher: str | None = None
    url_host: str | None = None
    copy_group_id: int | None = None  # copies of one text share it
