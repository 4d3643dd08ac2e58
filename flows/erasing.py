"""Erase articles for good: out of the tables, out of their stories, out of every byte of the home."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.decisions import read_decisions
from flows.overruling import login_name
from flows.recording import record_run, utc_now
from flows.refolding import fold_around
from warehouse.compaction import is_scrub_owed, owing_scrub, scrub
from warehouse.connection import open_working, working_path
from warehouse.erase import erase_articles, find_erasable
from warehouse.errors import DiskFull, NotPublished
from warehouse.refolding import articles_of_stories
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flows.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased. `run_id` is None when the person said no."""

    articles: int
    documents: int
    stories_changed: int
    publisher: str | None
    run_id: str | None


@contextmanager
def _told_what_is_left(home: Path) -> Iterator[None]:
    """Say of a full disk whether the tables were reached: then only the files are left to be written anew."""
    try:
        yield
    except DiskFull as error:
        if not is_scrub_owed(home):
            raise
        raise DiskFull(
            "erased from every table, but the disk is too full to write the files anew, which still hold the bytes: "
            "make room and run `newsfold maintain`"
        ) from error


def erase(
    settings: Settings,
    key: str,
    *,
    why: str | None = None,
    by: str | None = None,
    agreed: Callable[[int, bool], bool] = lambda articles, is_publisher: True,
) -> Erased:
    """Erase the article with this id, external id or URL, or all of a publisher; its stories are told anew.

    A hash stays, so that it does not come back. `agreed(articles, is_publisher)` is asked first. Raises UnknownArticle.
    """
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet: run `newsfold ingest` first")
    with _told_what_is_left(settings.home):
        return _erase(settings, key, why=why, by=by, agreed=agreed)


def _erase(
    settings: Settings, key: str, *, why: str | None, by: str | None, agreed: Callable[[int, bool], bool]
) -> Erased:
    if is_scrub_owed(settings.home):
        scrub(
            settings.home, now=utc_now(), wait_seconds=settings.wait_seconds
        )  # an earlier one could not end
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold erase") as con:
        ids, is_publisher = find_erasable(con, key)
        publisher = key.strip() if is_publisher else None
        if not agreed(len(ids), is_publisher):
            return Erased(articles=0, documents=0, stories_changed=0, publisher=publisher, run_id=None)

        def work(run_id: str, now: datetime) -> tuple[tuple[int, int, int], RunOutcome]:
            gone = erase_articles(
                con, run_id, ids, by=by or login_name(), why=why, now=now, publisher=publisher
            )
            left = np.union1d(articles_of_stories(con, gone.story_ids), gone.near)
            told = fold_around(
                con, settings, read_decisions(con), decided=left.tolist(), run_id=run_id, now=now
            )
            outcome = RunOutcome(
                documents=gone.documents,
                dispositions={"erased": gone.documents} if gone.documents else {},
                stories_new=told.new,
                stories_changed=told.changed,
            )
            return (gone.articles, gone.documents, told.changed), outcome

        with owing_scrub(settings.home):
            run_id, (articles, documents, changed) = record_run(
                con, settings, "erase", work, is_published=False
            )
    scrub(settings.home, now=utc_now(), wait_seconds=settings.wait_seconds)
    return Erased(
        articles=articles, documents=documents, stories_changed=changed, publisher=publisher, run_id=run_id
    )
