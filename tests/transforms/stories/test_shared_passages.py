"""What articles repeat word for word counts only as far as the rest agrees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.language.background import load_background
from transforms.language.lexicon import lexicon_of
from transforms.stories.shared_passages import ArticleTokens, is_notice, read_tokens, sample_runs, trust
from transforms.stories.story_model import MODEL

LEXICON = lexicon_of(load_background(), "en")
FIXED = (
    "The harbour office counts ships every morning and prints the figures below for readers who plan a crossing, "
    "together with the usual advice on tides, parking and the weather at the quay, which has not changed since "
    "the spring."
)
FOOTER = (
    "Home News Sport Opinion Video Sign in Subscribe. All rights reserved, contact our newsroom or advertise."
)
WORDS = st.lists(st.sampled_from(FIXED.split()), max_size=60).map(" ".join)


def tokens(headline: str, text: str) -> ArticleTokens:
    return read_tokens([(headline, text)], LEXICON)[0]


def form(place: str, count: str, captain: str) -> ArticleTokens:
    return tokens(f"{count} ships off {place}", f"{captain} counted {count} ships off {place}. {FIXED}")


def test_forms_filled_in_differently_are_not_trusted() -> None:
    a, b = form("Skarholm", "4,112", "Birgersdotter"), form("Varnhem", "7,945", "Tollmache")
    assert trust(a, b, 0.0) == 0.0
    assert trust(a, a, 0.0) == 1.0


def test_a_form_of_another_day_is_another_report() -> None:
    a, b = form("Skarholm", "4,112", "Birgersdotter"), form("Skarholm", "5,230", "Birgersdotter")
    assert trust(a, b, 0.0) == 1.0
    assert trust(a, b, 7.0) == 0.0
    assert trust(a, b, math.nan) == 1.0


# A form of known names, of choices of words, and of figures, each in a language that marks names by other signs.
MATCHES = (
    "Lille 3-1 Nantes. Lille a reçu Nantes samedi soir et la rencontre s'est terminée sur le score de 3 à 1. Alain "
    "Simon a ouvert la marque à la 32e minute, avant que Louis Durand n'inscrive un autre but après la pause.",
    "Rennes 4-2 Nice. Rennes a reçu Nice samedi soir et la rencontre s'est terminée sur le score de 4 à 2. Pierre "
    "Bernard a ouvert la marque à la 30e minute, avant que Marc Dubois n'inscrive un autre but après la pause.",
)
STARS = (
    "Today brings a chance to save money. Your lucky number is 5 and your colour blue. In love, listen first. Health: "
    "take a walk. Read the whole forecast for every sign on our site.",
    "Today brings a surprise at work. Your lucky number is 81 and your colour red. In love, patience pays. Health: "
    "rest more. Read the whole forecast for every sign on our site.",
)
TREMORS = (
    "광주 인근에서 규모 4.3 지진. 18시 58분쯤 광주 인근 약 49킬로미터 지점에서 규모 4.3의 지진이 "
    "관측됐다고 기상 당국이 밝혔다. "
    "진원의 깊이는 6킬로미터로 추정된다. 현재까지 접수된 피해나 부상자는 없다.",
    "서울 인근에서 규모 4.7 지진. 9시 14분쯤 서울 인근 약 37킬로미터 지점에서 규모 4.7의 지진이 "
    "관측됐다고 기상 당국이 밝혔다. "
    "진원의 깊이는 30킬로미터로 추정된다. 현재까지 접수된 피해나 부상자는 없다.",
)


@pytest.mark.parametrize(("language", "texts"), [("fr", MATCHES), ("en", STARS), ("ko", TREMORS)])
def test_what_fills_a_form_needs_no_rare_names(language: str, texts: tuple[str, str]) -> None:
    lexicon = lexicon_of(load_background(), language)
    a, b = read_tokens([("", text) for text in texts], lexicon)
    assert trust(a, b, 0.0) == 0.0
    assert trust(a, a, 0.0) == 1.0


def test_an_update_and_a_rewritten_copy_are_no_other_filling() -> None:
    first = (
        "A bus plunged off a bridge near Salinas on Thursday, killing 7 people and injuring 12, police said. It was "
        "carrying 31 workers of a cannery to the port when it broke through the railing of the bridge."
    )
    update = first.replace("7 people", "11 people").replace("12, police", "18, police").replace("31", "29")
    rewritten = first.replace("plunged", "fell").replace("carrying", "taking").replace("railing", "barrier")
    for other in (update, rewritten):
        assert trust(tokens("", first), tokens("", other), 0.0) == 1.0


def test_a_footer_carries_nothing() -> None:
    a = tokens(
        "Trawler sinks", f"The trawler Anna Berit sank in a gale near the reef, the coastguard said. {FOOTER}"
    )
    b = tokens(
        "New organ", f"The parish of Varnhem inaugurated its restored organ with a concert of Bach. {FOOTER}"
    )
    assert trust(a, b, 0.0) < 0.3


def test_one_text_under_headlines_it_does_not_report_is_a_notice() -> None:
    wall = "Please enable cookies in your browser to continue reading, or sign in with your account."
    a, b = tokens("Trawler sinks off Skarholm", wall), tokens("Varnhem restores its organ", wall)
    assert is_notice(a, b)
    assert not is_notice(a, tokens("Skarholm trawler lost in gale", wall))
    report = "The trawler Anna Berit sank off Skarholm in a gale, and nine people were rescued by lifeboat."
    assert not is_notice(tokens("Trawler sinks off Skarholm", report), tokens("Nine rescued in gale", report))


@given(WORDS, WORDS, st.sampled_from([0.0, 5.0, math.nan]))
def test_trust_is_symmetric_and_bounded(a: str, b: str, days: float) -> None:
    left, right = tokens("Ships", a), tokens("Tides", b)
    assert trust(left, right, days) == trust(right, left, days)
    assert 0.0 <= trust(left, right, days) <= 1.0


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_runs_depend_on_their_own_text_alone(texts: list[str]) -> None:
    rows, offsets = LEXICON.read(texts)
    together = sample_runs(LEXICON.keys[rows], offsets)
    for text, runs in zip(texts, together, strict=True):
        rows, offsets = LEXICON.read([text])
        assert np.array_equal(sample_runs(LEXICON.keys[rows], offsets)[0], runs)
        assert len(runs) <= MODEL.runs_kept
