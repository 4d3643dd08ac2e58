"""The ledger of runs: begin, finish, fail, and the truth about those that died."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.locks import process_start

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What a run reports at its end: counts of this run alone; `finish_run` counts copy groups and all totals itself.

    `dispositions` and `reasons` count documents by name, `stage_seconds` has the seconds of each stage.
    """

    files: int = 0
    documents: int = 0
    dispositions: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    stories_new: int = 0
    stories_changed: int = 0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    message: str | None = None


def new_run_id(now: datetime) -> str:
    """Return an id that sorts by time: `now` (UTC) to the second, and four random hexadecimal digits.

    Two ids of one second differ but for one case in 65,536, and have no order.
    """
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def begin_run(
    con: DuckDBPyConnection,
    *,
    command: str,
    settings: Mapping[str, object],
    versions: Mapping[str, str],
    now: datetime,
) -> str:
    """Record that a run of this process began, and return its id.

    Call it outside a transaction: then it is committed at once, so that a crash leaves a trace. `settings` and
    `versions` are stored as JSON, `now` is naive, in UTC. A process does one run at a time: an earlier run of this
    process that still counts as running could not record its end, and is marked as failed.
    """
    con.execute(
        "UPDATE runs SET status = 'failed', finished_at = ?, message = 'no room was left to say why' "
        "WHERE status = 'running' AND pid = ? AND process_started IS NOT DISTINCT FROM ? AND host = ?",
        [now, os.getpid(), process_start(os.getpid()), socket.gethostname()],
    )
    run_id = new_run_id(now)
    con.execute(
        "INSERT INTO runs (run_id, started_at, status, pid, process_started, host, command, settings, versions) "
        "VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?)",
        [
            run_id,
            now,
            os.getpid(),
            process_start(os.getpid()),
            socket.gethostname(),
            command,
            json.dumps(settings, default=str),
            json.dumps(versions),
        ],
    )
    return run_id


def finish_run(con: DuckDBPyConnection, run_id: str, outcome: RunOutcome, *, now: datetime) -> None:
    """Record that a run is done, inside the transaction of its last load, so that both or neither are stored.

    Totals are counted from the tables; new copy groups are the difference to the total of the last finished run, at
    least 0; new articles are the disposition `loaded`; all else is stored as in `outcome`. An unknown run_id changes
    nothing. `now` is naive UTC.
    """
    con.execute(
        """
        WITH total AS (
            SELECT (SELECT count(*) FROM articles) AS articles,
                   (SELECT count(*) FROM copy_members WHERE is_representative) AS copy_groups,
                   (SELECT count(*) FROM stories) AS stories
        ), before AS (
            SELECT max_by(copy_groups_total, run_id) AS copy_groups FROM runs WHERE status = 'done'
        )
        UPDATE runs SET
            status = 'done', finished_at = $now, files = $files, documents = $documents,
            dispositions = $dispositions, reasons = $reasons,
            articles_total = total.articles,
            articles_new = $articles_new,
            copy_groups_total = total.copy_groups,
            copy_groups_new = greatest(0, total.copy_groups::HUGEINT - coalesce(before.copy_groups, 0)::HUGEINT),
            stories_total = total.stories,
            stories_new = $stories_new, stories_changed = $stories_changed,
            stage_seconds = $stage_seconds, message = $message
        FROM total, before
        WHERE run_id = $run_id
        """,
        {
            "now": now,
            "run_id": run_id,
            "files": outcome.files,
            "documents": outcome.documents,
            "dispositions": _pairs(outcome.dispositions),
            "reasons": _pairs(outcome.reasons),
            "articles_new": outcome.dispositions.get("loaded", 0),
            "stories_new": outcome.stories_new,
            "stories_changed": outcome.stories_changed,
            "stage_seconds": _pairs(outcome.stage_seconds),
            "message": outcome.message,
        },
    )


def fail_run(con: DuckDBPyConnection, run_id: str, message: str, *, now: datetime) -> None:
    """Record that a run failed, and why, whatever its status was; an unknown run_id changes nothing.

    `now`, naive in UTC, is recorded as its end. Commits at once outside a transaction.
    """
    con.execute(
        "UPDATE runs SET status = 'failed', finished_at = ?, message = ? WHERE run_id = ?",
        [now, message, run_id],
    )


def note_message(con: DuckDBPyConnection, run_id: str, message: str) -> None:
    """Append to the message of a run, after `; ` where it has one; an unknown run_id changes nothing."""
    con.execute("UPDATE runs SET message = concat_ws('; ', message, ?) WHERE run_id = ?", [message, run_id])


def close_abandoned_runs(con: DuckDBPyConnection, *, now: datetime) -> list[str]:
    """Mark runs of other processes that still count as running as crashed, and return their ids, ascending.

    Call it with the home held and before `begin_run`: a run holds the home from before its record to after its end, so
    whoever holds it now knows that every other one has ended, wherever it ran. What they committed stays. Their end is
    the time when they recorded their last document, else their start; `now` (UTC) goes into the message. Commits at
    once outside a transaction.
    """
    gone = [
        run_id
        for (run_id,) in con.execute(
            "SELECT run_id FROM runs WHERE status = 'running' "
            "AND NOT (pid = ? AND process_started IS NOT DISTINCT FROM ? AND host = ?) ORDER BY run_id",
            [os.getpid(), process_start(os.getpid()), socket.gethostname()],
        ).fetchall()
    ]
    if gone:
        con.execute(
            # its end is the last that it is known to have done: nobody knows how long it was dead
            "UPDATE runs SET status = 'crashed', message = 'its process ended without a word; closed ' || ?, "
            "finished_at = coalesce((SELECT max(seen_at) FROM documents d WHERE d.run_id = runs.run_id), started_at) "
            "WHERE list_contains(?, run_id)",
            [f"{now:%Y-%m-%d %H:%M:%S}", gone],
        )
    return gone


def _pairs(values: Mapping[str, int] | Mapping[str, float]) -> dict[str, list[object]] | None:
    """Shape a mapping as DuckDB's MAP parameter; an empty one stays an empty map."""
    return {"key": list(values.keys()), "value": list(values.values())}
