"""`newsfold merge`: make two stories one by a decision of a person, or join homes that were folded apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.options import decision_options, run_decision, settings_from


@click.command("merge")
@click.argument("what", nargs=-1, required=True, metavar="STORY OTHER | HOME...")
@decision_options
def command(what: tuple[str, ...], home: Path | None, as_json: bool, **how: Any) -> None:
    """Make STORY and OTHER one story, with all their articles.

    It is written as links of pairs, which `newsfold decisions revoke` takes back together.

    Given two or more folders with a warehouse, join these homes into the new one of --home, and publish it.

    \f
    Reports like `run_decision`; raises what `move_split_merge.merge` or `join_homes` raises.
    """
    if all(Path(one).is_dir() for one in what):
        _join([Path(one) for one in what], home, as_json=as_json)
        return
    if len(what) != 2:
        raise click.UsageError("two stories, or the folders of homes")
    from flows.operations.move_split_merge import merge

    run_decision(merge, *what, home=home, as_json=as_json, **how)


def _join(homes: list[Path], home: Path | None, *, as_json: bool) -> None:
    import json

    from flows.operations.join_homes import join_homes

    if home is None or len(homes) < 2:
        raise click.UsageError("homes are joined, two or more, into a new one: --home NEW")
    joined = join_homes(settings_from(home=home), homes)
    if as_json:
        click.echo(
            json.dumps({"run_id": joined.run_id, "homes": joined.homes, "refolded": joined.refolded or None})
        )
    else:
        click.echo(joined.describe(), err=True)
