"""Wrapped prose becomes paragraphs again, at any width and in any style; what was broken on purpose keeps its lines."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from transforms.cleaning.line_unwrapping import unwrap
from transforms.cleaning.plain_text import segment

TITLE = "Ferry pier closes for the winter"
WORDS = (
    "the", "old", "harbour", "council", "of", "Solhamn", "voted", "on", "Tuesday", "to", "close", "its",
    "pier", "and", "which", "nobody", "had", "asked", "for", "a", "long", "time", "when", "Ines",
    "Aldana", "said", "that", "repairs", "would", "cost", "more", "than", "twice", "what", "was",
    "left", "in", "a", "town", "without", "any", "other", "crossing",
)  # fmt: skip
PARAGRAPH = st.lists(st.sampled_from(WORDS), min_size=50, max_size=90).map(
    lambda words: f"The {' '.join(words)} as well."
)
PROSE = st.lists(PARAGRAPH, min_size=2, max_size=5)

SONG = """I rowed the doctor through the flood,
the midwife and the priest,
and every one of them paid late
and I was paid the least.

The river never asked a coin,
it carried great and small,
so when I go put in my hand
no penny, none at all."""
VERSE_WITHOUT_MARKS = """The lamp went out above the weir
And nobody came down the stair
The water took the miller's gear
The winter took the miller's mare"""
ADDRESSES = """Depot North
14 Kiln Lane
Ombridge

Depot South
3 Tannery Yard
Wendlestoke"""
LISTS = """Not taken are:
car batteries
gas bottles
asbestos
medicines"""
TABLE = """Solhamn Rowers      Wendlestoke   6:41
Farrowgate Ladies   Tarrow        7:02
Penny Hill Four     Halveston     7:15"""
HEADLINES = """Bakers fear a shortage of flour as mills close for repairs
Night train to the coast returns after nine years of waiting
Mayor opens a bridge that nobody in the town can cross yet
Storm takes the roof off the library and leaves the books"""
PARAGRAPHS = """The council voted on Tuesday to close the ferry pier for the winter.
Repairs would have cost 4.2 million crowns, said its chair, Ines Aldana.
The vote ends a dispute that had split the town for three long years.
A meeting about the old lamps of the pier is planned for the spring."""


def wrap(paragraphs: list[str], width: int, style: str) -> str:
    lines = [TITLE]
    for paragraph in paragraphs:
        lines += [""] if style == "blank" else []
        indent = "   " if style == "indent" else ""
        lines += textwrap.wrap(paragraph, width, initial_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)


def is_wrapped_prose(text: str) -> bool:
    """Return whether half of the lines begin within a sentence, as in prose of any language that has small letters."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return sum(line[0].islower() for line in lines) >= 0.5 * len(lines)


@given(PROSE, st.integers(48, 110), st.sampled_from(["plain", "blank", "indent"]))
@settings(deadline=None)
def test_wrapped_prose_keeps_every_word_and_its_headline(
    paragraphs: list[str], width: int, style: str
) -> None:
    text = wrap(paragraphs, width, style)
    assume(is_wrapped_prose(text))
    found = segment(text)
    assert found.title == TITLE
    assert found.body.split() == " ".join(paragraphs).split()
    # without a blank line or an indent, paragraphs whose last line is full are one
    assert style == "plain" or found.body.split("\n") == paragraphs


@given(PROSE, st.integers(28, 44))
@settings(deadline=None)
def test_a_narrow_column_keeps_every_word(paragraphs: list[str], width: int) -> None:
    text = wrap(paragraphs, width, "blank")
    assume(is_wrapped_prose(text))
    found = segment(text)
    assert [line for line in found.body.split("\n") if line in paragraphs] == paragraphs


@given(PROSE, st.integers(50, 90), st.lists(st.integers(-6, 6), min_size=7, max_size=7))
@settings(deadline=None)
def test_lines_broken_near_a_width_keep_every_word(
    paragraphs: list[str], width: int, shifts: list[int]
) -> None:
    lines: list[str] = [TITLE, ""]
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) >= width + shifts[len(lines) % 7]:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines += [line, ""]
    assume(is_wrapped_prose("\n".join(lines)))
    found = segment("\n".join(lines)).body
    assert found.split() == " ".join(paragraphs).split()
    assert len(found.split("\n")) < (len(lines) - 2 * len(paragraphs)) / 2


@pytest.mark.parametrize(
    "text",
    [SONG, VERSE_WITHOUT_MARKS, ADDRESSES, LISTS, TABLE, HEADLINES, PARAGRAPHS, f"{ADDRESSES}\n\n{LISTS}"],
)
def test_lines_broken_on_purpose_stay_lines(text: str) -> None:
    assert unwrap(text.split("\n")) == text.split("\n")
    prose = textwrap.wrap("The council of Solhamn voted to close the ferry pier for the winter. " * 6, 72)
    found = "\n".join(unwrap([*prose, "", *text.split("\n"), "", *prose]))
    # lines as wide as the prose, each a sentence, could be its own
    assert f"\n\n{text}\n\n" in found or text == PARAGRAPHS


def test_items_and_speakers_begin_a_line() -> None:
    text = [
        "The council of Solhamn voted on Tuesday to close the old ferry pier for",
        "the winter, and asked three questions of the office of the harbour now:",
        "- whether the pier can be mended before the spring without closing the",
        "  town's only road",
        "- who pays",
        "MAYOR: I have asked the office of the harbour for its plans, and it has",
        "sent none of them to the town so far.",
        "LIND: They were sent.",
    ]
    assert unwrap(text)[1:] == [
        "- whether the pier can be mended before the spring without closing the town's only road",
        "- who pays",
        "MAYOR: I have asked the office of the harbour for its plans, and it has sent none of them to the town so far.",
        "LIND: They were sent.",
    ]


def test_words_cut_at_a_lines_end_are_whole_again_and_compounds_keep_their_hyphen() -> None:
    text = [
        "The harbour council of Solhamn voted on Tuesday to close the old fer-",
        "ry pier for the winter, which ends a dispute of two neighbours, a two-",
        "year-old one, about who of the two has to pay for what the winter did",
        "to its lamps.",
    ]
    assert unwrap(text) == [
        "The harbour council of Solhamn voted on Tuesday to close the old ferry pier for the winter, which ends a "
        "dispute of two neighbours, a two-year-old one, about who of the two has to pay for what the winter did to "
        "its lamps."
    ]


def test_scripts_without_spaces_are_joined_without_one() -> None:
    text = (
        "港口委员会周二决定旧渡轮码头将在整个冬季关闭从而结束了争端委员会主席在表决后表示维修费用将达到四百二十万克朗"
        * 4
    )
    lines = textwrap.wrap(text + "。", 40)
    assert unwrap(lines) == [text + "。"]


@given(st.text(max_size=300))
def test_any_text_is_taken_and_keeps_its_letters(text: str) -> None:
    found = "".join(unwrap(text.split("\n")))
    assert [c for c in found if c.isalnum()] == [c for c in text if c.isalnum()]
