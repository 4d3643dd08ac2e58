"""Tokens of articles for comparing what they repeat word for word: rows of the warehouse in, tokens out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from transforms.language.background import load_background, model_language
from transforms.language.lexicon import lexicon_of
from transforms.stories.shared_passages import ArticleTokens, read_tokens


def tokens_of(rows: Iterable[Mapping[str, Any]]) -> dict[int, ArticleTokens]:
    """Return {article id: ArticleTokens} of articles, headline first, then text (see `shared_passages.read_tokens`).

    A row has article_id, language (a BCP 47 tag), title and text; the last two may be None, which is as "".
    No rows give {}.
    """
    by_language: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_language.setdefault(model_language(row["language"]), []).append(row)
    found: dict[int, ArticleTokens] = {}
    for language, group in by_language.items():
        articles = [(row["title"] or "", row["text"] or "") for row in group]
        tokens = read_tokens(articles, lexicon_of(load_background(), language))
        found.update(zip((row["article_id"] for row in group), tokens, strict=True))
    return found
