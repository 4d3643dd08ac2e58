"""Read the files of rejected documents again, as after a fix or with more time: what was loaded stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import InvalidRequestError
from flows.intake.discover import FoundFile, discover
from flows.intake.known_files import reading_of
from flows.operations.decision_steps import login_name
from flows.pipeline import OnProgress, fold_files, ignore_progress
from flows.recorded_run import utc_now
from flows.run_report import RunReport
from warehouse import tombstones
from warehouse.connection import open_working, transaction, working_path
from warehouse.errors import NotPublished
from warehouse.object_store import Place, is_address, is_object, parse_place
from warehouse.retry_queries import forget_files, mapped_otherwise, rejected_places

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.engine.protocol import Engine
    from flows.settings.settings import Settings


def retry(
    settings: Settings,
    reasons: Sequence[str] = (),
    *,
    let_in: Sequence[str] = (),
    on_progress: OnProgress = ignore_progress,
    engine: Engine | None = None,
) -> RunReport:
    """Mark the files of rejected documents as not read, and fold them now; return the report of that run.

    `reasons` are values of Reason, none means any. `let_in` names documents, by their source_ref, that resemble what
    was erased and are to be loaded all the same; these alone are read then. With the setting `field_map` and neither of
    both, files that were read under another map are among them.

    Raises NotPublished where the home has no warehouse; InvalidRequestError when no document is rejected for these
    reasons, none of the files is there any more, or one of `let_in` is not held back, and nothing is changed then;
    Busy; and the errors of `fold_files` (EngineError, WarehouseError).
    """
    if not working_path(settings.home).exists():
        raise NotPublished(f"there is no warehouse in {settings.home} yet")
    with (
        open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold retry") as con,
        transaction(con),
    ):
        places = _let_in(con, let_in) if let_in else rejected_places(con, reasons)
        if settings.field_map and not reasons and not let_in:
            reading = reading_of(settings.field_map)
            places += [
                row["source_ref"]
                for row in mapped_otherwise(con, reading.field_map)
                if reading.is_map_new(row["source_ref"], row)
            ]
        if not places:
            raise InvalidRequestError(
                "no document is rejected" + (f" for {', '.join(reasons)}" if reasons else "")
            )
        files = sorted({file for place in places if (file := _file_of(place)) is not None}, key=str)
        if not files:
            raise InvalidRequestError(
                f"the files of {len(places)} rejected documents are gone, {places[0]} among them"
            )
        forget_files(con, [str(file) for file in files])
    return fold_files(files, settings, on_progress=on_progress, engine=engine)


def _let_in(con: DuckDBPyConnection, source_refs: Sequence[str]) -> list[str]:
    places = tombstones.let_in(con, source_refs, by=login_name(), now=utc_now())
    if missing := sorted(set(source_refs) - set(places)):
        raise InvalidRequestError(f"{missing[0]} is not held back for resembling what was erased")
    return places


def forget_reading(settings: Settings, paths: Sequence[Place]) -> int:
    """Mark the files under these paths as not read, so that the next run reads them; return how many were known.

    What was loaded from them stays until it is loaded anew, and keeps its ids, decisions and stories. 0 where the home
    has no warehouse. Raises MissingPathError for a path that is not there, Busy.
    """
    if not working_path(settings.home).exists():
        return 0
    found = discover(paths, now=0.0, settle_seconds=0.0, follow_links=settings.follow_links)
    files = [one.source_ref for one in found if isinstance(one, FoundFile)]
    with (
        open_working(
            settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold ingest --again"
        ) as con,
        transaction(con),
    ):
        return forget_files(con, files)


def _file_of(place: str) -> Place | None:
    """Return the file that a document lies in: the longest beginning of its place, up to a mark, that is one."""
    for end in _ends(place):
        if is_address(place):
            address = parse_place(place[:end])
            if is_object(address):
                return address
            continue
        path = Path(place[:end])
        if path.is_file():
            return path
    return None


def _ends(place: str) -> Iterable[int]:
    yield len(place)
    for position in range(len(place) - 1, 0, -1):
        if place[position] in "!#":
            yield position
