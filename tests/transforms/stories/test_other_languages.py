"""Stories of one event in different languages are found by names, countries and numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.language.background import load_background
from transforms.language.shared_terms import consonants, countries, shared_terms, term_id
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
    crowd = [
        StoryTerms(
            story_id=100 + number, language="en", day=20_000,
            terms=dict.fromkeys(stories[0].terms, 9.0), reports={1000 + number: stories[0].terms},
        )
        for number in range(60)
    ]  # fmt: skip
    alone, among = match_stories(stories), match_stories([*stories, *crowd])
    assert (1, 2) in _events(alone)
    assert (1, 2) not in _events(among)
