"""`newsfold overrides`: what people decided, and the way to take it back."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands.options import by_option, home_option, json_option, overrule, settings_from, told_errors


@click.group("overrides", invoke_without_command=True)
@home_option
@json_option
@click.option("--all", "with_revoked", is_flag=True, help="Also those that were taken back.")
@click.pass_context
def command(ctx: click.Context, home: Path | None, as_json: bool, with_revoked: bool) -> None:
    """List what people decided: who, when and why, the latest first."""
    ctx.obj = home
    if ctx.invoked_subcommand is not None:
        return
    from flows.overruling import list_overrides
    from flows.terminal import make_console, make_table, safe
    from warehouse.overrides import as_record

    with told_errors():
        found = list_overrides(settings_from(home=home), with_revoked=with_revoked)
    records = [as_record(one) for one in found]
    if as_json:
        for record in records:
            click.echo(json.dumps(record, default=str, ensure_ascii=False))
        return
    table = make_table("override", "decision", "article", "other", "by", "when", "taken back", "why")
    for one, record in zip(found, records, strict=True):
        back = f"{safe(one.revoked_at)} by {safe(one.revoked_by)}" if one.revoked_at else ""
        table.add_row(
            safe(record["override_id"]),
            one.relation,
            f"{record['article_a']} {safe(one.title_a or 'erased')[:40]}",
            safe(record["story_id"])
            if one.article_b is None
            else f"{record['article_b']} {safe(one.title_b or 'erased')[:40]}",
            safe(one.made_by),
            safe(one.made_at),
            back,
            safe(one.why),
        )
    make_console().print(table)


@command.command("revoke")
@click.argument("override")
@by_option
@home_option
@json_option
@click.pass_obj
def revoke_command(
    outer: Path | None, override: str, by: str | None, home: Path | None, as_json: bool
) -> None:
    """Take OVERRIDE back (its id or the beginning of it): the scores decide again."""
    from flows.overruling import revoke

    overrule(home or outer, as_json, lambda settings: revoke(settings, override, by=by))
