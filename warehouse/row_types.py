"""Types of the rows that queries of the published file return, a frozen dataclass for each kind; times are in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """One story, with the columns of the published table `stories`: title, counts, times, canonical article, …"""

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
    latest_title: str | None
    latest_article_id: str | None
    undated_count: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One article of a story, without its text: metadata, role, score, and the link by which it joined."""

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
    publisher_family: str | None
    source_id: str | None
    role: str
    score: float | None
    decided_by: str | None
    via_article_id: str | None
    margin: float | None
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event of a story: born, grown, merged, split, …, with the run and the other story concerned."""

    story_id: str
    event: str
    other_story_id: str | None
    article_count: int | None
    happened_at: datetime
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link: the evidence or decision for or against a pair. `features` (what was measured) is JSON text."""

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
    """One run: status, times, files, documents by disposition and reason, new stories, totals, message."""

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
    """The quality of what a run brought: shares of documents rejected, articles undated, nameless or stubs.

    Shares of articles are None where it brought none.
    """

    run_id: str
    documents: int  # unchanged ones aside
    rejected_ratio: float
    undated_ratio: float | None
    nameless_ratio: float | None  # no outlet known
    stub_ratio: float | None  # walls, consent and error pages
    median_words: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLanguageRow:
    """A story of the same event in another language, with the pair of articles that have most terms in common."""

    story_id: str
    language: str
    title: str
    first_published_at: datetime | None
    score: float
    article_id: str
    other_article_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDetail:
    """A story with its members, links, events and stories of the same event in other languages.

    `asked_id` differs from its id when the story was redirected.
    """

    story: StoryRow
    asked_id: str
    members: list[MemberRow]
    links: list[LinkRow]
    events: list[EventRow]
    other_languages: list[OtherLanguageRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """One step of the chain of links that joins two articles of a story: an article and the member it is linked to."""

    article_id: str
    name: str
    via_article_id: str
    via_name: str
    decided_by: str
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDetail:
    """Two articles and the stored evidence about them. Without links they were not compared, or scored too little.

    `chain` leads from one to the other where they are in one story; the mean similarities (`inside_a`, `inside_b`,
    `between`) are those of their stories where they are in two, `needed` is what `between` would have to be for the two
    to be one story (None where no link connects them). `parted` is a decision about other reports of the two stories,
    `span_days` what their dated reports would span together (None where one story has no date).
    """

    a: ArticleRow
    b: ArticleRow
    links: list[LinkRow]
    chain: tuple[ChainStep, ...] = ()
    inside_a: float | None = None
    inside_b: float | None = None
    between: float | None = None
    needed: float | None = None
    parted: LinkRow | None = None
    span_days: float | None = None

    @property
    def is_same_story(self) -> bool:
        """Return whether both articles are in one story; False where either is in none."""
        return self.a.story_id is not None and self.a.story_id == self.b.story_id

    @property
    def is_copy(self) -> bool:
        """Return whether both articles are in one copy group; False where either is in none."""
        return self.a.copy_group_id is not None and self.a.copy_group_id == self.b.copy_group_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over all runs of a home, for monitoring; times in seconds since 1970, None where there is none."""

    runs: dict[str, int]
    documents: dict[str, int]
    stage_seconds: dict[str, float]
    articles: int
    stories: int
    last_run_at: float | None
    last_success_at: float | None
    newest_article_at: float | None
