"""The latest stories as a feed, in one of three forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.recorded_run import utc_now
from warehouse.export import feed_items, write_atom, write_json_feed, write_rss

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def write_feed(
    con: DuckDBPyConnection, form: str, *, limit: int, min_articles: int, title: str, link: str
) -> bytes:
    """Return the latest stories as a feed in UTF-8: RSS or Atom where `form` is `rss` or `atom`, else a JSON feed.

    At most `limit` stories of at least `min_articles` articles, the last reported first and undated ones last;
    without any it is a feed without items. `title` and `link` are those of the
    feed itself. `con` is the published file.
    """
    items = feed_items(con, limit=limit, min_articles=min_articles)
    if form == "rss":
        return write_rss(items, title=title, link=link, now=utc_now())
    if form == "atom":
        return write_atom(items, title=title, link=link, now=utc_now())
    return write_json_feed(items, title=title, link=link)
