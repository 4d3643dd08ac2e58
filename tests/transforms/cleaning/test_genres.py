"""Genres come from what a document states, and from nothing else."""

from __future__ import annotations

import pytest

from transforms.cleaning.genres import genre_of


@pytest.mark.parametrize(
    ("stated", "genre"),
    [
        (["Opinion"], "opinion"),
        (["genre:Op-Ed"], "opinion"),
        ([None, "OpinionNewsArticle"], "opinion"),
        (["Press Release"], "press release"),
        (["CORRECTION"], "correction"),
        (["NewsArticle"], "news"),
        (["article"], None),
        ([None], None),
        (["Opinion polls close"], None),
    ],
)
def test_stated_words_name_a_genre(stated: list[str | None], genre: str | None) -> None:
    assert genre_of(stated) == genre
