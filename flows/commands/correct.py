"""`newsfold correct`: a person replaces fields of an article that its source or cleaning had wrong."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.command("correct")
@click.argument("article")
@click.option("--title", metavar="HEADLINE", help="Its headline.")
@click.option(
    "--date",
    "published",
    metavar="TIME",
    help="Its publication: 2026-03-01, 2026-03-01T10:00+01:00, or none.",
)
@click.option("--kind", metavar="KIND", help="What it is: article, stub, digest, live_blog, …")
@click.option("--outlet", "publisher", metavar="NAME", help="Its outlet.")
@decision_options
def command(
    article: str,
    title: str | None,
    published: str | None,
    kind: str | None,
    publisher: str | None,
    **options: Any,
) -> None:
    """Correct fields of ARTICLE, now and in every later run; what the source had is kept.

    Its stories follow: their times, headlines and members. `newsfold decisions` lists corrections and takes them back.

    \f
    Reports like `run_decision`; raises what `operations.corrections.correct` raises.
    """
    from flows.operations.corrections import correct

    fields = {"title": title, "published": published, "kind": kind, "publisher": publisher}
    values = {name: value for name, value in fields.items() if value is not None}
    run_decision(correct, article, values, **options)
