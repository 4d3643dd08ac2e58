"""Digests are distinguished from articles in sections, in any words and language."""

from __future__ import annotations

import pytest

from transforms.cleaning.digest_detection import find_digest

DIGESTS = {
    "en": (
        "Morning note: a rescue at sea and a new tramway",
        "Good morning. Here is what happened while you slept.\n"
        "Lifeboat pulls nine from trawler off Skarholm\n"
        "A lifeboat pulled nine people from the trawler Anna Berit off Skarholm before dawn, the coastguard said. "
        "The trawler had lost its engine in a gale and was drifting towards the reef.\n"
        "Varnhem opens tramway after ten years of building\n"
        "Varnhem opened its first tramway on Tuesday, ten years after the council voted for it. "
        "Engineers had to bore under the cathedral, which doubled the price of the tramway.",
    ),
    "fr": (
        "L'essentiel de mardi",
        "Un incendie ravage une scierie à Montreuil-sur-Lys\n"
        "Un incendie a ravagé dans la nuit une scierie de Montreuil-sur-Lys, sans faire de blessés. "
        "Une soixantaine de pompiers ont lutté contre les flammes jusqu'au matin dans la scierie.\n"
        "La grève des éboueurs suspendue à Valbourg\n"
        "Les éboueurs de Valbourg ont suspendu leur grève mercredi après un accord sur les salaires. "
        "Le ramassage des ordures doit reprendre jeudi, a promis la mairie aux habitants.",
    ),
}


@pytest.mark.parametrize("language", DIGESTS)
def test_items_that_share_nothing_make_a_digest(language: str) -> None:
    title, text = DIGESTS[language]
    assert find_digest(title, text, language)


def test_sections_of_one_event_make_none() -> None:
    text = (
        "A lifeboat pulled nine people from the trawler Anna Berit off Skarholm before dawn, the coastguard said.\n"
        "The engine failed in a gale\n"
        "The trawler had lost its engine in the gale and was drifting towards the reef when the lifeboat arrived.\n"
        "Third rescue off Skarholm this winter\n"
        "It was the third rescue off Skarholm since December, and the owners of the trawler will be questioned soon."
    )
    assert find_digest("Lifeboat pulls nine from trawler off Skarholm", text, "en") is None


def test_plain_articles_make_none() -> None:
    title, text = DIGESTS["en"]
    first_item = "\n".join(text.split("\n")[1:3])
    assert find_digest(title, first_item, "en") is None
    assert find_digest("", "", "en") is None
    sentences = "\n".join(
        "The council of Varnhem met again and decided nothing about the tramway." for _ in range(9)
    )
    assert find_digest(title, sentences, "en") is None
