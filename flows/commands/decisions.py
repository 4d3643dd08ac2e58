"""`newsfold decisions`: list what people decided, and revoke it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import (
    by_option,
    dry_run_option,
    home_option,
    json_option,
    run_decision,
    settings_from,
    why_option,
)

if TYPE_CHECKING:
    from warehouse.decision_records import Decision


@click.group("decisions", invoke_without_command=True)
@home_option
@json_option
@click.option("--all", "with_revoked", is_flag=True, help="Also those that were taken back.")
@click.pass_context
def command(ctx: click.Context, home: Path | None, as_json: bool, with_revoked: bool) -> None:
    """List what people decided: who, when and why, the latest first.

    \f
    Decisions go to stdout, as a table or a JSON object a line. Raises NotPublished.
    """
    ctx.obj = home
    if ctx.invoked_subcommand is not None:
        return
    from flows.operations.link_unlink_pin import list_decisions
    from flows.terminal_output import make_table, print_table, safe
    from warehouse.decision_records import as_record

    found = list_decisions(settings_from(home=home), with_revoked=with_revoked)
    records = [as_record(one) for one in found]
    if as_json:
        for record in records:
            click.echo(json.dumps(record, default=str, ensure_ascii=False))
        return
    table = make_table("decision", "relation", "article", "other", "by", "when", "taken back", "why")
    for one, record in zip(found, records, strict=True):
        back = f"{safe(one.revoked_at)} by {safe(one.revoked_by)}" if one.revoked_at else ""
        back += f": {safe(one.revoked_why)}" if one.revoked_why else ""
        table.add_row(
            safe(record["decision_id"]),
            one.relation,
            *_about(one, record),
            safe(one.made_by),
            safe(one.made_at),
            back,
            safe(one.why),
        )
    print_table(table, drop=("taken back", "when", "by", "other"))


def _about(one: Decision, record: Mapping[str, object]) -> tuple[str, str]:
    """Return what a decision is about, in two cells."""
    from flows.terminal_output import safe

    if one.relation == "rename_outlet":
        return safe(one.field), safe(one.value)
    article = f"{record['article_a']} {safe(one.title_a or 'erased')[:40]}"
    if one.relation == "correct":
        return article, f"{safe(one.field)}: {safe(one.value or 'undated')}"
    if one.article_b is None:
        return article, safe(record["story_id"])
    return article, f"{record['article_b']} {safe(one.title_b or 'erased')[:40]}"


@command.command("revoke")
@click.argument("decision")
@by_option
@why_option
@dry_run_option
@home_option
@json_option
@click.pass_obj
def revoke_command(
    outer: Path | None,
    decision: str,
    by: str | None,
    why: str | None,
    is_dry_run: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Take OVERRIDE back (its id or the beginning of it), with those that the same command made.

    Scores decide again, and corrected fields have what the source had.

    \f
    Reports like `run_decision`; raises what `link_unlink_pin.revoke` raises.
    """
    from flows.operations.link_unlink_pin import revoke

    run_decision(revoke, decision, home=home or outer, as_json=as_json, by=by, why=why, is_dry_run=is_dry_run)
