"""`newsfold unlink`: a person decides that two articles are in different stories."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.command("unlink")
@click.argument("article_a")
@click.argument("article_b")
@click.option("--not-a-copy", is_flag=True, help="One story, but two texts: neither is a copy of the other.")
@decision_options
def command(article_a: str, article_b: str, not_a_copy: bool, **options: Any) -> None:
    """Keep ARTICLE_A and ARTICLE_B in two stories, now and in every later run.

    An article is named by its id, the beginning of it, its external id or its URL. `newsfold decisions` lists what
    was decided and takes it back.

    \f
    Reports like `run_decision`; raises what `link_unlink_pin.unlink` raises.
    """
    from flows.operations.link_unlink_pin import unlink

    run_decision(unlink, article_a, article_b, not_a_copy=not_a_copy, **options)
