"""What the warehouse needs every night: dead runs closed, old texts dropped, promises tried, room given back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from flows.decisions import read_decisions
from flows.recording import record_run, utc_now
from flows.refolding import RefoldReport, fold_around, refold
from transforms.pairs import FLOOR, THRESHOLD
from warehouse.checks import CheckResult
from warehouse.compaction import compact, is_scrub_owed, owing_scrub, scrub, settle_scrub
from warehouse.connection import open_working, working_path
from warehouse.erase import drop_texts, drop_unfolded
from warehouse.recovery import examine, examine_published, replace_published
from warehouse.refolding import articles_of_stories
from warehouse.room import free_share
from warehouse.runs import RunOutcome, close_abandoned_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings import Settings

# Share of free blocks in the working file from which writing it anew is worth its time.
_FREE_SHARE = 0.25
# How far from the threshold in use the report looks: what one notch more or less would merge and split.
_NOTCH = 0.05


@dataclass(kw_only=True)
class Tended:
    """What was found and done."""

    checks: list[CheckResult] = field(default_factory=list)
    closed_runs: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)  # what was wrong with the published file
    texts_dropped: int = 0
    articles_removed: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    refolds: list[RefoldReport] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """Say which promises do not hold."""
        return [check.describe() for check in self.checks if not check.is_kept]

    def lines(self) -> list[str]:
        """Say it in words, a line each."""
        lines = [f"{len(self.checks) - len(self.broken)} of {len(self.checks)} promises hold", *self.broken]
        if self.closed_runs:
            lines.append(f"closed runs that ended without a word: {', '.join(self.closed_runs)}")
        lines += [f"the published file was written anew: {each}" for each in self.mended]
        if self.texts_dropped or self.articles_removed:
            lines.append(
                f"past their time: {self.texts_dropped:,} texts dropped, {self.articles_removed:,} articles removed"
            )
        if self.bytes_after != self.bytes_before:
            lines.append(f"working file: {self.bytes_before:,} bytes before, {self.bytes_after:,} now")
        return lines + [report.describe() for report in self.refolds]


def tend(settings: Settings) -> Tended:
    """Look after a warehouse; returns what was found. Where there is none yet, nothing is done.

    Nothing is dropped, removed or rewritten where a promise is broken: what is damaged is left for people to look at.
    Raises Busy when another run holds it too long, Damaged when the working file cannot be opened or lacks commits.
    """
    told = Tended()
    if not working_path(settings.home).exists():
        return told
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold maintain") as con:
        told.closed_runs = close_abandoned_runs(con, now=utc_now())
        told.checks = examine(con)
        told.checks += (
            examine_published(settings.home) if told.broken else _mend_published(con, settings, told)
        )
        if not told.broken and (settings.keep_text_days or settings.keep_unfolded_days):
            _forget_old(con, settings, told)
        wasted = free_share(con)
    if not told.broken:
        _give_back(settings, told, wasted)
        told.refolds = [
            refold(settings, threshold=threshold, dry_run=True)
            for threshold in (None, THRESHOLD - _NOTCH, THRESHOLD + _NOTCH)
            if threshold is None or FLOOR <= threshold <= 1
        ]
    return told


def _mend_published(con: DuckDBPyConnection, settings: Settings, told: Tended) -> list[CheckResult]:
    """Look at the published file; a damaged one is written anew, since a copy of it would carry the damage on."""
    found = examine_published(settings.home)
    if all(each.is_kept for each in found):
        return found
    told.mended += [each.describe() for each in found]
    replace_published(con, settings.home, now=utc_now(), keep=settings.keep_published)
    return examine_published(settings.home)


def _forget_old(con: DuckDBPyConnection, settings: Settings, told: Tended) -> None:
    def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
        changed = 0
        if settings.keep_unfolded_days:
            gone = drop_unfolded(con, run_id, older_than=timedelta(days=settings.keep_unfolded_days), now=now)
            told.articles_removed = gone.articles
            left = np.union1d(articles_of_stories(con, gone.story_ids), gone.near)
            if len(left):
                decisions = read_decisions(con)
                changed = fold_around(
                    con, settings, decisions, decided=left.tolist(), run_id=run_id, now=now
                ).changed
        if settings.keep_text_days:
            told.texts_dropped = drop_texts(con, older_than=timedelta(days=settings.keep_text_days), now=now)
        message = f"{told.texts_dropped} texts dropped, {told.articles_removed} articles removed"
        return None, RunOutcome(stories_changed=changed, message=message)

    was_owed = is_scrub_owed(settings.home)
    with owing_scrub(settings.home):
        record_run(con, settings, "maintain", work, is_published=False)
    if not (was_owed or told.texts_dropped or told.articles_removed):
        settle_scrub(settings.home)


def _give_back(settings: Settings, told: Tended, wasted: float) -> None:
    """Rewrite the files when texts have to leave their bytes, or when much of the working file is empty."""
    told.bytes_before = told.bytes_after = working_path(settings.home).stat().st_size
    if told.texts_dropped or told.articles_removed or is_scrub_owed(settings.home):
        scrub(settings.home, now=utc_now(), wait_seconds=settings.wait_seconds)
    elif wasted >= _FREE_SHARE:
        compact(settings.home, wait_seconds=settings.wait_seconds)
    told.bytes_after = working_path(settings.home).stat().st_size
