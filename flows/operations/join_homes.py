"""Join homes that were folded apart: as they are where nothing can cross between them, else folded again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import InvalidRequestError
from flows.fold.refold import RefoldReport, fold_everything
from flows.recorded_run import record_run
from transforms.stories.story_model import MODEL
from warehouse import home_joining
from warehouse.commit_manifest import MANIFEST_NAME
from warehouse.connection import open_working, transaction, working_path
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The result of joining homes: their number, the run, and why everything was folded again ("" if it was not)."""

    run_id: str
    homes: int
    refolded: str = ""  # the reason; empty where the homes have no language in common

    def describe(self) -> str:
        """Return the result as one line of text."""
        how = f"folded again: {self.refolded}" if self.refolded else "as they are: no language in common"
        return f"{self.homes} homes joined, {how}"


def join_homes(settings: Settings, homes: Sequence[Path]) -> Joined:
    """Join homes into a new one, that of the settings, and publish it; the joined homes keep their rows.

    Stories, copies and threads never cross from one language to another, so homes without a common language are put
    together row by row, with their ids, decisions and ledgers. Homes with a common one (months of one stream), or
    folded with other models, keep their ids and decisions, and everything is compared and grouped again. The joined
    homes are brought to the schema of this version.

    Raises InvalidRequestError when the new home holds a warehouse already, OverlappingHomesError for homes that share a
    file, an article or an identity, ErasedElsewhereError where one has what was erased in another, NoHomeError for one
    without a working file, Busy. Each home is committed on its own; after an error the working file of the new home is
    deleted, so that the next try begins anew. A killed process leaves it, and it has to be deleted.
    """
    if working_path(settings.home).exists():
        raise InvalidRequestError(
            f"{settings.home} holds a warehouse already; homes are joined into a new one"
        )
    _bring_to_schema(settings, homes)
    is_begun = False
    try:
        with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold merge") as con:
            is_begun = True
            reason = ""
            for home in homes:
                with home_joining.other_home(con, home, wait_seconds=settings.wait_seconds), transaction(con):
                    reason = _add(con, home) or reason
            run_id = _close(con, settings, reason)
    except BaseException:
        if is_begun:  # else another process may have made it
            _unmake(settings.home)
        raise
    return Joined(run_id=run_id, homes=len(homes), refolded=reason)


def _bring_to_schema(settings: Settings, homes: Sequence[Path]) -> None:
    """Open each once, which brings it to the schema of this version and folds a log into its file.

    Looks first whether each has a warehouse and stands there once: before any is changed, or the first is joined.
    """
    for home in homes:
        if not working_path(home).exists():
            raise home_joining.NoHomeError(home)
    if twice := next((home for home, count in Counter(map(Path.resolve, homes)).items() if count > 1), None):
        raise InvalidRequestError(f"{twice} is named twice; a home is joined with others")
    for home in homes:
        with open_working(home, wait_seconds=settings.wait_seconds, purpose="newsfold merge"):
            pass


def _unmake(home: Path) -> None:
    """Delete the working file of a home that was joined in part, with its log and its manifest."""
    path = working_path(home)
    for one in (path, path.with_name(f"{path.name}.wal"), home / MANIFEST_NAME):
        one.unlink(missing_ok=True)


def _add(con: DuckDBPyConnection, home: Path) -> str:
    """Add the attached home; returns why all has to be folded again, empty where it has not."""
    home_joining.refuse_overlap(con, home)
    home_joining.refuse_erased(con, home)
    reason = ""
    if languages := home_joining.shared_languages(con):
        reason = f"articles in {', '.join(languages)} are in several homes"
    elif home_joining.models_differ(con):
        reason = "the homes were folded with different models"
    home_joining.add_rows(con)
    home_joining.add_evidence(con)
    return reason


def _close(con: DuckDBPyConnection, settings: Settings, reason: str) -> str:
    """Record the run that joined them, folding all again where there is a reason; check and publish."""
    report = RefoldReport(threshold=MODEL.threshold, is_dry_run=False)

    def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
        if not reason:
            return None, RunOutcome(message="homes joined as they are")
        home_joining.forget_evidence(con)
        folded = fold_everything(con, settings, report, run_id=run_id, now=now)
        message = f"homes joined, {reason}: {report.describe()}"
        return None, RunOutcome(stories_new=folded.new, stories_changed=folded.changed, message=message)

    run_id, _ = record_run(con, settings, "merge", work)
    return run_id
