"""The background model: rare words inform more, in every language, and only maintenance changes it."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from transforms.language.background import (
    REPORT_WORDS,
    UNSEEN_SHARE,
    load_background,
    model_language,
    word_shares,
)
from transforms.language.stems import bare, pieces, stem, tokenize


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


def test_a_language_without_a_word_list_has_no_shares() -> None:
    assert word_shares("is")
    for language in ("sw", "und", "en-GB", "../data/small_en"):
        assert not word_shares(language)


@pytest.mark.parametrize("language", ["en", "de", "tr", "ru", "ar", "ko"])
def test_a_stem_is_as_common_as_its_words_together(language: str) -> None:
    background = load_background()
    shares: dict[str, float] = {}
    for word, share in word_shares(language).items():
        key = stem(word, language)
        shares[key] = shares.get(key, 0.0) + share
    for key, share in [*shares.items()][::20]:
        expected = -math.expm1(-(share + UNSEEN_SHARE) * REPORT_WORDS)
        assert background.document_share(key, language) == expected


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("en-GB", "en"),
        ("pt_BR", "pt"),
        ("nn", "nb"),
        ("hr", "sh"),
        ("", "und"),
        ("zh-Hant-TW", "zh"),
        ("sr-Latn-RS", "sh"),
        ("unknownlanguage", "und"),
        ("żż", "und"),
    ],
)
def test_tags_map_to_the_language_of_the_word_list(tag: str, kept: str) -> None:
    assert model_language(tag) == kept


@pytest.mark.parametrize("language", ["en", "de", "th", "und"])
def test_nothing_has_no_pieces_and_its_stem_is_nothing(language: str) -> None:
    assert (stem("", language), pieces("")) == ("", [])


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ("talk", "talks", "talked", "talking", "talk's")),
        ("de", ("regierung", "regierungen")),
        ("fr", ("annoncer", "annonce", "annoncé", "annoncée")),
        ("es", ("dimitido", "dimitida", "dimitir")),
        ("ru", ("строительство", "строительства", "строительству")),
        ("pl", ("pożarem", "pożarach")),
        ("sl", ("zlato", "zlata", "zlatega")),
        ("sl", ("Slovenec", "Slovenci", "Slovencev", "slovenskega", "slovenska", "Slovenije", "Slovenija")),
        ("sl", ("košarkar", "košarkarji", "košarkarjev", "košarkarja", "košarkarski")),
        ("fi", ("Rauma", "Rauman", "Raumalla", "Raumasta")),
        ("ko", ("노조", "노조가", "노조는", "노조의", "노조에서")),
        ("ko", ("파업", "파업했다", "파업하는")),
        ("ar", ("وزير", "الوزير", "والوزير", "بالوزير")),
        ("ar", ("أكد", "أكّد", "أكـد")),
        ("tr", ("Konyaspor", "Konyaspor'u", "Konyaspor’dan")),
        ("fr", ("assemblée", "l'Assemblée", "d’assemblées")),
        ("it", ("Italia", "l'Italia", "dell’Italia")),
        ("he", ("שלום", "שָׁלוֹם")),
        ("zh", ("颱風", "台风")),
    ],
)
def test_forms_of_a_word_share_a_stem(language: str, forms: tuple[str, ...]) -> None:
    found = {stem(bare(form, language).lower(), language) for form in forms}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("language", "token"),
    [("fr", "aujourd’hui"), ("en", "O'Neill"), ("uk", "сім'я"), ("it", "po"), ("ar", "\u064b")],
)
def test_an_apostrophe_or_sign_of_the_word_itself_stays(language: str, token: str) -> None:
    assert bare(token, language) == token


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
    assert tokenize("मौत हो गई। ঢাকায়॥ ශ්\u200dරී") == ["मौत", "हो", "गई", "ঢাকায়", "ශ්\u200dරී"]
    assert tokenize("أكّد الرئيسُ") == ["أكّد", "الرئيسُ"]
    assert tokenize("東京でABC発表") == ["東京", "京で", "ABC", "発表"]


def test_the_model_is_ready_within_a_blink_and_without_heavy_imports() -> None:
    code = (
        "import sys, time; t = time.process_time(); from transforms.language.background import load_background as b; "
        "m = b(); m.information('word', 'en'); heavy = {'scipy', 'numba', 'prefect', 'duckdb'} & set(sys.modules); "
        "print(time.process_time() - t, heavy)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    seconds, heavy = said.split(" ", 1)
    assert heavy.strip() == "set()"
    assert float(seconds) < 1.0  # .2 s on an idle machine
