"""`newsfold pin`: a person chooses the article that stands for a story."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.command("pin")
@click.argument("story")
@click.argument("article")
@decision_options
def command(story: str, article: str, **options: Any) -> None:
    """Let ARTICLE stand for STORY as its canonical report, however the story grows; the latest pin wins.

    \f
    Reports like `run_decision`; raises what `link_unlink_pin.pin` raises.
    """
    from flows.operations.link_unlink_pin import pin

    run_decision(pin, story, article, **options)
