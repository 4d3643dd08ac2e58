"""Headlines made of the first sentence of a body."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.cleaning.derived_titles import derive_title


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("One pier closes. Another opens.", "One pier closes."),
        ("桟橋を閉鎖する。別の桟橋を開く。", "桟橋を閉鎖する。"),
        ("It cost 4.2 million crowns, he said. Too much.", "It cost 4.2 million crowns, he said."),
        ("", ""),
        ("U.S. Sen. Ines Aldana said no. She left.", "U.S. Sen. Ines Aldana said no."),
        ("Gov. Tomas Lind closed the pier. It was old.", "Gov. Tomas Lind closed the pier."),
        ("Am 3. Mai schloss der Hafen. Er war alt.", "Am 3. Mai schloss der Hafen."),
        ("May 24, 2005\nBy Tomas Lind, Staff Writer\nThe pier is closed.", "The pier is closed."),
        ("Closed! Another opens.", "Closed!"),
        (
            "Krajem godine, npr. u prosincu, luka se zatvara. Stara je.",
            "Krajem godine, npr. u prosincu, luka se zatvara.",
        ),
        (
            "Luka se zatvara, rekao je prof. Ivan Horvat. Stara je.",
            "Luka se zatvara, rekao je prof. Ivan Horvat.",
        ),
        ("Přístav se zavře, např. v zimě. Je starý.", "Přístav se zavře, např. v zimě."),
        ("Liman kapanıyor, dedi Doç. Ayşe Kaya dün. Eskiydi.", "Liman kapanıyor, dedi Doç. Ayşe Kaya dün."),
        ("Uostas kainavo 4 mln. eurų, sakė meras. Jis senas.", "Uostas kainavo 4 mln. eurų, sakė meras."),
        ("Порт стоит 4 млн. рублей в год. Он стар.", "Порт стоит 4 млн. рублей в год."),
        ("He asked and she said no. Then it closed.", "He asked and she said no."),
        ("Hamnen stängs i vinter, säger hon. Den är gammal.", "Hamnen stängs i vinter, säger hon."),
    ],
)
def test_derived_title_is_the_first_sentence(body: str, title: str) -> None:
    assert derive_title(body) == title


def test_derived_title_is_cut_between_words() -> None:
    title = derive_title("word " * 60)
    assert len(title) <= 120
    assert title.endswith("word…")


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    derive_title(text)
