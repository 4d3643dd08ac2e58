"""Days of the week: read in many languages, a small voice for or against one event."""

from __future__ import annotations

import numpy as np
import pytest

from transforms.background import load_background
from transforms.pairs import OTHER_WEEKDAY, SAME_WEEKDAY, score_of, score_pairs, similarity_of
from transforms.stems import tokenize
from transforms.terms import Profile, pack, profile, unpack
from transforms.termweights import WEEKDAY_WORDS
from transforms.types import Kind, Precision
from transforms.weekdays import weekdays

BACKGROUND = load_background()
TUESDAY, FRIDAY = 2, 16
LANGUAGES = (
    *("en", "de", "fr", "es", "it", "ca", "nl", "sv", "da", "nb", "fi", "hu", "pl", "cs"),
    *("sh", "ru", "uk", "bg", "ro", "tr", "id", "ms", "hi", "ar", "ko", "zh", "ja"),
)


def describe(text: str, language: str = "en") -> Profile:
    return profile(1, "", text, language, None, Precision.NONE, Kind.ARTICLE, BACKGROUND)


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "The bridge closed on Tuesday; Friday's talks failed.", TUESDAY | FRIDAY),
        ("de", "Am Dienstagabend brannte die Mühle.", TUESDAY),
        ("fr", "Le pont a fermé mardi.", TUESDAY),
        ("es", "El puente cerró el martes.", TUESDAY),
        ("ru", "Мост закрыли во вторник.", TUESDAY),
        ("pl", "Most zamknięto we wtorek.", TUESDAY),
        ("ar", "أغلق الجسر يوم الثلاثاء", TUESDAY),
        ("ko", "다리는 화요일에 폐쇄됐다.", TUESDAY),
        ("zh", "大桥于本周二关闭，星期五恢复。", TUESDAY | FRIDAY),
        ("ja", "橋は火曜日に閉鎖された。", TUESDAY),
        ("en", "The bridge closed in March.", 0),
        ("vi", "Cây cầu đóng cửa hôm thứ ba.", 0),
        ("en", "", 0),
    ],
)
def test_days_are_read(language: str, text: str, days: int) -> None:
    item = describe(text, language)
    assert item.weekdays == days
    assert unpack(pack(item)).weekdays == days


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_one_token_of_one_day(language: str) -> None:
    forms = weekdays(language)
    assert {form for form in forms if tokenize(form) != [form]} == set()
    assert len(set(forms.values())) >= 6


def test_only_the_lead_counts() -> None:
    assert describe("word " * (WEEKDAY_WORDS - 1) + "Tuesday").weekdays == TUESDAY
    assert describe("word " * WEEKDAY_WORDS + "Tuesday").weekdays == 0


def test_a_day_in_common_speaks_for_and_none_against() -> None:
    body = "The paper mill at Ostby burned down; nobody was hurt, the fire brigade told reporters "
    profiles = [describe(body + end) for end in ("on Tuesday.", "on Tuesday night.", "on Friday.", "again.")]
    scores = score_pairs(profiles, np.array([[0, 1], [0, 2], [0, 3], [3, 3]]))
    assert scores.weekday == pytest.approx([SAME_WEEKDAY, OTHER_WEEKDAY, 1, 1])
    alike = scores.channels.astype(float) @ np.array([0.65, 0.3, 0.05])
    expected = score_of(np.clip(alike * scores.weekday.astype(float), 0, 1))
    assert scores.final == pytest.approx(expected, abs=1e-6)
    assert scores.final.max() <= 1


def test_a_score_gives_its_similarity_back() -> None:
    similarity = np.linspace(0, 1, 1001)
    scores = score_of(similarity)
    assert np.all(np.diff(scores) >= 0)
    assert similarity_of(scores) == pytest.approx(similarity, abs=1e-4)
