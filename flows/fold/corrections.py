"""What people corrected of articles, put in the place of what the source had: decisions in, changed articles out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from flows.fold.copies import as_ids
from transforms.cleaning.stated_times import read_time
from transforms.types import Precision, Timestamp
from warehouse import corrections
from warehouse.folding_tables import Ids

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A change of these changes what an article is compared by; the name of its outlet does not.
_COMPARED = frozenset({"title", "published", "kind"})
# A corrected time was accepted when it was decided: later runs do not ask again whether it lies in the future.
_ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)
_COLUMNS = pa.schema(
    [
        ("article_id", pa.uint64()),
        ("fields", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("title", "publisher", "kind", "published_precision")),
        *((name, pa.string()) for name in ("published_zone", "published_text")),
        *((name, pa.timestamp("us")) for name in ("published_at", "published_from", "published_until")),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Articles with a changed correction: those to compare anew, and those whose evidence stays."""

    compared: Ids  # that have to be compared anew
    renamed: Ids  # of which only the outlet changed, or whose text is gone, so that their evidence stays


def correct_stored(con: DuckDBPyConnection, *, run_id: str, now: datetime) -> Corrected:
    """Apply all corrections that nobody revoked to the stored articles, in the caller's transaction.

    A field without a correction gets back what the source had. Returns the articles of which a corrected field or its
    value changed, ascending, and marks them as changed by this run; empty arrays for none. `now` is naive UTC.
    """
    before = _values(con)
    restore_and_correct(con, None)
    after = _values(con)
    compared: list[int] = []
    renamed: list[int] = []
    for article in sorted(before.keys() | after.keys()):
        old, new = before.get(article, {}), after.get(article, {})
        fields = {field for field in old.keys() | new.keys() if old.get(field) != new.get(field)} - {""}
        is_emptied = bool(old.get("") or new.get(""))
        if fields:
            (renamed if is_emptied or not fields & _COMPARED else compared).append(article)
    corrections.mark_changed(con, as_ids([*compared, *renamed]), run_id=run_id, now=now)
    return Corrected(compared=as_ids(compared), renamed=as_ids(renamed))


def restore_and_correct(con: DuckDBPyConnection, ids: Ids | None) -> None:
    """Restore what the source had in the fields of articles, then apply the corrections that nobody revoked.

    `ids` None means all articles; ids that do not exist are ignored. Of several corrections of one field the last made
    counts. Writes to articles and article_originals, in the caller's transaction.
    """
    corrections.restore_originals(con, ids)
    decided = corrections.corrections_in_force(con)
    if not decided:
        return
    own: dict[int, dict[str, str]] = {}
    for one in decided:
        if one["relation"] == "correct":
            own.setdefault(one["article_id"], {})[one["field"]] = one["value"]
    renamed = {one["field"] for one in decided if one["relation"] == "rename_outlet"}
    rows = [
        row
        for found in corrections.articles_to_correct(con, ids, corrected=own, renamed=renamed)
        if (row := _row(found["article_id"], found["publisher"], own, decided))["fields"]
    ]
    if rows:
        corrections.replace_fields(con, pa.Table.from_pylist(rows, schema=_COLUMNS))


def read_corrected_time(text: str, *, now: datetime) -> Timestamp | None:
    """Read a time as a person typed it; "" means that the article is undated.

    Returns a Timestamp with `at`. For "" it has no `at` and the source "correction"; for a refused time it has no `at`
    and a source with the reason ("correction:future"). Returns None for a text that states no time. `now` is aware, or
    UTC.
    """
    return Timestamp(source="correction") if not text else read_time(text, now=now, source="correction")


def outlet_name(stated: str | None, article: int, decided: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the name of an article's outlet after all corrections of it.

    `stated` is the name in the source, None for none. `decided` are rows of `corrections_in_force`, applied in order:
    "rename_outlet" where the name so far is exactly its `field`, "correct" of the field publisher where its article_id
    is `article`.
    """
    name = stated
    for one in decided:
        if one["relation"] == "rename_outlet":
            name = one["value"] if name == one["field"] else name
        elif one["field"] == "publisher" and one["article_id"] == article:
            name = one["value"]
    return name


def _row(
    article: int,
    publisher: str | None,
    own: Mapping[int, Mapping[str, str]],
    decided: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    values = own.get(article, {})
    name = outlet_name(publisher, article, decided)
    fields = {*values} | ({"publisher"} if name != publisher else set())
    row = {"article_id": article, "fields": sorted(fields), "publisher": name}
    row |= {field: values.get(field) for field in ("title", "kind")}
    if "published" in values:
        found = read_corrected_time(values["published"], now=_ANY_TIME) or Timestamp()
        row |= {
            "published_at": found.at,
            "published_precision": str(found.precision if found.at else Precision.NONE),
            "published_zone": found.zone,
            "published_text": found.text,
            "published_from": found.earliest,
            "published_until": found.latest,
        }
    return row


def _values(con: DuckDBPyConnection) -> dict[int, dict[str, Any]]:
    """Return the corrected fields of each corrected article; under "" whether its text is gone."""
    found = {}
    for row in corrections.corrected_articles(con):
        published = (row["published_at"], row["published_precision"], row["published_zone"])
        values = {field: published if field == "published" else row[field] for field in row["fields"]}
        found[row["article_id"]] = values | {"": row["is_emptied"]}
    return found
