"""`newsfold move`: a person puts an article into another story."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.command("move")
@click.argument("article")
@click.argument("story")
@decision_options
def command(article: str, story: str, **options: Any) -> None:
    """Put ARTICLE into STORY, with the copies of its text; the rest of its former story stays together.

    It is written as links and separations of pairs, which `newsfold decisions revoke` takes back together.

    \f
    Reports like `run_decision`; raises what `move_split_merge.move` raises.
    """
    from flows.operations.move_split_merge import move

    run_decision(move, article, story, **options)
