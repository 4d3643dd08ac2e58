"""The background model: rare words inform more, in every language, and only maintenance changes it."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from transforms.background import (
    REPORT_WORDS,
    UNSEEN_SHARE,
    CorpusCounts,
    blend,
    load_background,
    model_language,
    word_shares,
)
from transforms.stems import stem, tokenize


@pytest.mark.parametrize(
    ("language", "common", "rare"),
    [
        ("en", "the", "derail"),
        ("de", "und", "brauerei"),
        ("fr", "les", "fonderi"),
        ("es", "que", "acueducto"),
        ("ru", "не", "мост"),
        ("vi", "của", "cháy"),
        ("zh", "的", "火灾"),
        ("ja", "して", "火災"),
        ("sw", "na", "uchaguzi"),  # no word list: shorter words count as more common
    ],
)
def test_rare_words_inform_more_than_common_ones(language: str, common: str, rare: str) -> None:
    background = load_background()
    assert 0.0 <= background.information(common, language) < background.information(rare, language) <= 9.3


def test_word_lists_are_read_as_wordfreq_reads_them() -> None:
    import wordfreq

    for language in ("en", "zh", "is", "fil"):
        assert word_shares(language) == wordfreq.get_frequency_dict(language, "small")
    assert "sw" not in wordfreq.available_languages("small")
    assert not word_shares("sw")
    assert not word_shares("../data/small_en")


@pytest.mark.parametrize("language", ["en", "de", "tr", "ru", "ar"])
def test_a_stem_is_as_common_as_its_words_together(language: str) -> None:
    background = load_background()
    shares: dict[str, float] = {}
    for word, share in word_shares(language).items():
        key = stem(word, language)
        shares[key] = shares.get(key, 0.0) + share
    for key, share in [*shares.items()][::20]:
        expected = -math.expm1(-(share + UNSEEN_SHARE) * REPORT_WORDS)
        assert background.document_share(key, language) == expected


def test_a_blend_learns_what_a_corpus_repeats_and_has_its_own_version() -> None:
    start = load_background()
    counts = {"en": CorpusCounts(documents=10_000, holding={"zorblax": 6_000})}
    learned = blend(start, "blend-1", counts)
    assert learned.information("zorblax", "en") < 1.0 < start.information("zorblax", "en")
    assert learned.information("derail", "de") == start.information("derail", "de")
    with pytest.raises(ValueError, match="version"):
        blend(start, start.version, counts)


@pytest.mark.parametrize(
    ("tag", "kept"),
    [("en-GB", "en"), ("pt_BR", "pt"), ("nn", "nb"), ("hr", "sh"), ("", "und"), ("zh-Hant", "zh")],
)
def test_tags_map_to_the_language_of_the_word_list(tag: str, kept: str) -> None:
    assert model_language(tag) == kept


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ("talk", "talks", "talked", "talking", "talk's")),
        ("de", ("regierung", "regierungen")),
        ("fr", ("annoncer", "annonce", "annoncé", "annoncée")),
        ("es", ("dimitido", "dimitida", "dimitir")),
        ("ru", ("строительство", "строительства", "строительству")),
        ("pl", ("pożarem", "pożarach")),
    ],
)
def test_forms_of_a_word_share_a_stem(language: str, forms: tuple[str, ...]) -> None:
    found = {stem(form, language) for form in forms}
    assert len(found) == 1


def test_tokens_are_words_numbers_and_pieces_of_unspaced_script() -> None:
    assert tokenize("O'Neill paid $550.5bn, the U.S. said") == [
        "O'Neill",
        "paid",
        "550.5",
        "bn",
        "the",
        "U.S",
        "said",
    ]
    assert tokenize("हिन्दी में") == ["हिन्दी", "में"]
    assert tokenize("東京でABC発表") == ["東京", "京で", "ABC", "発表"]


def test_the_model_is_ready_within_a_blink_and_without_heavy_imports() -> None:
    code = (
        "import sys, time; t = time.process_time(); from transforms.background import load_background as b; "
        "m = b(); m.information('word', 'en'); heavy = {'scipy', 'numba', 'prefect', 'duckdb'} & set(sys.modules); "
        "print(time.process_time() - t, heavy)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    seconds, heavy = said.split(" ", 1)
    assert heavy.strip() == "set()"
    assert float(seconds) < 1.0  # .2 s on an idle machine
