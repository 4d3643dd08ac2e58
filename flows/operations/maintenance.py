"""What the warehouse needs every night: dead runs closed, old texts dropped, data checks run, room given back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.fold.decisions_in_force import read_decisions
from flows.fold.refold import RefoldReport, fold_around, refold
from flows.recorded_run import publish_beyond_alone, record_run, utc_now
from flows.run_metrics import write_metrics
from transforms.kernel.sorted_sets import union
from transforms.stories.story_model import MODEL
from warehouse.checks import CheckResult
from warehouse.compaction import clear_scrub_record, compact, is_scrub_owed, scrub, scrub_recorded
from warehouse.connection import open_working, working_path
from warehouse.erase import drop_texts, drop_unfolded
from warehouse.free_space import free_share
from warehouse.recovery import examine, examine_published, replace_published
from warehouse.refold_queries import articles_of_stories
from warehouse.runs import RunOutcome, close_abandoned_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings.settings import Settings

# Share of free blocks in the working file from which writing it anew is worth its time.
_FREE_SHARE = 0.25
# How far from the threshold in use the report looks: what one notch more or less would merge and split.
_NOTCH = 0.05


@dataclass(kw_only=True)
class Maintained:
    """What one maintenance found and did: checks, dead runs, repairs, texts dropped, bytes; empty or 0 if not tried."""

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
        """Return the data checks that failed, each as a line of text."""
        return [check.describe() for check in self.checks if not check.passes]

    def lines(self) -> list[str]:
        """Return the result as lines of text: checks passed and failed, what was done, what refolds would change."""
        lines = [
            f"{len(self.checks) - len(self.broken)} of {len(self.checks)} data checks pass",
            *self.broken,
        ]
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


def maintain_warehouse(settings: Settings) -> Maintained:
    """Maintain a warehouse and return what was found and done; nothing is done where none exists.

    In order: runs that died are marked as crashed; the deep data checks run over both files, and a damaged published
    file is written anew; texts and articles older than `keep_text_days` and `keep_unfolded_days` are deleted; files are
    rewritten where that frees enough room or removes the bytes of deleted texts; a refold is tried and rolled back, at
    the threshold in use and .05 to either side, but not below MODEL.floor; further places of publication and
    `metrics_file` are brought up to date.

    A failed check does not raise; where one is left, nothing is dropped, compacted, tried or published elsewhere.
    Raises Busy when another run holds the warehouse too long, Damaged when the working file cannot be opened or lacks
    commits, StoreError when such a place does not answer.
    """
    done = Maintained()
    if not working_path(settings.home).exists():
        return done
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold maintain") as con:
        done.closed_runs = close_abandoned_runs(con, now=utc_now())
        done.checks = examine(con)
        done.checks += (
            examine_published(settings.home) if done.broken else _mend_published(con, settings, done)
        )
        if not done.broken and (settings.keep_text_days or settings.keep_unfolded_days):
            _forget_old(con, settings, done)
        wasted = free_share(con)
    if not done.broken:
        _give_back(settings, done, wasted)
        done.refolds = [
            refold(settings, threshold=threshold, dry_run=True)
            for threshold in (
                None,
                max(MODEL.floor, MODEL.threshold - _NOTCH),
                min(1.0, MODEL.threshold + _NOTCH),
            )
        ]
        publish_beyond_alone(settings, "newsfold maintain")
    write_metrics(settings)
    return done


def _mend_published(con: DuckDBPyConnection, settings: Settings, done: Maintained) -> list[CheckResult]:
    """Look at the published file; a damaged one is written anew, since a copy of it would carry the damage on."""
    found = examine_published(settings.home)
    if all(each.passes for each in found):
        return found
    done.mended += [each.describe() for each in found]
    replace_published(con, settings.home, now=utc_now(), keep=settings.keep_published)
    return examine_published(settings.home)


def _forget_old(con: DuckDBPyConnection, settings: Settings, done: Maintained) -> None:
    def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
        changed = 0
        if settings.keep_unfolded_days:
            gone = drop_unfolded(con, run_id, older_than=timedelta(days=settings.keep_unfolded_days), now=now)
            done.articles_removed = gone.articles
            left = union(articles_of_stories(con, gone.story_ids), gone.near)
            if len(left):
                decisions = read_decisions(con)
                changed = fold_around(
                    con, settings, decisions, decided=left.tolist(), run_id=run_id, now=now
                ).changed
        if settings.keep_text_days:
            done.texts_dropped = drop_texts(con, older_than=timedelta(days=settings.keep_text_days), now=now)
        message = f"{done.texts_dropped} texts dropped, {done.articles_removed} articles removed"
        return None, RunOutcome(stories_changed=changed, message=message)

    was_owed = is_scrub_owed(settings.home)
    with scrub_recorded(settings.home):
        record_run(con, settings, "maintain", work, is_published=False)
    if not (was_owed or done.texts_dropped or done.articles_removed):
        clear_scrub_record(settings.home)


def _give_back(settings: Settings, done: Maintained, wasted: float) -> None:
    """Rewrite the files when texts have to leave their bytes, or when much of the working file is empty."""
    done.bytes_before = done.bytes_after = working_path(settings.home).stat().st_size
    if done.texts_dropped or done.articles_removed or is_scrub_owed(settings.home):
        scrub(settings.home, now=utc_now(), wait_seconds=settings.wait_seconds)
    elif wasted >= _FREE_SHARE:
        compact(settings.home, wait_seconds=settings.wait_seconds)
    done.bytes_after = working_path(settings.home).stat().st_size
