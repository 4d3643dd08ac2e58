"""Fold again what is there: around articles that people decided about, or everything after a change of model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.decisions import Decisions, read_decisions
from flows.fold_copies import as_ids, fold_copies, rebuild_copy_evidence
from flows.fold_stories import StoryChange, fold_stories, stories_at
from flows.recording import record_run, utc_now
from flows.refusals import RefusedError
from flows.story_evidence import rebuild_evidence
from flows.story_model import story_background
from flows.story_rows import Canonical
from flows.voices import load_voices
from transforms import copies
from transforms.constraints import components
from transforms.pairs import FLOOR, MODEL_VERSION, THRESHOLD
from transforms.types import format_id
from warehouse import folding, refolding
from warehouse.connection import open_working, transaction, working_path
from warehouse.errors import NotPublished
from warehouse.folding import Ids
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings import Settings

# Articles whose groups and stories are made again at a time; bounds memory, results do not depend on it.
_ARTICLES_AT_ONCE = 20_000
# Kinds of models that links are made with. When another kind changes, stories are told anew from the same links.
EVIDENCE = ("copies", "stories")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A story before, or one that would be: id where it has one, headline, number of articles."""

    story_id: str | None
    title: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping:
    """Stories whose articles are grouped otherwise: these before, those after."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]

    @property
    def kind(self) -> str:
        """Say what happens in a word: merge, split or regroup."""
        if len(self.after) == 1:
            return "merge"
        return "split" if len(self.before) == 1 else "regroup"


@dataclass(kw_only=True)
class RefoldReport:
    """What folding everything again changes, or would change."""

    threshold: float
    is_dry_run: bool
    run_id: str | None = None
    stale_models: tuple[str, ...] = ()  # kinds of evidence that was made anew
    articles: int = 0
    stories_before: int = 0
    stories_after: int = 0
    changes: list[Regrouping] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Count the changes of a kind."""
        return sum(change.kind == kind for change in self.changes)

    def describe(self) -> str:
        """Say the sum in one line."""
        would = "would be" if self.is_dry_run else "are"
        anew = f", {' and '.join(self.stale_models)} compared anew" if self.stale_models else ""
        counts = ", ".join(f"{self.count(kind):,} {kind}s" for kind in ("merge", "split", "regroup"))
        return (
            f"{self.articles:,} articles at threshold {self.threshold:g}{anew}: "
            f"{self.stories_before:,} stories {would} {self.stories_after:,} ({counts})"
        )


def canonical_of(settings: Settings) -> Canonical:
    """Return how these settings choose the article that stands for a story."""
    return Canonical(
        policy=settings.canonical_policy,
        preferred=settings.preferred_publishers,
        voices=load_voices(settings),
    )


def current_models(settings: Settings) -> dict[str, str]:
    """Name what stories depend on beside the articles, by kind; the kinds of EVIDENCE are what links are made with."""
    return {
        "copies": copies.MODEL,
        "stories": f"{MODEL_VERSION}/{story_background(settings).version}",
        "voices": load_voices(settings).version,
    }


def fold_around(
    con: DuckDBPyConnection,
    settings: Settings,
    decisions: Decisions,
    *,
    decided: Iterable[int],
    run_id: str,
    now: datetime,
) -> StoryChange:
    """Make the groups and stories of these articles again, from the evidence that is stored.

    Their stories are written again even where they keep their members. An article that came to stand for its copy
    group since the former one was erased is described and compared first.
    """
    again = as_ids(decided)
    change = fold_copies(con, as_ids(()), decisions, run_id=run_id, now=now, again=again)
    heirs = np.intersect1d(refolding.unprofiled(con), change.touched)
    change = replace(change, dirty=np.union1d(change.dirty, again), fresh=np.union1d(change.fresh, heirs))
    return fold_stories(
        con, change, decisions, story_background(settings), canonical_of(settings), run_id=run_id, now=now
    )


def refold(settings: Settings, *, threshold: float | None = None, dry_run: bool = False) -> RefoldReport:
    """Fold everything again with the current models, or tell what that would change, also at another threshold.

    Where the models are those that the evidence was made with, the stored links are all that is needed; else it is
    made anew first, in a dry run too, which then undoes it. Raises RefusedError for a threshold without a dry run, or
    below the scores that are kept; WarehouseError.
    """
    if threshold is not None and not dry_run:
        raise RefusedError(
            "another threshold can only be tried, with --dry-run: the one in use belongs to the model"
        )
    if threshold is not None and not FLOOR <= threshold <= 1:
        raise RefusedError(f"links are kept from score {FLOOR:g} on, so a threshold is from {FLOOR:g} to 1")
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet: run `newsfold ingest` first")
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold refold") as con:
        report = RefoldReport(threshold=THRESHOLD if threshold is None else threshold, is_dry_run=dry_run)
        if dry_run:
            with _undone(con):
                fold_everything(con, settings, report, run_id="dry run", now=utc_now())
            return report

        def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
            told = fold_everything(con, settings, report, run_id=run_id, now=now)
            return None, RunOutcome(
                stories_new=told.new, stories_changed=told.changed, message=report.describe()
            )

        report.run_id, _ = record_run(con, settings, "refold", work)
        return report


def keep_up(
    con: DuckDBPyConnection, settings: Settings, *, run_id: str, now: datetime
) -> RefoldReport | None:
    """Fold everything again when the evidence was not made by the current models: after an upgrade, or a recovery.

    Evidence of two models cannot be compared, so this comes before anything new is folded. Returns what changed.
    """
    known, current = refolding.known_models(con), current_models(settings)
    if known == current:
        return None
    if not known and not len(refolding.every_article(con)):
        refolding.record_models(con, current, now=now)
        return None
    report = RefoldReport(threshold=THRESHOLD, is_dry_run=False, run_id=run_id)
    with transaction(con):
        fold_everything(con, settings, report, run_id=run_id, now=now)
    return report


def fold_everything(
    con: DuckDBPyConnection, settings: Settings, report: RefoldReport, *, run_id: str, now: datetime
) -> StoryChange:
    """Fold all articles again inside the caller's transaction, filling the report; a dry run stops before stories."""
    decisions, background = read_decisions(con), story_background(settings)
    known, current = refolding.known_models(con), current_models(settings)
    stale = tuple(kind for kind in current if known.get(kind) != current[kind])
    is_plain = report.threshold == THRESHOLD
    if is_plain and not set(stale).isdisjoint(EVIDENCE):
        report.stale_models = tuple(kind for kind in stale if kind in EVIDENCE)
        if "copies" in stale:
            rebuild_copy_evidence(con, run_id=run_id, now=now)
            for chunk in _chunks(con, THRESHOLD):
                fold_copies(con, as_ids(()), decisions, run_id=run_id, now=now, again=chunk)
        rebuild_evidence(con, background, run_id=run_id, now=now)
    if is_plain:
        refolding.decide_again(con, THRESHOLD)
    new = changed = 0
    for chunk in _chunks(con, report.threshold):
        _compare(con, chunk, stories_at(con, chunk, decisions, report.threshold), report)
        if report.is_dry_run:
            continue
        change = fold_copies(con, as_ids(()), decisions, run_id=run_id, now=now, again=chunk)
        if stale:  # what stories tell of their articles may have changed with the model
            change = replace(change, dirty=chunk)
        told = fold_stories(
            con, change, decisions, background, canonical_of(settings), run_id=run_id, now=now
        )
        new, changed = new + told.new, changed + told.changed
    if not report.is_dry_run:
        refolding.record_models(con, current, now=now)
    return StoryChange(new=new, changed=changed, candidates=0, accepted=0)


def _chunks(con: DuckDBPyConnection, threshold: float) -> Iterator[Ids]:
    """Cut all articles between groups that have nothing to do with each other, now or at this threshold."""
    ids = refolding.every_article(con)
    a, b = refolding.every_edge(con, threshold)
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
    rows = folding.stories_of(con, chunk)
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
    titles = refolding.titles(con, as_ids(article for cluster in moved for article in cluster))
    told = {row["story_id"]: row for row in refolding.stories_with(con, as_ids(titles)).to_pylist()}
    # stories and clusters that share articles belong to one change; a story is linked to its clusters through them
    seeds = as_ids(cluster[0] for cluster in moved)
    former = [sorted(stories[one]) for one in told]
    edges = [(group[0], article) for group in [*moved, *former] for article in group]
    every = np.unique(as_ids(article for edge in edges for article in edge))
    by_first = {cluster[0]: cluster for cluster in moved}
    for together in components(every, as_ids(a for a, _ in edges), as_ids(b for _, b in edges)):
        members = set(together.tolist())
        after = [by_first[one] for one in seeds.tolist() if one in members]
        before = sorted({home[article] for article in members if article in home})
        report.changes.append(
            Regrouping(
                before=tuple(
                    Part(
                        story_id=format_id(one),
                        title=told[one]["title"],
                        articles=told[one]["article_count"],
                    )
                    for one in before
                    if one in told
                ),
                after=tuple(
                    Part(story_id=None, title=titles[cluster[0]], articles=len(cluster)) for cluster in after
                ),
            )
        )


@contextmanager
def _undone(con: DuckDBPyConnection) -> Iterator[None]:
    """Run the block in a transaction that is rolled back at its end."""

    try:
        with transaction(con):
            yield
            raise _Undo  # noqa: TRY301 - the way out of a transaction without a commit
    except _Undo:
        return


class _Undo(Exception):
    """Ends a dry run."""
