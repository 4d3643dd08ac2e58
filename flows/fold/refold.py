"""Fold again what is there: around articles that people decided about, or everything after a change of model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.errors import InvalidRequestError
from flows.fold.background_model import story_background
from flows.fold.copies import as_ids, fold_copies, rebuild_copy_evidence
from flows.fold.decisions_in_force import Decisions, read_decisions
from flows.fold.stories import StoryChange, fold_stories, stories_at
from flows.fold.story_evidence import rebuild_evidence
from flows.fold.story_rows import Canonical
from flows.recorded_run import record_run, utc_now
from flows.settings.source_lists import load_source_lists
from transforms.copies.copy_model import COPIES
from transforms.kernel.disjoint_sets import components
from transforms.kernel.sorted_sets import distinct, intersection, union
from transforms.stories.story_model import MODEL
from transforms.types import format_id
from warehouse import folding_stories, refold_queries
from warehouse.connection import open_working, rolled_back, transaction, working_path
from warehouse.errors import NotPublished
from warehouse.folding_tables import Ids
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings.settings import Settings

# Articles whose groups and stories are made again at a time; bounds memory, results do not depend on it.
_ARTICLES_AT_ONCE = 20_000
# Kinds of models that links are made with. A change of another kind makes rows of stories anew from the same links.
EVIDENCE = ("copies", "stories")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegroupedStory:
    """A story before or after a regrouping: id (None where it does not exist yet), headline, number of articles."""

    story_id: str | None
    title: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping:
    """One change of a refold: the stories `before` whose articles are in the stories `after`."""

    before: tuple[RegroupedStory, ...]
    after: tuple[RegroupedStory, ...]

    @property
    def kind(self) -> str:
        """Return the kind of change: "new", "gone", "merge", "split" or "regroup".

        "new" has no story before, "gone" none after, "merge" joins several to one, "split" divides one; all else is
        "regroup", also one story before and after, where articles come or go.
        """
        before, after = len(self.before), len(self.after)
        if not (before and after):
            return "gone" if before else "new"
        if before > after == 1:
            return "merge"
        return "split" if after > before == 1 else "regroup"


@dataclass(kw_only=True)
class RefoldReport:
    """The result of folding everything again, or of trying it: counts of articles and stories, and what changed.

    `threshold` is the pair score used (0 to 1); `stale_models` are the kinds of models whose evidence was made anew;
    `run_id` is None in a dry run.
    """

    threshold: float
    is_dry_run: bool
    run_id: str | None = None
    stale_models: tuple[str, ...] = ()  # kinds of evidence that was made anew
    articles: int = 0
    stories_before: int = 0
    stories_after: int = 0
    changes: list[Regrouping] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Count the changes of a kind: "merge", "split", "regroup", "new" or "gone"; 0 for any other text."""
        return sum(change.kind == kind for change in self.changes)

    def describe(self) -> str:
        """Return articles, threshold, evidence made anew, stories before and after, and changes as one line."""
        would = "would be" if self.is_dry_run else "are"
        anew = f", {' and '.join(self.stale_models)} compared anew" if self.stale_models else ""
        counts = ", ".join(
            [f"{self.count(kind):,} {kind}s" for kind in ("merge", "split", "regroup")]
            + [f"{count:,} {kind}" for kind in ("new", "gone") if (count := self.count(kind))]
        )
        return (
            f"{self.articles:,} articles at threshold {self.threshold:g}{anew}: "
            f"{self.stories_before:,} stories {would} {self.stories_after:,} ({counts})"
        )


def canonical_of(settings: Settings) -> Canonical:
    """Return the rule by which these settings choose the canonical article of a story.

    Raises SettingsError for a file of publishers or agencies that cannot be used.
    """
    return Canonical(
        policy=settings.canonical_policy,
        preferred=settings.preferred_publishers,
        source_lists=load_source_lists(settings),
    )


def current_models(settings: Settings) -> dict[str, str]:
    """Return the versions of the models and lists that stories depend on, by kind: copies, stories and sources.

    Links are made with those of EVIDENCE (copies, stories); sources are the lists of publishers and agencies. Raises
    SettingsError.
    """
    return {
        "copies": COPIES.version,
        "stories": f"{MODEL.version}/{story_background(settings).version}",
        "sources": load_source_lists(settings).version,
    }


def fold_around(
    con: DuckDBPyConnection,
    settings: Settings,
    decisions: Decisions,
    *,
    decided: Iterable[int],
    run_id: str,
    now: datetime,
    compared: Ids | None = None,
) -> StoryChange:
    """Make the copy groups and stories of the articles `decided` again from stored evidence.

    For the caller's transaction, after decisions about them. Their stories are written again even where they keep their
    members. The articles `compared` get new evidence, as if they had just come; so does an article that became the
    representative of its copy group because the former one was erased. Returns counts of new and changed stories and of
    the pairs compared. Raises SettingsError. `now` is naive UTC.
    """
    again = as_ids(decided)
    dirty = as_ids(()) if compared is None else compared
    change = fold_copies(con, dirty, decisions, run_id=run_id, now=now, again=again)
    unprofiled = intersection(refold_queries.unprofiled(con), change.touched)
    change = replace(change, dirty=union(change.dirty, again), fresh=union(change.fresh, unprofiled))
    return fold_stories(
        con, change, decisions, story_background(settings), canonical_of(settings), run_id=run_id, now=now
    )


def refold(settings: Settings, *, threshold: float | None = None, dry_run: bool = False) -> RefoldReport:
    """Fold everything again with the current models as a recorded run, or report what that would change.

    Opens the warehouse as its only writer and closes it. At the model's own threshold, evidence of other models is made
    anew first, in a dry run too, which is then rolled back. Another `threshold` can only be tried with `dry_run`, on
    stored links. The changes are those of the grouping. Raises InvalidRequestError for a threshold without a dry run or
    outside MODEL.floor to 1; NotPublished without a warehouse, other WarehouseErrors (Busy, Damaged, DiskFull), and
    SettingsError.
    """
    if threshold is not None and not dry_run:
        raise InvalidRequestError(
            "another threshold can only be tried, with --dry-run: the one in use belongs to the model"
        )
    if threshold is not None and not MODEL.floor <= threshold <= 1:
        raise InvalidRequestError(
            f"links are kept from score {MODEL.floor:g} on, so a threshold is from {MODEL.floor:g} to 1"
        )
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet")
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold refold") as con:
        report = RefoldReport(
            threshold=MODEL.threshold if threshold is None else threshold, is_dry_run=dry_run
        )
        if dry_run:
            with rolled_back(con):
                fold_everything(con, settings, report, run_id="dry run", now=utc_now())
            return report

        def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
            folded = fold_everything(con, settings, report, run_id=run_id, now=now)
            return None, RunOutcome(
                stories_new=folded.new, stories_changed=folded.changed, message=report.describe()
            )

        report.run_id, _ = record_run(con, settings, "refold", work)
        return report


def refold_if_stale(
    con: DuckDBPyConnection, settings: Settings, *, run_id: str, now: datetime
) -> RefoldReport | None:
    """Fold everything again, in a transaction of its own, if the stored evidence was made with other models.

    Call it before anything new is folded, since evidence of two models cannot be compared. Returns what changed, with
    `run_id`; None where the models are current, or are only recorded since there is no article yet. Raises
    SettingsError. `now` is naive UTC.
    """
    known, current = refold_queries.known_models(con), current_models(settings)
    if known == current:
        return None
    if not known and not len(refold_queries.every_article(con)):
        refold_queries.record_models(con, current, now=now)
        return None
    report = RefoldReport(threshold=MODEL.threshold, is_dry_run=False, run_id=run_id)
    with transaction(con):
        fold_everything(con, settings, report, run_id=run_id, now=now)
    return report


def fold_everything(
    con: DuckDBPyConnection, settings: Settings, report: RefoldReport, *, run_id: str, now: datetime
) -> StoryChange:
    """Fold all articles again in the caller's transaction and add the changes to `report`.

    Threshold and dry run are set in `report`. At the model's threshold, evidence of other models is made anew first. A
    dry run writes neither stories nor versions of models, but may have replaced evidence and copy groups: roll it back.
    Returns counts of new and changed stories (0 in a dry run); pairs are not counted. Raises SettingsError.
    `now` is naive UTC.
    """
    decisions, background = read_decisions(con), story_background(settings)
    known, current = refold_queries.known_models(con), current_models(settings)
    stale = tuple(kind for kind in current if known.get(kind) != current[kind])
    is_plain = report.threshold == MODEL.threshold
    if is_plain and not set(stale).isdisjoint(EVIDENCE):
        report.stale_models = tuple(kind for kind in stale if kind in EVIDENCE)
        if "copies" in stale:
            rebuild_copy_evidence(con, run_id=run_id, now=now)
            for chunk in _chunks(con, MODEL.threshold):
                fold_copies(con, as_ids(()), decisions, run_id=run_id, now=now, again=chunk)
        rebuild_evidence(con, background, run_id=run_id, now=now)
    if is_plain:
        refold_queries.apply_threshold(con, MODEL.threshold)
    new = changed = 0
    for chunk in _chunks(con, report.threshold):
        _compare(con, chunk, stories_at(con, chunk, decisions, report.threshold), report)
        if report.is_dry_run:
            continue
        change = fold_copies(con, as_ids(()), decisions, run_id=run_id, now=now, again=chunk)
        if stale:  # what stories tell of their articles may have changed with the model
            change = replace(change, dirty=chunk)
        folded = fold_stories(
            con, change, decisions, background, canonical_of(settings), run_id=run_id, now=now
        )
        new, changed = new + folded.new, changed + folded.changed
    if not report.is_dry_run:
        refold_queries.record_models(con, current, now=now)
    return StoryChange(new=new, changed=changed, candidates=0, accepted=0)


def _chunks(con: DuckDBPyConnection, threshold: float) -> Iterator[Ids]:
    """Cut all articles between groups that have nothing to do with each other, now or at this threshold."""
    ids = refold_queries.every_article(con)
    a, b = refold_queries.every_edge(con, threshold)
    chunk: list[Ids] = []
    size = 0
    for component in components(ids, a, b):
        chunk.append(component)
        size += len(component)
        if size >= _ARTICLES_AT_ONCE:
            yield np.concatenate(chunk)
            chunk, size = [], 0
    if chunk:
        yield np.concatenate(chunk)


def _compare(
    con: DuckDBPyConnection, chunk: Ids, clusters: Sequence[Sequence[int]], report: RefoldReport
) -> None:
    """Add to the report what becomes of the stories of a chunk."""
    stories: dict[int, list[int]] = {}
    rows = folding_stories.stories_of(con, chunk)
    for story_id, article in zip(
        rows.column("story_id").to_pylist(), rows.column("article_id").to_pylist(), strict=True
    ):
        stories.setdefault(story_id, []).append(article)
    report.articles += len(chunk)
    report.stories_before += len(stories)
    report.stories_after += len(clusters)
    home = {article: story_id for story_id, members in stories.items() for article in members}
    same = {tuple(sorted(members)) for members in stories.values()}
    moved = [tuple(cluster) for cluster in clusters if tuple(cluster) not in same]
    if not moved:
        return
    titles = refold_queries.titles(con, as_ids(article for cluster in moved for article in cluster))
    rows_of = {row["story_id"]: row for row in refold_queries.stories_with(con, as_ids(titles)).to_pylist()}
    # stories and clusters that share articles belong to one change; a story is linked to its clusters through them
    seeds = as_ids(cluster[0] for cluster in moved)
    former = [sorted(stories[one]) for one in rows_of]
    edges = [(group[0], article) for group in [*moved, *former] for article in group]
    every = distinct(as_ids(article for edge in edges for article in edge))
    by_first = {cluster[0]: cluster for cluster in moved}
    for together in components(every, as_ids(a for a, _ in edges), as_ids(b for _, b in edges)):
        members = set(together.tolist())
        after = [by_first[one] for one in seeds.tolist() if one in members]
        before = sorted({home[article] for article in members if article in home})
        report.changes.append(
            Regrouping(
                before=tuple(
                    RegroupedStory(
                        story_id=format_id(one),
                        title=rows_of[one]["title"],
                        articles=rows_of[one]["article_count"],
                    )
                    for one in before
                    if one in rows_of
                ),
                after=tuple(
                    RegroupedStory(story_id=None, title=titles[cluster[0]], articles=len(cluster))
                    for cluster in after
                ),
            )
        )
