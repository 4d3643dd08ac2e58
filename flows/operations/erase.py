"""Erase articles for good: out of the tables, out of their stories, out of every byte of the home."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.fold.decisions_in_force import read_decisions
from flows.fold.erased_copies import remember_erased
from flows.fold.refold import fold_around
from flows.operations.decision_steps import login_name
from flows.operations.home_files import files_of_others
from flows.operations.watch_delivery import rewrite_feeds
from flows.recorded_run import publish_beyond_alone, record_run, utc_now
from transforms.kernel.sorted_sets import union
from warehouse.compaction import is_scrub_owed, scrub, scrub_recorded
from warehouse.connection import open_working, working_path
from warehouse.erase import Copy, erase_articles, find_copies, find_erasable, titles_of
from warehouse.errors import DiskFull, NotPublished
from warehouse.refold_queries import articles_of_stories
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flows.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased: counts, headlines, copies that stay, and files of the home that newsfold did not make.

    `run_id` is None when the person did not agree; `publisher` is the key where it named a publisher.
    """

    articles: int
    documents: int
    stories_changed: int
    publisher: str | None
    run_id: str | None
    copies: tuple[Copy, ...] = ()  # with the same text, which stay
    titles: tuple[str, ...] = ()  # the headlines that were erased
    not_reached: tuple[str, ...] = ()  # files of the home that newsfold did not make


@contextmanager
def _reported_remains(home: Path) -> Iterator[None]:
    """Add to the error of a full disk whether the tables were reached; if so, only files are left to be rewritten."""
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
    with_copies: Callable[[Sequence[Copy]], bool] = lambda copies: False,
) -> Erased:
    """Erase the articles that a key names from every table and file of the home, fold their stories again, publish.

    `key` is the whole id, an external id or a URL of an article, or else the name of a publisher, capitals or not: all
    of its articles. Hashes stay, so that they do not come back. `agreed(articles, is_publisher)` is called first with
    the number of articles, and False ends it; where other articles are copies of the same text, `with_copies(copies)`
    returns whether they are erased too.

    Raises UnknownArticle when the key names nothing, NotPublished where the home has no warehouse, Busy, and DiskFull,
    whose message says whether the tables were reached.
    """
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet")
    with _reported_remains(settings.home):
        return _erase(settings, key, why=why, by=by, agreed=agreed, with_copies=with_copies)


def _erase(
    settings: Settings,
    key: str,
    *,
    why: str | None,
    by: str | None,
    agreed: Callable[[int, bool], bool],
    with_copies: Callable[[Sequence[Copy]], bool],
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
        copies = find_copies(con, ids)
        if copies and with_copies(copies):
            ids = union(ids, np.array([int(each.article_id, 16) for each in copies], np.uint64))
            copies = []
        titles = titles_of(con, ids)

        def work(run_id: str, now: datetime) -> tuple[tuple[int, int, int], RunOutcome]:
            remember_erased(con, ids)
            gone = erase_articles(
                con, run_id, ids, by=by or login_name(), why=why, now=now, publisher=publisher
            )
            left = union(articles_of_stories(con, gone.story_ids), gone.near)
            folded = fold_around(
                con, settings, read_decisions(con), decided=left.tolist(), run_id=run_id, now=now
            )
            outcome = RunOutcome(
                documents=gone.documents,
                dispositions={"erased": gone.documents} if gone.documents else {},
                stories_new=folded.new,
                stories_changed=folded.changed,
            )
            return (gone.articles, gone.documents, folded.changed), outcome

        with scrub_recorded(settings.home):
            run_id, (articles, documents, changed) = record_run(
                con, settings, "erase", work, is_published=False
            )
    scrub(settings.home, now=utc_now(), wait_seconds=settings.wait_seconds)
    publish_beyond_alone(settings, "newsfold erase")
    rewrite_feeds(settings.home)
    return Erased(
        articles=articles,
        documents=documents,
        stories_changed=changed,
        publisher=publisher,
        run_id=run_id,
        copies=tuple(copies),
        titles=tuple(titles),
        not_reached=tuple(str(path) for path in files_of_others(settings.home)),
    )
