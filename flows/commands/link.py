"""`newsfold link`: a person decides that two articles are in one story."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.command("link")
@click.argument("article_a")
@click.argument("article_b")
@decision_options
def command(article_a: str, article_b: str, **options: Any) -> None:
    """Put ARTICLE_A and ARTICLE_B into one story, now and in every later run.

    An article is named by its id, the beginning of it, its external id or its URL. `newsfold decisions` lists what
    was decided and takes it back.

    \f
    Reports like `run_decision`; raises what `link_unlink_pin.link` raises.
    """
    from flows.operations.link_unlink_pin import link

    run_decision(link, article_a, article_b, **options)
