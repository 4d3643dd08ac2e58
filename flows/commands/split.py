"""`newsfold split`: a person makes a story of its own of some articles of a story."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.command("split")
@click.argument("story")
@click.argument("articles", nargs=-1, required=True)
@decision_options
def command(story: str, articles: tuple[str, ...], **options: Any) -> None:
    """Make a story of its own of ARTICLES of STORY, with the copies of their texts; the rest stays together.

    It is written as links and separations of pairs, which `newsfold decisions revoke` takes back together.

    \f
    Reports like `run_decision`; raises what `move_split_merge.split` raises.
    """
    from flows.operations.move_split_merge import split

    run_decision(split, story, articles, **options)
