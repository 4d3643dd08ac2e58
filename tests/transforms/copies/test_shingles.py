"""What counts as the same text, and that both ways of computing it agree."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.copies.shingles import _character_table, shingle, shingle_texts, tokenise
from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel import numpy_loops
from transforms.kernel.numba_compilation import has_numba

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)


def hashes(text: str) -> list[int]:
    return [int(value) for value in shingle_texts([text]).values]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferry left Porto at dawn.", "THE FERRY, left porto -- at dawn"),
        ("He said: “We are full.”", 'he said "we are full"'),
        ("Straße nach Köln gesperrt", unicodedata.normalize("NFD", "STRASSE NACH KÖLN GESPERRT")),
        ("Ｐａｇｅ １２ of ｶﾞｲﾄﾞ", "page 12 of ガイド"),
        ("co\u00adoperation on the border", "cooperation on the border"),
        ("Tiếng Việt hôm nay", unicodedata.normalize("NFD", "TIẾNG VIỆT HÔM NAY")),
        ("Οδυσσεύς ΟΔΥΣΣΕΎΣ again", "οδυσσεύσ οδυσσεύς again"),
    ],
)
def test_case_punctuation_width_and_accent_form_do_not_count(one: str, other: str) -> None:
    assert hashes(one) == hashes(other)


def test_accents_themselves_and_word_order_count() -> None:
    assert hashes("le marché est fermé") != hashes("le marche est ferme")
    assert hashes("dog bites man today") != hashes("man bites dog today")


def test_a_text_has_one_shingle_for_each_three_words_and_short_ones_one_for_all() -> None:
    assert len(hashes("one two three four five")) == 3
    assert len(hashes("one two")) == 1
    assert hashes("") == []
    assert hashes("... !") == []


@pytest.mark.parametrize("text", ["東京都心で今朝雪が降り電車が止まった", "รถไฟฟ้าหยุดวิ่งเพราะฝนตกหนักในกรุงเทพ"])
def test_scripts_without_spaces_are_cut_by_characters(text: str) -> None:
    changed = text[:-1] + "x"
    shared = set(hashes(text)) & set(hashes(changed))
    assert len(hashes(text)) > 5
    assert len(shared) >= len(hashes(text)) - 2


@given(st.lists(ANY_TEXT, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_batch_gives_what_single_texts_give(texts: list[str]) -> None:
    batch = shingle_texts(texts)
    for at, text in enumerate(texts):
        assert batch.values[batch.offsets[at] : batch.offsets[at + 1]].tolist() == hashes(text)


@given(st.lists(st.text(alphabet=st.sampled_from("aB1é́ \n.がﾞกำ中﷐\u200d\ud800ßﬁ"), max_size=40), max_size=5))
@settings(max_examples=150, deadline=None)
def test_compiled_and_numpy_paths_agree(texts: list[str]) -> None:
    if not has_numba():
        pytest.skip("numba is not installed: there is one path only")
    lengths = np.array([len(text) for text in texts], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    characters = _character_table()
    characters.add(points)
    table = (characters.classes, characters.values, characters.steps)
    fast, plain = kernel.tokenise(points, starts, *table), numpy_loops.tokenise(points, starts, *table)
    assert fast is not None
    assert plain is not None
    for place in range(3):
        assert fast[place].dtype == plain[place].dtype
        assert np.array_equal(fast[place], plain[place])
    assert np.array_equal(kernel.grams(*fast), numpy_loops.grams(*fast))
    for one, other in zip(
        kernel.fingerprints(fast[0], fast[2], 3, 2),
        numpy_loops.fingerprints(fast[0], fast[2], 3, 2),
        strict=True,
    ):
        assert np.array_equal(one, other)
    grams = kernel.grams(*fast)
    gathered, plainly = (way.shingles(fast[0], grams, fast[2]) for way in (kernel, numpy_loops))
    assert np.array_equal(gathered[0], plainly[0])
    assert np.array_equal(gathered[1], plainly[1])
    counted, plainly = (way.count_distinct(grams, *fast[1:]) for way in (kernel, numpy_loops))
    assert np.array_equal(counted[0], plainly[0])
    assert np.array_equal(counted[1], plainly[1])


def test_shingles_come_from_tokens() -> None:
    tokens = tokenise(["Rain fell on Lima for 12 days."])
    assert len(tokens) == 1
    assert shingle(tokens).values.tolist() == hashes("rain fell on lima for 12 days")
