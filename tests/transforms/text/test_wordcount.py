"""Counting words by arrays counts what the pattern of a word counts."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.wordcount import count_words

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_SPACED_TEXTS = st.text().filter(lambda text: not _UNSPACED.search(text))
_SENTENCES = {
    "hi": ("सोमवार सुबह से नौका फिर नदी पार कर रही है", 10),
    "bn": ("সোমবার সকাল থেকে ফেরি আবার নদী পার হচ্ছে", 8),
    "ta": ("திங்கட்கிழமை காலை முதல் படகு மீண்டும் ஆற்றைக் கடக்கிறது", 7),
    "te": ("సోమవారం ఉదయం నుంచి పడవ మళ్లీ నదిని దాటుతోంది", 7),
    "ml": ("തിങ്കളാഴ്ച രാവിലെ മുതൽ കടത്തുവള്ളം", 4),
    "ne": ("सोमबार बिहानदेखि डुङ्गा फेरि नदी पार गर्दैछ", 7),
    "dv": ("ހޯމަ ދުވަހުގެ ހެނދުނު", 3),
    "ar": ("الأُردُنّ جدًّا يُعلِنُ", 3),
    "he": ("הַמַּעְבֹּרֶת חוֹצָה שׁוּב", 3),
    "fa": ("می\u200cخواهم می\u200cروم", 2),
    "el": ("Το πορθμείο διασχίζει", 3),
    "vi": ("chuyến phà lại chạy từ sáng", 6),
    "de": ("Grö\xadße der Brü\xadcke", 3),
}


def _visible(text: str) -> str:
    return "".join(
        char for char in text if unicodedata.category(char)[0] != "M" and char not in "\xad\u200c\u200d\u2060"
    )


@given(st.one_of(st.text("ab'-’ _9é\n.²\u0301ि\U0001f600", max_size=40), _SPACED_TEXTS))
def test_words_are_runs_of_letters_and_digits_with_joiners_inside(text: str) -> None:
    assert count_words(text) == len(_WORD.findall(_visible(text)))


@pytest.mark.parametrize("language", _SENTENCES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_marks_belong_to_their_word(language: str, form: Literal["NFC", "NFD"]) -> None:
    text, words = _SENTENCES[language]
    assert count_words(unicodedata.normalize(form, text)) == words
    assert count_words(unicodedata.normalize(form, f"{text} \U00020000")) == words + 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("-", 0),
        ("a-b-c d", 2),
        ("市議会は新しい橋", 4),
        ("GDP成長率 3%", 4),
        ("\U00020000 ok", 2),
        ("\u2600\ufe0f \u0301", 0),
        ("ភ្នំពេញ", 4),
    ],
)
def test_signs_without_spaces_count_by_two(text: str, words: int) -> None:
    assert count_words(text) == words
