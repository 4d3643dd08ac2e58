"""Text that was decoded or escaped twice comes back; text that is meant as it stands stays."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.encoding import tidy
from transforms.text.mojibake import repair_misread, undo_entities

SENTENCES = [
    "The island’s council said “nobody was hurt” – a café on board had burned.",
    "Der Bürgermeister der Küstenstadt müsse zurücktreten, hieß es.",
    "Le château de Rochevielle a fêté dimanche ses pâtes : « Même l’âne en a mangé ».",
    "São Paulo e Mâcon enviaram pães à população.",
    "Паром на остров встал после пожара в машинном отделении.",
    "Kancelář premiéra řekla, že příští týden přijede.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("charset", ["latin-1", "cp1252"])
def test_utf_8_that_was_read_as_another_charset_is_read_anew(sentence: str, charset: str) -> None:
    try:
        damaged = sentence.encode().decode(charset)
    except UnicodeDecodeError:  # five bytes have no character in Windows-1252
        return
    assert tidy(damaged) == sentence
    assert repair_misread(f"<p>{damaged}</p>") == f"<p>{sentence}</p>"


@pytest.mark.parametrize("sentence", SENTENCES)
def test_letters_that_are_meant_stay(sentence: str) -> None:
    assert repair_misread(sentence) == sentence
    assert tidy(sentence) == sentence


@given(st.lists(st.sampled_from([*SENTENCES, "Â£5", "naïve", "l’été", "Å", "Ã©"]), max_size=5))
def test_a_repaired_text_is_left_alone(parts: list[str]) -> None:
    once = tidy("\n".join(parts))
    assert tidy(once) == once


@given(st.sampled_from(["&", '"', "é", "—"]), st.integers(0, 2))
def test_entities_are_undone_as_often_as_they_were_escaped(char: str, times: int) -> None:
    escaped = f"Tom {char} Jerry"
    for _ in range(times):
        escaped = html.escape(escaped).replace("é", "&eacute;").replace("—", "&mdash;")
    assert undo_entities(escaped) == f"Tom {char} Jerry"


@pytest.mark.parametrize(
    "entity", ["&lt;", "&gt;", "&LT;", "&GT;", "&#60;", "&#062;", "&#x3c;", "&#X3E;", "&#x003c;"]
)
def test_angle_brackets_stay_escaped_in_any_spelling(entity: str) -> None:
    assert undo_entities(f"the tag {entity}") == f"the tag {entity}"
    assert undo_entities(f"the tag {html.escape(entity)} &eacute;&Lt;&#38;") == f"the tag {entity} é≪&"


def test_what_only_looks_like_an_entity_stays() -> None:
    assert undo_entities("AT&T; R&D; a & b; the &lt;br&gt; tag") == "AT&T; R&D; a & b; the &lt;br&gt; tag"
