"""Read the files of rejected documents again, as after a fix or with more time: what was loaded stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.pipeline import OnProgress, fold_files, ignore_progress
from flows.refusals import RefusedError
from flows.report import RunReport
from warehouse.connection import open_working, transaction, working_path
from warehouse.errors import NotPublished
from warehouse.retrying import forget_files, rejected_places

if TYPE_CHECKING:
    from flows.engine import Engine
    from flows.settings import Settings


def retry(
    settings: Settings,
    reasons: Sequence[str] = (),
    *,
    on_progress: OnProgress = ignore_progress,
    engine: Engine | None = None,
) -> RunReport:
    """Forget the files of documents rejected for these reasons (for any when none), and fold them now.

    Raises RefusedError when there are none, or their files are gone; else as `fold_files`.
    """
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet: run `newsfold ingest` first")
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold retry") as con:
        places = rejected_places(con, reasons)
        if not places:
            raise RefusedError("no document is rejected" + (f" for {', '.join(reasons)}" if reasons else ""))
        files = sorted({file for place in places if (file := _file_of(place)) is not None})
        if not files:
            raise RefusedError(
                f"the files of {len(places)} rejected documents are gone, {places[0]} among them"
            )
        with transaction(con):
            forget_files(con, [str(file) for file in files])
    return fold_files(files, settings, on_progress=on_progress, engine=engine)


def _file_of(place: str) -> Path | None:
    """Return the file that a document lies in: the longest beginning of its place, up to a mark, that is one."""
    for end in _ends(place):
        path = Path(place[:end])
        if path.is_file():
            return path
    return None


def _ends(place: str) -> Iterable[int]:
    yield len(place)
    for position in range(len(place) - 1, 0, -1):
        if place[position] in "!#":
            yield position
