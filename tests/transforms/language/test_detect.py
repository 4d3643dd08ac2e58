"""Languages are detected when the text is clear, and not guessed when it is not."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from transforms.language.detect import UNKNOWN, detect_language, primary_tag
from transforms.language.detector_model import LONGEST_FEATURE, language_model

TEXTS = {
    "en": "The council approved the new bridge on Monday after a debate that lasted until late in the night.",
    "de": "Der Stadtrat hat am Montag nach einer langen Debatte den Bau der neuen Brücke über den Fluss beschlossen.",
    "fr": "Le conseil municipal a approuvé lundi la construction du nouveau pont après un débat qui a duré tard.",
    "es": "El ayuntamiento aprobó el lunes la construcción del nuevo puente tras un debate que duró hasta la noche.",
    "pt": "A câmara municipal aprovou na segunda-feira a construção da nova ponte depois de um debate muito longo.",
    "it": "Il consiglio comunale ha approvato lunedì la costruzione del nuovo ponte dopo un dibattito molto lungo.",
    "nl": "De gemeenteraad heeft maandag na een lang debat besloten dat de nieuwe brug over de rivier er komt.",
    "pl": "Rada miasta zatwierdziła w poniedziałek budowę nowego mostu po debacie, która trwała do późnej nocy.",
    "tr": "Belediye meclisi pazartesi günü uzun süren bir tartışmanın ardından yeni köprünün yapımını onayladı.",
    "ru": "Городской совет в понедельник после долгих споров одобрил строительство нового моста через реку.",
    "uk": "Міська рада в понеділок після довгих суперечок схвалила будівництво нового мосту через річку.",
    "ar": "وافق مجلس المدينة يوم الاثنين على بناء الجسر الجديد بعد نقاش طويل استمر حتى ساعة متأخرة من الليل.",
    "fa": "شورای شهر روز دوشنبه پس از بحثی طولانی که تا پاسی از شب ادامه داشت ساخت پل جدید را تصویب کرد.",
    "he": "מועצת העיר אישרה ביום שני את בניית הגשר החדש לאחר דיון ארוך שנמשך עד שעות הלילה המאוחרות.",
    "hi": "नगर परिषद ने सोमवार को देर रात तक चली लंबी बहस के बाद नए पुल के निर्माण को मंजूरी दे दी।",
    "zh": "市议会周一在经过长时间辩论后批准了新桥的建设。",
    "ja": "市議会は月曜日、深夜まで続いた議論の末に新しい橋の建設を承認した。",
    "ko": "시의회는 월요일 밤늦게까지 이어진 토론 끝에 새 다리 건설을 승인했다.",
    "th": "สภาเมืองอนุมัติการก่อสร้างสะพานใหม่เมื่อวันจันทร์หลังการอภิปรายที่ยาวนาน",
    "el": "Το δημοτικό συμβούλιο ενέκρινε τη Δευτέρα την κατασκευή της νέας γέφυρας μετά από μακρά συζήτηση.",
}


@pytest.mark.parametrize("tag", TEXTS)
def test_the_language_of_a_sentence_or_two_is_detected(tag: str) -> None:
    found, confidence = detect_language(TEXTS[tag])
    assert found == tag
    assert 0.5 < confidence <= 1


@pytest.mark.parametrize("text", ["", "   ", "12:30 – 14:00", "AAPL +1.2%", "Ann Lee", "OK", "!!!"])
def test_a_text_without_a_language_is_und(text: str) -> None:
    assert detect_language(text) == (UNKNOWN, 0.0)


def test_a_hint_decides_what_a_short_text_leaves_open() -> None:
    assert detect_language("Taxi", "sv-SE") == ("sv", 0.5)


@pytest.mark.parametrize("hint", ["da", "nb"])
def test_a_hint_decides_between_languages_that_share_their_words(hint: str) -> None:
    assert detect_language("Regjeringen vil ha en ny bro over elven til byen før vinteren.", hint)[0] == hint


@pytest.mark.parametrize(
    ("hint", "tag", "text"),
    [
        (
            "no",
            "nb",
            "Regjeringen sier at kommunene skal få mer penger til skolene, men de vil ikke gi noe nå.",
        ),
        (
            "nb-NO",
            "nb",
            "Regjeringen sier at kommunene skal få mer penger til skolene, men de vil ikke gi noe nå.",
        ),
        ("fil", "fil", "Sinabi ng pangulo na magkakaroon ng bagong tulay sa lungsod bago matapos ang taon."),
        ("tl", "tl", "Sinabi ng pangulo na magkakaroon ng bagong tulay sa lungsod bago matapos ang taon."),
        (
            "in",
            "id",
            "Presiden mengatakan bahwa jembatan baru itu akan dibangun di kota sebelum akhir tahun.",
        ),
        (
            "mo",
            "ro",
            "Președintele a declarat că noul pod va fi construit în oraș înainte de sfârșitul anului.",
        ),
    ],
)
def test_a_hint_by_another_tag_of_the_language_agrees_with_the_model(hint: str, tag: str, text: str) -> None:
    found, confidence = detect_language(text, hint)
    assert (found, confidence) == (tag, detect_language(text)[1])
    assert confidence >= 0.75


def test_a_wrong_hint_does_not_overrule_a_sure_text() -> None:
    assert detect_language(TEXTS["de"] * 3, "en-US")[0] == "de"
    assert detect_language(TEXTS["ja"], "en")[0] == "ja"


@pytest.mark.parametrize(
    ("stated", "tag"),
    [
        ("pt_BR", "pt"),
        ("EN-us", "en"),
        ("iw", "he"),
        ("zh-Hans-CN", "zh"),
        ("und", None),
        ("", None),
        ("english", "en"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("German", "de"),
        ("Deutsch", "de"),
        ("Français", "fr"),
        ("spa", "es"),
        ("English (United States)", "en"),
        ("en_US.UTF-8", "en"),
        ("http://id.loc.gov/vocabulary/iso639-2/fre", "fr"),
        ("cmn-Hans", "zh"),
        ("Klingonian", None),
    ],
)
def test_stated_tags_are_brought_to_their_primary_part(stated: str, tag: str | None) -> None:
    assert primary_tag(stated) == tag


@settings(deadline=None, max_examples=50)  # both models are loaded in the first
@given(
    st.one_of(
        st.sampled_from(list(TEXTS.values())), st.text(), st.text("aehinorst tdAEÜé日\0").map(str.upper)
    )
)
def test_the_model_scores_as_its_library_does(text: str) -> None:
    model = language_model()
    theirs = dict(library().rank(text))
    own = dict(zip(model.languages, model.score(text), strict=True))
    for _, alias in model.aliases:  # their names are those of columns before them
        own[model.languages[alias]] = model.score(text)[model.languages.index(model.languages[alias])]
    assert own.keys() == theirs.keys()
    assert all(abs(own[tag] - theirs[tag]) < 1e-4 for tag in theirs)  # sums run in another order


def test_no_feature_is_longer_than_what_is_looked_at() -> None:
    model = language_model()
    table = model.moves.reshape(-1, 256)
    reached = np.zeros(len(model.rows), dtype=bool)
    front = np.zeros(1, dtype=np.int64)
    depth = -1
    while len(front):
        reached[front] = True
        depth += 1
        after = np.unique(table[model.rows[front] >> 8])
        front = after[~reached[after]]
    assert depth == LONGEST_FEATURE
    assert model.second_rows[0] == model.rows[0]  # zero bytes lead nowhere


@cache
def library() -> Any:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def test_the_tables_are_those_of_py3langid() -> None:
    model, theirs = language_model(), library()
    assert list(model.languages) == list(theirs.nb_classes)
    assert np.array_equal(model.weights, np.asarray(theirs.nb_ptc, dtype=np.float32))
    assert np.array_equal(model.moves, np.asarray(theirs.tk_nextmove))
    assert np.array_equal(model.rows, np.asarray(theirs.tk_row).astype(np.intp) << 8)
    assert np.array_equal(model.features, np.asarray(theirs.tk_output))
    assert np.array_equal(model.priors, np.asarray(theirs.nb_pc, dtype=np.float32))
    assert all(table.flags.aligned for table in (model.moves, model.rows, model.features, model.weights))
