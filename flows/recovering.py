"""Get over a damaged working file: from the last published file, then from the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.pipeline import fold_files
from flows.recording import record_run, utc_now
from flows.refolding import RefoldReport, fold_everything
from flows.report import RunReport
from transforms.pairs import THRESHOLD
from warehouse.connection import open_working
from warehouse.recovery import recover as recover_tables
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from flows.engine import Engine
    from flows.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Where the damaged file lies, what was folded again, and what the inputs brought."""

    aside: Path
    refolded: RefoldReport
    ingested: RunReport | None


def recover(settings: Settings, inputs: Sequence[Path] = (), *, engine: Engine | None = None) -> Recovered:
    """Rebuild the working file from the published one, make all evidence anew, and read the inputs for what is missing.

    Raises NotPublished when no published file can be read.
    """
    aside = recover_tables(settings.home, now=utc_now(), wait_seconds=settings.wait_seconds)
    with open_working(settings.home, wait_seconds=settings.wait_seconds, purpose="newsfold recover") as con:
        report = RefoldReport(threshold=THRESHOLD, is_dry_run=False)

        def work(run_id: str, now: datetime) -> tuple[None, RunOutcome]:
            told = fold_everything(con, settings, report, run_id=run_id, now=now)
            return None, RunOutcome(
                stories_new=told.new, stories_changed=told.changed, message=report.describe()
            )

        report.run_id, _ = record_run(con, settings, "recover", work)
    ingested = fold_files(inputs, settings, engine=engine) if inputs else None
    return Recovered(aside=aside, refolded=report, ingested=ingested)
