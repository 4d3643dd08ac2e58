"""People correct what cleaning found: headline, time, kind and outlet of an article, the name of an outlet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING

from flows.errors import InvalidRequestError
from flows.fold.corrections import read_corrected_time
from flows.operations.decision_steps import (
    DecisionResult,
    carry_out_decisions,
    mark_as_one,
    name_article,
    new_decision,
    open_for_decision,
    shorten,
)
from flows.recorded_run import utc_now
from transforms.text.encoding import tidy_line
from transforms.types import Kind, Precision
from warehouse import corrections, decision_records
from warehouse.errors import NotFound

if TYPE_CHECKING:
    from flows.settings.settings import Settings

FIELDS = ("title", "published", "kind", "publisher")
UNDATED = "none"
_LONGEST = 1000


def correct(
    settings: Settings,
    key: str,
    values: Mapping[str, str],
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Correct fields of an article (`title`, `published`, `kind`, `publisher`), in this and every later run.

    `key` is its id, the beginning of it, its external id or its URL. A title or publisher has 1 to 1,000 characters, a
    kind is a value of Kind, a time a day or an hour as in ISO 8601, or "none" for undated. What the source had is kept;
    the latest correction of a field counts, and one that is in force already is not made again. Without `by` the login
    name is recorded; a dry run is rolled back.

    Raises InvalidRequestError for an unknown field, an invalid value, no field, and when all are in force already;
    NotFound when the key fits no article or several; NotPublished where the home has no warehouse; Busy.
    """
    wanted = {field: _checked(field, value) for field, value in values.items()}
    if not wanted:
        raise InvalidRequestError("nothing to correct: give a headline, a date, a kind or an outlet")
    with open_for_decision(settings, "newsfold correct") as con:
        article = decision_records.find_article(con, key)
        in_force = {
            one.field: one.value
            for one in reversed(decision_records.list_decisions(con))
            if (one.relation, one.article_a) == ("correct", article.article_id)
        }
        made = [
            new_decision("correct", article.article_id, field=field, value=value, why=why, by=by)
            for field, value in wanted.items()
            if in_force.get(field) != value
        ]
        if not made:
            raise InvalidRequestError(f"{name_article(article)} is corrected so already: nothing done")
        said = ", ".join(f"{one.field} “{shorten(one.value or UNDATED)}”" for one in made)
        what = f"{name_article(article)} corrected: {said}"
        return carry_out_decisions(
            con, settings, "correct", mark_as_one(made), what=what, is_dry_run=is_dry_run
        )


def rename_outlet(
    settings: Settings,
    old: str,
    new: str,
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Show all articles of the outlet `old` under the name `new`, in this and every later run.

    `old` is the name as shown, capitals included; `new` has 1 to 1,000 characters. Two outlets renamed to one name
    count as one outlet; independent sources are counted by site as before. Without `by` the login name is recorded; a
    dry run is rolled back.

    Raises NotFound when no article is under `old`, InvalidRequestError when the names are the same or `new` is empty or
    too long; NotPublished where the home has no warehouse; Busy.
    """
    new = _checked("publisher", new)
    if old == new:
        raise InvalidRequestError(f"the outlet is called {old} already: nothing renamed")
    with open_for_decision(settings, "newsfold outlet rename") as con:
        count = corrections.count_articles(con, old)
        if not count:
            raise NotFound(f"no article is under the name {old!r}: give it as it is shown, capitals included")
        made = new_decision("rename_outlet", field=old, value=new, why=why, by=by)
        what = f"outlet “{old}” renamed to “{new}” in {count:,} article{'' if count == 1 else 's'}"
        return carry_out_decisions(con, settings, "outlet rename", [made], what=what, is_dry_run=is_dry_run)


def _checked(field: str, value: str) -> str:
    """Return a value as it is stored; raise InvalidRequestError for one that cannot be."""
    value = tidy_line(value)
    if field not in FIELDS:
        raise InvalidRequestError(f"no field of an article that can be corrected: {field!r}")
    if field == "published":
        return _checked_time(value)
    if not value or len(value) > _LONGEST:
        raise InvalidRequestError(f"a {field} has from 1 to {_LONGEST:,} characters")
    if field == "kind" and value not in {str(kind) for kind in Kind}:
        raise InvalidRequestError(f"no kind is called {value!r}: {', '.join(sorted(map(str, Kind)))}")
    return value


def _checked_time(value: str) -> str:
    if value.lower() == UNDATED:
        return ""
    found = read_corrected_time(value, now=utc_now().replace(tzinfo=UTC)) if value else None
    if found is None or found.at is None or found.precision is Precision.NONE:
        because = (found.source or "").rpartition(":")[2] if found else "not read"
        raise InvalidRequestError(
            f"{value!r} is no time ({because}): give a day as 2026-03-01, an hour as 2026-03-01T10:00+01:00, or none"
        )
    if found.precision is Precision.DAY:
        return f"{found.at:%Y-%m-%d}"
    if found.zone is None:
        return f"{found.at:%Y-%m-%dT%H:%M:%S}"
    return f"{found.at:%Y-%m-%dT%H:%M:%S}Z"
