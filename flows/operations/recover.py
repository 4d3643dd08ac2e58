"""Get over a damaged working file: from the last published file, then from the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.fold.refold import RefoldReport, fold_everything
from flows.pipeline import fold_files
from flows.recorded_run import record_run, utc_now
from flows.run_report import RunReport
from transforms.stories.story_model import MODEL
from warehouse.connection import open_working
from warehouse.object_store import Place
from warehouse.recovery import recover as recover_tables
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from flows.engine.protocol import Engine
    from flows.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The result of a recovery: where the damaged file was moved to, what was folded again, the run over the inputs."""

    aside: Path
    refolded: RefoldReport
    ingested: RunReport | None


def recover(settings: Settings, inputs: Sequence[Place] = (), *, engine: Engine | None = None) -> Recovered:
    """Rebuild the working file from the newest readable published file, fold all of it again, then fold the inputs.

    The old file is set aside in the home. Decisions and marks of erased articles are restored as published; anything
    later comes back from `inputs` alone, which are all read again, since no file counts as read any more. Without
    inputs nothing is ingested. `engine` cleans them; None means the one that the setting `engine` names. Raises
    NotPublished when no published file can be read, and nothing was moved then; Busy; for the inputs the errors of
    `fold_files`, and the rebuilt file stays.
    """
    aside = recover_tables(settings.home, now=utc_now(), wait_seconds=settings.wait_seconds)
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold recover") as con:
        report = RefoldReport(threshold=MODEL.threshold, is_dry_run=False)

        def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
            folded = fold_everything(con, settings, report, run_id=run_id, now=now)
            return None, RunOutcome(
                stories_new=folded.new, stories_changed=folded.changed, message=report.describe()
            )

        report.run_id, _ = record_run(con, settings, "recover", work)
    ingested = fold_files(inputs, settings, engine=engine) if inputs else None
    return Recovered(aside=aside, refolded=report, ingested=ingested)
