"""Pair scores: symmetric, highest for the same text, fair across languages, and always explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.kernel import sparse_dot as dots
from transforms.language.background import load_background
from transforms.stories import clustering as stories
from transforms.stories import pair_score
from transforms.stories.pair_score import explain_pair, score_pairs
from transforms.stories.profile import CHANNELS, Profile, key_terms, pack, profile, unpack
from transforms.stories.profile_table import tabulate, tabulate_packed
from transforms.stories.story_model import MODEL
from transforms.types import Kind, Precision

BACKGROUND = load_background()

# For each language two reports of one event in different words, then one of another event of the same sort.
REPORTS = {
    "en": (
        "A freight train carrying grain left the rails near the village of Harlow Bend on Tuesday night, spilling its "
        "load over the road. Nobody was hurt, said Marta Quill, who leads the county's fire brigade.",
        "Twelve wagons of grain derailed outside Harlow Bend late on Tuesday. The road is shut while crews clear the "
        "spilled cargo; fire chief Marta Quill reported no injuries.",
        "A passenger ferry ran aground off Port Sellick on Tuesday night. All ninety people on board were taken ashore "
        "by lifeboats, the coast guard's spokesman Owen Trask said.",
    ),
    "vi": (
        "Một vụ cháy lớn xảy ra đêm thứ ba tại xưởng gỗ Minh Phát ở thành phố Biên Hòa. Không có ai bị thương, ông "
        "Trần Quốc Hưng, đội trưởng cứu hỏa, cho biết.",
        "Xưởng gỗ Minh Phát tại Biên Hòa bốc cháy dữ dội trong đêm. Theo đội trưởng cứu hỏa Trần Quốc Hưng, vụ cháy "
        "không gây thương vong.",
        "Trận lũ sáng thứ tư đã cuốn trôi cây cầu Suối Đá ở tỉnh Yên Bái, khiến ba bản bị cô lập, bà Lò Thị Mai nói.",
    ),
    "fr": (
        "Les salariés de la fonderie Vaubrun, à Montreuil-sur-Lys, ont voté la grève mardi pour obtenir une hausse de "
        "salaire de 6 %, a annoncé la déléguée Claire Roussin.",
        "Grève votée à la fonderie Vaubrun : à Montreuil-sur-Lys, la déléguée syndicale Claire Roussin réclame une "
        "augmentation de 6 % pour les ouvriers.",
        "Le conseil municipal de Saint-Alban a adopté mardi la construction d'une piscine, un projet de neuf millions "
        "d'euros défendu par le maire Luc Bernier.",
    ),
    "de": (
        "Die Brauerei Lindenhof in Altkirchen muss nach einem Großbrand schließen. Bürgermeisterin Petra Wolters "
        "sprach am Dienstag von einem Schaden in Millionenhöhe.",
        "Nach dem Brand in der Altkirchener Brauerei Lindenhof steht der Betrieb still. Den Schaden bezifferte "
        "Bürgermeisterin Petra Wolters auf mehrere Millionen.",
        "Im Hafen von Wiekstedt ist am Dienstag ein Kran umgestürzt. Zwei Arbeiter wurden leicht verletzt, teilte "
        "Polizeisprecher Jens Harms mit.",
    ),
    "es": (
        "El alcalde de Villarreal del Monte, Tomás Arrieta, dimitió el martes tras conocerse el contrato irregular del "
        "nuevo acueducto.",
        "Dimite Tomás Arrieta, alcalde de Villarreal del Monte, por las irregularidades del contrato del acueducto.",
        "Un terremoto de magnitud 5,2 sacudió el martes la costa de Puerto Lagarto sin causar víctimas, informó el "
        "servicio sismológico que dirige Inés Calvo.",
    ),
    "ru": (
        "В посёлке Каменка во вторник открыли мост через реку Вербная. Строительство заняло четыре года, сообщил глава "
        "района Игорь Лаптев.",
        "Новый мост через Вербную заработал в Каменке: строили его четыре года, рассказал Игорь Лаптев, глава района.",
        "В музее города Зареченск похитили картину художника Дубинина. Пропажу во вторник обнаружила Анна Гусева.",
    ),
    "zh": (
        "星期二晚上，青石镇一家造纸厂发生火灾，消防队长陈立民表示没有人员伤亡，起火原因正在调查。",
        "青石镇造纸厂周二夜间起火。据消防队长陈立民介绍，火灾未造成人员伤亡。",
        "云溪市博物馆星期三展出一批新出土的青铜器，馆长赵雅琴说展览将持续三个月。",
    ),
}  # fmt: skip


def describe(text: str, language: str = "en", at: datetime | None = None, number: int = 1) -> Profile:
    precision = Precision.NONE if at is None else Precision.MINUTE
    return profile(number, "", text, language, at, precision, Kind.ARTICLE, BACKGROUND)


def final(a: Profile, b: Profile) -> float:
    return float(score_pairs([a, b], np.array([[0, 1]])).final[0])


@pytest.mark.parametrize("language", sorted(REPORTS))
def test_two_reports_of_one_event_fold_and_a_third_event_stays_out(language: str) -> None:
    first, second, other = (describe(text, language) for text in REPORTS[language])
    assert final(first, second) >= MODEL.threshold
    assert final(first, other) < MODEL.threshold
    assert final(second, other) < MODEL.threshold


def test_a_sentence_model_joins_no_two_languages() -> None:
    vector = np.array([0.6, 0.8], np.float16)
    english, german, again = (
        replace(describe(REPORTS[tag][0], tag), vector=vector) for tag in ("en", "de", "en")
    )
    assert final(english, german) == 0.0
    assert final(english, again) > MODEL.threshold


def test_languages_never_match_by_chance_words() -> None:
    text = "Akram Vell Norden 550 Tokio"
    assert final(describe(text, "en"), describe(text, "de")) == 0.0
    assert final(describe(text, "pt"), describe(text, "pt-BR")) > 0.99


WORDS = st.lists(
    st.sampled_from(
        ["Quill", "harbour", "550", "Lindenhof", "fire", "the", "of", "minister", "12.5", "Tokyo", "vote"]
    ),
    max_size=40,
).map(" ".join)
ANY_TEXT = st.one_of(WORDS, st.text(max_size=80))
LANGUAGES = st.sampled_from(["en", "de", "zh", "th", "und", "xx-Latn", "zh-Hant-TW", "unknownlanguage", ""])


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT, ANY_TEXT, LANGUAGES)
def test_score_is_symmetric_and_bounded(a: str, b: str, language: str) -> None:
    left, right = describe(a, language), describe(b, language)
    assert final(left, right) == final(right, left)
    assert 0.0 <= final(left, right) <= 1.0


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT, LANGUAGES, st.none() | st.datetimes(timezones=st.just(UTC)))
def test_a_packed_profile_reads_back_equal(text: str, language: str, at: datetime | None) -> None:
    item = describe(text, language, at, number=2**64 - 1)
    assert pack(unpack(pack(item))) == pack(item)
    assert unpack(pack(item)).spelling() == item.spelling()
    assert (unpack(pack(item)).language, unpack(pack(item)).day) == (item.language, item.day)


@pytest.mark.parametrize("read", [unpack, lambda data: tabulate_packed([data])])
def test_an_unknown_format_is_refused(read: Callable[[bytes], object]) -> None:
    with pytest.raises(ValueError, match="format 250"):
        read(bytes([250]) + bytes(40))


@pytest.mark.parametrize("read", [unpack, lambda data: tabulate_packed([data])])
def test_a_profile_cut_short_is_named_as_damaged(read: Callable[[bytes], object]) -> None:
    item = describe(REPORTS["en"][0], "en")
    data = pack(item)
    for size in range(len(data) - len(item.spelled_words[-1].encode())):
        with pytest.raises(ValueError, match=r"^damaged profile"):
            read(data[:size])


def test_a_profile_that_is_no_profile_inside_is_named_as_damaged() -> None:
    data = bytearray(pack(describe(REPORTS["en"][0], "en")))
    for at, byte in ((9, 0xFF), (17, 0xFF), (len(data) - 1, 0xFF)):  # language, kind, words
        wrong = bytes(data[:at]) + bytes([byte]) + bytes(data[at + 1 :])
        with pytest.raises(ValueError, match=r"^damaged profile of article"):
            unpack(wrong)


def test_a_language_that_has_no_room_is_not_cut() -> None:
    with pytest.raises(ValueError, match="'unknownlanguage' is no primary language tag"):
        pack(replace(describe("", "en"), language="unknownlanguage"))


def test_vectors_of_several_widths_are_refused() -> None:
    item = describe("", "en")
    others = [replace(item, vector=np.ones(width, np.float16)) for width in (1, 3)]
    for profiles in (others, [item, others[0]]):
        with pytest.raises(ValueError, match="several widths"):
            tabulate(profiles)


def test_a_table_holds_what_its_profiles_hold() -> None:
    texts = [(text, language) for language, texts in REPORTS.items() for text in texts]
    profiles = [describe(text, language) for text, language in [*texts, ("", "en")]]
    table = tabulate(profiles)
    assert len(table) == len(profiles)
    for channel in range(len(CHANNELS)):
        ends = table.offsets[channel]
        for row, item in enumerate(profiles):
            span = slice(ends[row], ends[row + 1])
            assert np.array_equal(table.keys[channel][span], item.channels[channel].keys)
            assert np.array_equal(table.weights[channel][span], item.channels[channel].weights)
    alike = table.language[:, None] == table.language
    assert alike.tolist() == [[a.language == b.language for a in profiles] for b in profiles]
    assert table.weekdays.tolist() == [item.weekdays for item in profiles]
    assert len(tabulate([])) == 0


def test_time_fades_without_a_cliff_and_its_absence_on_one_side_costs_little() -> None:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    text = REPORTS["en"][0]
    scores = [
        final(describe(text, at=day), describe(text, at=day + timedelta(days=gap))) for gap in range(60)
    ]
    assert scores == sorted(scores, reverse=True)
    assert max(a - b for a, b in pairwise(scores)) < 0.08
    undated = score_pairs(
        [describe(text, at=day), describe(text), describe(text)], np.array([[0, 1], [1, 2]])
    )
    assert undated.time.tolist() == pytest.approx([MODEL.undated, 1])
    far = timedelta(
        days=MODEL.window_days - 1
    )  # whole days that far apart are more than that; equal texts are no evidence then
    beyond = final(describe(text, at=day), describe(text, at=day + far))
    assert beyond < MODEL.floor


def test_the_days_of_grace_cost_nothing_and_the_next_one_does() -> None:
    text, start = REPORTS["en"][0], datetime(2026, 3, 1, tzinfo=UTC)
    first = describe(text, at=start)
    later = [describe(text, at=start + timedelta(days=MODEL.grace_days + more)) for more in (0, 1)]
    time = score_pairs([first, *later], np.array([[0, 1], [0, 2]])).time
    assert MODEL.grace_days >= 1
    assert time[0] == 1
    assert time[1] == pytest.approx(0.5 ** (1 / MODEL.half_life_days))


def test_the_threshold_is_where_two_articles_alone_become_a_story() -> None:
    for score, size in ((MODEL.threshold + 0.002, 1), (MODEL.threshold - 0.002, 2)):
        link = stories.Links(
            np.array([1], np.uint64), np.array([2], np.uint64), np.array([score], np.float32)
        )
        assert len(stories.group_articles([1, 2], [Kind.ARTICLE] * 2, link).stories) == size


def test_an_explanation_names_shared_words_and_what_fell_short() -> None:
    first, second, other = (describe(text) for text in REPORTS["en"])
    same, different = explain_pair(first, second), explain_pair(first, other)
    assert same.is_same_story
    assert same.short_channel is None
    assert {"harlow", "quill", "grain"} <= {term.word for term in same.shared_terms}
    assert not different.is_same_story
    assert different.short_channel in CHANNELS
    assert explain_pair(first, describe(REPORTS["de"][0], "de")).short_channel == "language"
    total = sum(term.weight for term in explain_pair(first, second, shared=999).shared_terms)
    assert total == pytest.approx(same.channels["body"], abs=0.01)


def test_an_explanation_has_no_figure_for_a_channel_that_is_lacking() -> None:
    a, b = (describe(text.lower()) for text in REPORTS["en"][::2])
    apart = explain_pair(a, b)
    assert apart.channels["names"] is None
    assert apart.short_channel in ("body", "lead")
    short, long = (explain_pair(one, one).channels["length"] for one in (describe("Quill fell"), a))
    assert short is not None
    assert long is not None
    assert short > long >= 1


def test_key_terms_say_what_the_story_is_about() -> None:
    assert {"harlow", "quill"} <= set(key_terms([describe(text) for text in REPORTS["en"][:2]]))


@pytest.mark.parametrize("count", [1, 8, 99])
def test_key_terms_of_one_report_are_ordered_as_those_of_several(count: int) -> None:
    for report in [describe(text, language) for language, texts in REPORTS.items() for text in texts]:
        assert key_terms([report], count) == key_terms([report, report], count)


@pytest.mark.slow
def test_the_compiled_kernel_gives_the_bits_of_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    table = tabulate([describe(text, language) for language, texts in REPORTS.items() for text in texts])
    first, second = np.triu_indices(len(table))
    pairs = np.stack((first, second), axis=1)
    plain = score_pairs(table, pairs)
    monkeypatch.setattr(dots, "FEW_PAIRS", 0)
    compiled = score_pairs(table, pairs)
    assert compiled.channels.tobytes() == plain.channels.tobytes()
    assert compiled.final.tobytes() == plain.final.tobytes()


@pytest.mark.parametrize("processors", [2, 3, 7])
def test_any_number_of_processors_gives_the_same_scores(
    processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tabulate([describe(text, language) for language, texts in REPORTS.items() for text in texts])
    pairs = np.stack(np.triu_indices(len(table)), axis=1)
    whole = score_pairs(table, pairs)
    monkeypatch.setattr(pair_score, "FEW_PAIRS", 1)
    sliced = score_pairs(table, pairs, processors=processors)
    for part in fields(whole):
        one, other = getattr(whole, part.name), getattr(sliced, part.name)
        assert (one is None) == (other is None)
        assert one is None or one.tobytes() == other.tobytes(), part.name
