"""Many articles described at once are described as each alone: texts in, the same bytes out."""

from __future__ import annotations

import math
import sys
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.language.background import load_background
from transforms.language.lexicon import Lexicon, lexicon_of, term_key
from transforms.language.stems import stem, tokenize
from transforms.stories.blocking_keys import story_keys, story_keys_of
from transforms.stories.profile import Report, pack, profile, profiles_of
from transforms.stories.story_model import MODEL
from transforms.stories.term_weights import weigh
from transforms.types import Kind, Precision

BACKGROUND = load_background()
LANGUAGES = ("en", "de", "zh", "th", "und", "ru-RU")
WORDS = [
    *(
        "Quill",
        "quill",
        "harbour",
        "Harbour's",
        "550",
        "12.5",
        "3,5th",
        "Lindenhof",
        "the",
        "of",
        "minister",
        "Monday",
    ),
    *("Montag", "U.S.", "well-known", "–", "...", "東京でABC発表", "ไทยรัฐ๑.๒๓๔๕", "हिन्दी"),
]
LONG = " ".join(f"word{number % 400}x{number % 7}" for number in range(2_500))
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=400).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=30).map("".join),
    st.text(max_size=120),
    st.just(LONG),
)


def report(number: int, text: str, language: str) -> Report:
    return Report(number, "A Quill title", text, language, None, Precision.NONE, Kind.ARTICLE)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(LANGUAGES)), max_size=6))
@example([])
@example([("", "en"), (LONG, "en"), ("", "en"), (LONG, "zh")])
def test_articles_are_described_as_each_alone(texts: list[tuple[str, str]]) -> None:
    reports = [report(number, text, language) for number, (text, language) in enumerate(texts)]
    together = [pack(item) for item in profiles_of(reports, BACKGROUND)]
    assert together == [pack(profile(*own, BACKGROUND)) for own in reports]


def test_the_cut_of_a_batch_changes_nothing() -> None:
    reports = [report(number, f"{WORDS[number % 20]} {LONG[number:]}", "en") for number in range(300)]
    together = profiles_of(reports, BACKGROUND)
    assert [item.article_id for item in together] == list(range(300))
    for number in (0, 17, 255, 256, 299):
        assert pack(together[number]) == pack(profile(*reports[number], BACKGROUND))


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=5), st.sampled_from(LANGUAGES[:5]))
def test_reading_runs_finds_the_tokens_of_the_whole_text(texts: list[str], language: str) -> None:
    lexicon = Lexicon(BACKGROUND, language)
    rows, offsets = lexicon.read(texts)
    found = [lexicon.words[row] for row in rows.tolist()]
    for text, start, end in zip(texts, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        assert found[start:end] == [token.lower() for token in tokenize(text)]


def test_no_token_holds_a_space() -> None:
    spaces = [char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()]
    assert len(spaces) > 20
    for char in spaces:
        assert tokenize(f"a{char}b") == ["a", "b"]
        assert tokenize(f"1.{char}5") == ["1", "5"]
        assert tokenize(f"東{char}京") == ["東", "京"]


def test_a_lexicon_that_forgets_gives_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = pack(profile(*report(1, LONG, "en"), BACKGROUND))
    monkeypatch.setattr("transforms.language.lexicon.MOST_TOKENS", 50)
    lexicon = lexicon_of(BACKGROUND, "en")
    assert pack(profile(*report(1, LONG, "en"), BACKGROUND)) == wanted
    lexicon.read(["Quill"])
    assert len(lexicon.words) == 1


def test_weights_are_those_of_the_formula() -> None:
    text = "Harbour fire: the harbour burned. Quill, the minister, saw the harbour. " * 3 + LONG
    lexicon = Lexicon(BACKGROUND, "en")
    tokens = tokenize(text)
    found = weigh(*lexicon.read([text]), lexicon)
    terms = [stem(token.lower(), "en") for token in tokens]
    sums: dict[str, float] = {}
    for place, term in enumerate(terms):
        sums[term] = sums.get(term, 0.0) + 1.0 + MODEL.lead_boost * math.exp(-place / MODEL.lead_words)
    weight = {term: BACKGROUND.information(term, "en") ** MODEL.information_power for term in sums}
    body = {term_key(term, "en"): (1.0 + math.log(some)) * weight[term] for term, some in sums.items()}
    length = math.sqrt(sum(weight**2 for weight in body.values()))
    kept = sorted(sorted(body, key=lambda key: (-body[key], key))[: MODEL.channel_terms])
    assert found.body.keys.tolist() == kept
    assert found.body.weights == pytest.approx([body[key] / length for key in kept], rel=1e-5)
    lead = Counter(terms[: MODEL.lead_words])
    assert sorted(found.lead.keys.tolist()) == sorted(term_key(term, "en") for term in lead)
    assert len(found.spelled_keys) == MODEL.spelled_terms
    assert {lexicon.words[row] for row in found.spelled_rows} <= {token.lower() for token in tokens}


def test_equal_weights_go_to_the_smaller_keys() -> None:
    words = [f"Zyqx{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(300)]
    every = sorted({term_key(stem(word.lower(), "en"), "en") for word in words})
    text = f"{'! '.join(['on'] * 1300)} {' '.join(words)}"  # past all boosts, where each counts the same
    lexicon = Lexicon(BACKGROUND, "en")
    found = weigh(*lexicon.read([text, "", text]), lexicon)
    here = found.body.keys[: found.body.bounds[1]].tolist()
    assert len(here) == MODEL.channel_terms
    assert here == sorted({term_key("on", "en"), *every[: MODEL.channel_terms - 1]})
    assert found.body.keys[found.body.bounds[2] :].tolist() == here


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, max_size=6))
@example([])
@example(["", LONG, "Quill", LONG])
def test_keys_are_the_twos_of_the_heaviest_terms(texts: list[str]) -> None:
    profiles = profiles_of([report(n, text, "en") for n, text in enumerate(texts)], BACKGROUND)
    for item, keys in zip(profiles, story_keys_of(profiles), strict=True):
        body = item.channels[0]
        ranked = sorted(zip((-body.weights).tolist(), body.keys.tolist(), strict=True))[: MODEL.key_terms]
        twos = combinations(enumerate((key for _, key in ranked), start=1), 2)
        wanted = {
            min(a, b) << 32 | max(a, b)
            for (rank, a), (other, b) in twos
            if rank * other <= MODEL.key_rank_product
        }
        assert keys.tolist() == sorted(wanted)
        assert np.array_equal(keys, story_keys(item))
