"""Days of the week: read in many languages, a small voice for or against one event."""

from __future__ import annotations

import numpy as np
import pytest

from transforms.language.background import load_background
from transforms.language.stems import tokenize
from transforms.language.weekdays import weekdays
from transforms.stories.pair_score import score_of, score_pairs, similarity_of
from transforms.stories.profile import Profile, pack, profile, unpack
from transforms.stories.story_model import MODEL
from transforms.types import Kind, Precision

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
    assert describe("word " * (MODEL.weekday_words - 1) + "Tuesday").weekdays == TUESDAY
    assert describe("word " * MODEL.weekday_words + "Tuesday").weekdays == 0


def test_a_day_in_common_speaks_for_and_none_against() -> None:
    body = "The paper mill at Ostby burned down; nobody was hurt, the fire brigade told reporters "
    profiles = [describe(body + end) for end in ("on Tuesday.", "on Tuesday night.", "on Friday.", "again.")]
    scores = score_pairs(profiles, np.array([[0, 1], [0, 2], [0, 3], [3, 3]]))
    assert scores.weekday == pytest.approx([MODEL.same_weekday, MODEL.other_weekday, 1, 1])
    same, other, none, _ = scores.final.tolist()
    assert other < none <= same <= 1


def test_a_score_gives_its_similarity_back() -> None:
    similarity = np.linspace(0, 1, 1001)
    scores = score_of(similarity)
    assert np.all(np.diff(scores) >= 0)
    assert similarity_of(scores) == pytest.approx(similarity, abs=1e-4)
