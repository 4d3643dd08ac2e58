"""What is abnormal about a run: limits of newsfold.toml, and input of which nothing at all could be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.types import Disposition, Reason
from warehouse.errors import KEPT, ExitCode, NewsfoldError

if TYPE_CHECKING:
    from flows.run_report import RunReport
    from flows.settings.settings import Settings

# New documents from which on a run of which every one is rejected fails: a few files that are no news are everyday.
FEWEST_FOR_ALL_REJECTED = 10


class QualityError(NewsfoldError):
    """A run finished, and its result is abnormal by the limits of the settings; the message names the limit crossed."""

    exit_code = ExitCode.DAMAGED
    meaning = f"Everything was recorded. {KEPT}"
    advice = "see `newsfold runs` and `newsfold doctor`; after a fix `newsfold retry` reads rejected documents again"


class AllCrashedError(NewsfoldError):
    """Every document crashed its cleaning: the installation is broken, not the input."""

    exit_code = ExitCode.MACHINE
    meaning = "A library is missing or does not fit: the documents are recorded as rejected."
    advice = "see `newsfold doctor`; install newsfold again, then `newsfold retry --reason crashed`"


def breaches(report: RunReport, settings: Settings) -> list[str]:
    """Return in words which limits of the settings the new documents of a run cross; empty without new documents.

    The limits are `most_rejected_ratio`, `least_articles` and `least_stories`; a document that is unchanged is not new.
    """
    new = _new_documents(report)
    if not new:
        return []
    rejected = report.dispositions[Disposition.REJECTED]
    found = []
    if rejected > settings.most_rejected_ratio * new:
        found.append(
            f"{rejected:,} of {new:,} new documents were rejected, more than {settings.most_rejected_ratio:.0%}"
        )
    articles = report.articles_new + report.articles_changed
    if articles < settings.least_articles:
        found.append(f"{articles:,} articles came in, fewer than {settings.least_articles:,}")
    stories = report.stories_new + report.stories_changed
    if stories < settings.least_stories:
        found.append(f"{stories:,} stories are new or changed, fewer than {settings.least_stories:,}")
    return found


def enforce_quality(report: RunReport, settings: Settings) -> list[str]:
    """Return in words the limits that a run crosses (`breaches`); under the setting `strict` raise QualityError.

    Raises QualityError also when 10 or more new documents were all rejected, AllCrashedError when all new ones crashed
    their cleaning.
    """
    new, rejected = _new_documents(report), report.dispositions[Disposition.REJECTED]
    reasons = ", ".join(f"{count:,} {name}" for name, count in report.reasons.most_common(3))
    if new and report.reasons[Reason.CRASHED] == rejected == new:
        raise AllCrashedError(f"all {new:,} new documents crashed while they were read or cleaned")
    if new >= FEWEST_FOR_ALL_REJECTED and rejected == new:
        raise QualityError(f"all {new:,} new documents were rejected ({reasons})")
    found = breaches(report, settings)
    if found and settings.strict:
        raise QualityError("; ".join(found))
    return found


def _new_documents(report: RunReport) -> int:
    return report.documents - report.dispositions[Disposition.UNCHANGED]
