"""Stories of one event in different languages are found by names, countries and numbers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.language.background import load_background
from transforms.language.cross_language_terms import consonants, countries, shared_terms, term_id
from transforms.stories.other_languages import MODEL, Match, StoryTerms, match_stories

BACKGROUND = load_background()
# Three events, each in several languages; the last two share a country and a kind of event alone.
HEADLINES = {
    ("en", 1): "Ilmari Kekkonen and Marta Olszewska win rowing regatta in Slovenia, 148 boats at start",
    ("es", 1): "Ilmari Kekkonen y Marta Olszewska ganan en Eslovenia una regata con 148 barcos",
    ("ru", 1): "Илмари Кекконен и Марта Ольшевская выиграли регату в Словении: 148 лодок",
    ("en", 2): "Landslide near Dharpur in Nepal buries 37 houses, governor Rajendra Thapa says",
    ("de", 2): "Erdrutsch bei Dharpur in Nepal begräbt 37 Häuser, sagt Gouverneur Rajendra Thapa",
    ("en", 3): "Landslide in Nepal closes road to Kathmandu airport",
    ("de", 3): "Erdrutsch in Nepal: Straße zum Flughafen gesperrt",
}  # fmt: skip


def _story(place: int, language: str, event: int, day: int = 20_000) -> StoryTerms:
    terms = {
        term_id(key): weight
        for key, weight in shared_terms(HEADLINES[language, event], "", language, BACKGROUND).items()
    }
    return StoryTerms(story_id=place, language=language, day=day, terms=terms, reports={place * 10: terms})


def _all(days: dict[int, int] | None = None) -> list[StoryTerms]:
    return [
        _story(place, language, event, 20_000 + (days or {}).get(place, 0))
        for place, (language, event) in enumerate(HEADLINES, start=1)
    ]


def _events(found: list[Match]) -> set[tuple[int, int]]:
    return {(match.story_a, match.story_b) for match in found}


def test_names_agree_in_different_scripts_and_cases() -> None:
    assert consonants("Дончича", "ru") == consonants("Dončić", "sl") == consonants("Doncic", "en")
    assert consonants("Tokyo", "en") == consonants("Tóquio", "pt") == consonants("Токио", "ru")
    assert consonants("Kekkonen", "fi") != consonants("Kekkola", "fi")
    assert consonants("…", "en") == ""


def test_countries_are_known_by_their_names_in_each_language() -> None:
    terms = [shared_terms(text, "", tag, BACKGROUND) for tag, text in
             (("es", "Alemania gana"), ("de", "Deutschland gewinnt"), ("ru", "Германия победила"))]  # fmt: skip
    assert all("@DE" in one for one in terms)
    assert countries("xx") == {}


def test_years_and_everyday_words_are_no_evidence() -> None:
    terms = shared_terms("The people of 2021 said 7 things on 1,250 days", "", "en", BACKGROUND)
    assert "#1250" in terms
    assert not {"#2021", "#7"} & terms.keys()


def test_stories_of_one_event_match_and_others_do_not() -> None:
    assert _events(match_stories(_all())) == {(1, 2), (1, 3), (2, 3), (4, 5)}


def test_stories_far_apart_in_time_do_not_match() -> None:
    assert _events(match_stories(_all({1: 30, 5: MODEL.days_apart + 1}))) == {(2, 3)}


def _with_vectors(cosine: float, *, day: int = 20_000, is_headline: bool = False) -> list[StoryTerms]:
    """Two stories that share no term, whose vectors have this cosine."""
    directions = ((1.0, 0.0), (cosine, math.sqrt(1.0 - cosine * cosine)))
    return [
        StoryTerms(
            story_id=place, language=language, day=20_000 if place == 1 else day, terms={}, reports={place * 10: {}},
            vectors={place * 10: np.array(vector, np.float32)}, is_headline=is_headline,
        )
        for place, (language, vector) in enumerate(zip(("en", "zh"), directions, strict=True), start=1)
    ]  # fmt: skip


def test_close_vectors_relate_stories_and_headlines_need_more() -> None:
    assert _events(match_stories(_with_vectors(MODEL.least_closeness + 0.01))) == {(1, 2)}
    assert not match_stories(_with_vectors(MODEL.least_closeness - 0.01))
    assert not match_stories(_with_vectors(MODEL.least_closeness + 0.01, day=20_001 + MODEL.days_apart))
    assert not match_stories(_with_vectors(MODEL.least_closeness + 0.01, is_headline=True))
    assert match_stories(_with_vectors(MODEL.least_closeness_of_headlines + 0.01, is_headline=True))


def test_vectors_that_contradict_part_what_shares_names() -> None:
    same, opposed = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    for second, expected in ((same, {(1, 2)}), (opposed, set())):
        a, b = (
            dataclasses.replace(story, vectors={story.story_id * 10: vector}, is_headline=True)
            for story, vector in zip(_all()[:2], (same, second), strict=True)
        )
        assert _events(match_stories([a, b])) == expected


@given(
    vectors=st.lists(st.tuples(st.floats(-1, 1), st.floats(0.1, 1)), min_size=7, max_size=7),
    shifts=st.lists(st.integers(0, 8), min_size=7, max_size=7),
    order=st.permutations(range(7)),
    day=st.integers(0, 8),
)
def test_relations_by_vectors_depend_on_the_days_around_alone(
    vectors: list[tuple[float, float]], shifts: list[int], order: list[int], day: int
) -> None:
    units = [np.array(one, np.float32) / np.float32(math.hypot(*one)) for one in vectors]
    stories = [
        dataclasses.replace(story, vectors={story.story_id * 10: unit})
        for story, unit in zip(_all(dict(enumerate(shifts, start=1))), units, strict=True)
    ]
    every = match_stories(stories)
    assert match_stories([stories[place] for place in order]) == every
    near = [story for story in stories if abs(story.day - 20_000 - day) <= MODEL.context_days]
    day_of = {story.story_id: story.day for story in stories}
    wanted = [one for one in every if 20_000 + day in (day_of[one.story_a], day_of[one.story_b])]
    assert match_stories(near, [20_000 + day]) == wanted


@given(order=st.permutations(range(len(HEADLINES))))
def test_order_does_not_matter(order: list[int]) -> None:
    stories = _all()
    assert match_stories([stories[place] for place in order]) == match_stories(stories)


@given(
    shifts=st.lists(st.integers(0, 30), min_size=len(HEADLINES), max_size=len(HEADLINES)),
    day=st.integers(0, 30),
)
def test_a_day_depends_on_the_days_within_reach_alone(shifts: list[int], day: int) -> None:
    stories = _all(dict(enumerate(shifts, start=1)))
    wanted = 20_000 + day
    near = [story for story in stories if abs(story.day - wanted) <= MODEL.context_days]
    days = {story.story_id: story.day for story in stories}
    expected = [
        match for match in match_stories(stories) if wanted in (days[match.story_a], days[match.story_b])
    ]
    assert match_stories(near, [wanted]) == expected


def test_a_name_that_many_stories_have_just_now_carries_less() -> None:
    stories = _all()
    others = [
        StoryTerms(
            story_id=100 + number, language="en", day=20_000,
            terms=dict.fromkeys(stories[0].terms, 9.0), reports={1000 + number: stories[0].terms},
        )
        for number in range(60)
    ]  # fmt: skip
    alone, among = match_stories(stories), match_stories([*stories, *others])
    assert (1, 2) in _events(alone)
    assert (1, 2) not in _events(among)
