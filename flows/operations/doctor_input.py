"""Inspect what a run needs: files that come in, and a cleaning that works."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.operations.doctor_findings import Finding, Health, in_hours, ok
from flows.recorded_run import utc_now

if TYPE_CHECKING:
    from flows.settings.settings import Settings

_MOST_FILES = 100_000  # an inbox that is never emptied: what is beyond is not examined
_PAGE = (
    "<html lang=en><head><title>Harbour opens</title></head><body><article><h1>Harbour opens</h1>"
    + "<p>The harbour of Port Ellery opened on Tuesday after two years of work, the council said.</p>" * 5
    + "</article></body></html>"
)


def inspect_inbox(settings: Settings) -> Iterator[Finding]:
    """Yield one finding: whether the inbox is there, can be read, and still gets files; a bucket is not asked.

    A missing folder, or a newest file older than `quiet_hours` (0: never), is a warning, one that cannot be read a
    failure, an empty one in order. Files are counted in folders below it too, up to 100,000.
    """
    inbox = settings.inbox
    if not isinstance(inbox, Path):
        yield ok("inbox", f"{inbox} is in a store, which the next run asks")
        return
    if not inbox.is_dir():
        yield Finding(
            health=Health.WARN,
            what="inbox",
            detail=f"{inbox} is not a folder",
            advice="scheduled runs read it: create it, or set `inbox`",
        )
        return
    if not os.access(inbox, os.R_OK | os.X_OK):
        yield Finding(
            health=Health.FAIL,
            what="inbox",
            detail=f"{inbox} cannot be read",
            advice="give the user who runs newsfold the right to",
        )
        return
    count, newest = _newest_file(inbox)
    if not count:
        yield ok("inbox", f"{inbox} is empty")
        return
    age = timedelta(seconds=max(0.0, time.time() - newest))
    more = " or more" if count >= _MOST_FILES else ""
    detail = f"{inbox}: {count:,} files{more}, the newest {in_hours(age)} old"
    if settings.quiet_hours and age > timedelta(hours=settings.quiet_hours):
        yield Finding(health=Health.WARN, what="inbox", detail=detail, advice="does anything still deliver?")
    else:
        yield ok("inbox", detail)


def _newest_file(inbox: Path) -> tuple[int, float]:
    """Return how many files there are, at most so many, and when the newest changed."""
    count, newest = 0, 0.0
    for folder, _, names in os.walk(inbox):
        for name in names:
            try:
                newest = max(newest, os.lstat(os.path.join(folder, name)).st_mtime)  # noqa: PTH118 - plain text: many files
            except OSError:
                continue  # it went meanwhile
            count += 1
            if count >= _MOST_FILES:
                return count, newest
    return count, newest


def inspect_cleaning(settings: Settings) -> Iterator[Finding]:
    """Yield one finding: whether a built-in page is cleaned to an article in this process; any error is a failure."""
    broken = Finding(
        health=Health.FAIL,
        what="cleaning",
        detail="a built-in page did not come out as an article",
        advice="install newsfold again, from requirements.txt",
    )
    try:
        from transforms.cleaning.clean import clean
        from transforms.readers import read
        from transforms.readers.read_options import ReadOptions
        from transforms.types import Article, RawDocument

        (document,) = read(io.BytesIO(_PAGE.encode()), "built-in.html", ReadOptions())
        article = clean(document, now=utc_now()) if isinstance(document, RawDocument) else document
    except Exception as error:  # noqa: BLE001 - whatever a library raises is the finding
        yield Finding(
            health=Health.FAIL,
            what="cleaning",
            detail=f"a built-in page ended in {type(error).__name__}: {error}",
            advice=broken.advice,
        )
        return
    is_right = isinstance(article, Article) and "Port Ellery" in article.text
    yield ok("cleaning", "a built-in page comes out as an article") if is_right else broken
