"""What people ask the published file for, as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """One story, with the columns of the published table."""

    story_id: str
    title: str
    article_count: int
    publisher_count: int
    publisher: str | None
    last_published_at: datetime | None
    first_published_at: datetime | None
    language: str
    key_terms: list[str]
    independent_count: int
    copy_group_count: int
    url: str | None
    canonical_article_id: str
    canonical_reason: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One article of a story, without its text."""

    article_id: str
    title: str
    publisher: str | None
    published_at: datetime | None
    published_precision: str
    language: str
    kind: str
    wire_agency: str | None
    word_count: int
    url: str | None
    source_ref: str
    copy_group_id: str | None
    version: int
    role: str
    score: float | None
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One thing that happened to a story."""

    story_id: str
    event: str
    other_story_id: str | None
    article_count: int | None
    happened_at: datetime
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """Evidence for or against one pair. `features` is JSON text."""

    article_a: str
    article_b: str
    relation: str
    decision: str
    score: float | None
    threshold: float | None
    features: str | None
    model_version: str | None
    made_by: str | None
    why: str | None
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """One article in its current version."""

    article_id: str
    title: str
    publisher: str | None
    published_at: datetime | None
    published_precision: str
    published_zone: str | None
    published_source: str | None
    story_id: str | None
    is_canonical: bool
    kind: str
    kind_reason: str
    language: str
    word_count: int
    lead: str
    text: str
    url: str | None
    canonical_url: str | None
    authors: list[str]
    section: str | None
    tags: list[str]
    wire_agency: str | None
    is_paywalled: bool
    copy_group_id: str | None
    version: int
    external_id: str | None
    source_ref: str
    content_hash: str
    first_seen_at: datetime
    last_changed_at: datetime
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of an article, current or superseded."""

    article_id: str
    version: int
    title: str
    text: str
    published_at: datetime | None
    updated_at: datetime | None
    word_count: int
    content_hash: str
    source_ref: str
    last_changed_at: datetime
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run and its funnel."""

    run_id: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    command: str
    files: int | None
    documents: int | None
    dispositions: dict[str, int] | None
    reasons: dict[str, int] | None
    articles_new: int | None
    stories_new: int | None
    stories_changed: int | None
    copy_groups_new: int | None
    articles_total: int | None
    copy_groups_total: int | None
    stories_total: int | None
    stage_seconds: dict[str, float] | None
    host: str
    pid: int
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuality:
    """How good what a run brought was; shares of articles are None where it brought none."""

    run_id: str
    documents: int  # unchanged ones aside
    rejected_ratio: float
    undated_ratio: float | None
    nameless_ratio: float | None  # no outlet known
    stub_ratio: float | None  # walls, consent and error pages
    median_words: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDetail:
    """A story with all that speaks for it. `asked_id` differs from its id when the story was redirected."""

    story: StoryRow
    asked_id: str
    members: list[MemberRow]
    links: list[LinkRow]
    events: list[EventRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDetail:
    """Two articles and what was found when they were compared; no links means that they were never candidates."""

    a: ArticleRow
    b: ArticleRow
    links: list[LinkRow]

    @property
    def is_same_story(self) -> bool:
        """Whether both are in one story."""
        return self.a.story_id is not None and self.a.story_id == self.b.story_id

    @property
    def is_same_wording(self) -> bool:
        """Whether both are in one copy group."""
        return self.a.copy_group_id is not None and self.a.copy_group_id == self.b.copy_group_id
