"""Whether a text is a digest: several items about different events under headlines of their own; title and text in."""

from __future__ import annotations

from itertools import combinations
from typing import Final

from transforms.cleaning.line_kinds import ends_sentence
from transforms.language.background import load_background, model_language
from transforms.language.lexicon import Lexicon, lexicon_of

MOST_LINES: Final = 400  # examined: a digest shows itself early
LEAST_WORDS: Final = 60  # of the whole text
HEADING_WORDS: Final = (3, 18)  # words of an item's headline
ITEM_WORDS: Final = 15  # of the text under it
# Words from this information (nats) on say what an item is about.
TELLING: Final = 5.0
# Telling words that two items of one digest may have in common, by share of the smaller item: chance, a city, a day.
SHARED: Final = 0.1

_Words = frozenset[int]


def find_digest(title: str, text: str, language: str) -> str | None:
    """Return why a text is a digest (several items about different events), in words, or None.

    An item is a line of 3 to 18 words that closes like no sentence, over 15 words of text or more. In a digest each
    such headline has a rare word (`rare_words`) of its text, and no two items have more than a tenth of the smaller
    one's rare words in common; an article in sections reports one event. Text before the first headline is an item too:
    then `title` has to have a rare word of the others that this text lacks. `language` is a BCP 47 tag. The first 400
    lines are read; None below four lines or 60 words.
    """
    lines = [line.strip() for line in text.split("\n", MOST_LINES)[:MOST_LINES] if line.strip()]
    if len(lines) < 4 or len(text.split(None, LEAST_WORDS)) < LEAST_WORDS:
        return None
    lexicon = lexicon_of(load_background(), model_language(language))
    opening, items = _items(lines, lexicon)
    if not items or not all(head & body for head, body in items):
        return None
    topics = [head | body for head, body in items]
    if opening:  # an item whose headline is the page's, or what an article begins with
        beyond = frozenset.union(*topics) - opening
        if not _telling(title, lexicon) & beyond:
            return None
        topics.append(opening)
    for one, other in combinations(topics, 2):
        if len(one & other) > SHARED * min(len(one), len(other)):
            return None
    return f"{len(topics)} items have nothing in common" if len(topics) > 1 else None


def rare_words(text: str, language: str) -> frozenset[int]:
    """Return the rare words of a text, which tell what it is about, as 32-bit keys of their stems (`term_key`).

    Rare is an inverse document frequency of 5 nats or more in the background model. `language` is a BCP 47 tag. Empty
    where the text has none.
    """
    return _telling(text, lexicon_of(load_background(), model_language(language)))


def _items(lines: list[str], lexicon: Lexicon) -> tuple[_Words, list[tuple[_Words, _Words]]]:
    """Return the telling words before the first headline, and those of each headline and of the text under it.

    A greeting before the first headline is no item.
    """
    at = [number for number in range(len(lines) - 1) if _is_heading(lines[number], lines[number + 1])]
    if not at:
        return frozenset(), []
    ends = [*at[1:], len(lines)]
    items = []
    for start, end in zip(at, ends, strict=True):
        body = " ".join(lines[start + 1 : end])
        if len(body.split(None, ITEM_WORDS)) >= ITEM_WORDS or len(body) >= 6 * ITEM_WORDS:
            items.append((_telling(lines[start], lexicon), _telling(body, lexicon)))
    opening = " ".join(lines[: at[0]])
    return (_telling(opening, lexicon) if len(opening.split()) >= ITEM_WORDS else frozenset()), items


def _is_heading(line: str, following: str) -> bool:
    least, most = HEADING_WORDS
    words = len(line[:300].split())
    is_short = least <= words <= most or (words < least and 6 <= len(line) <= 40 and not line.isascii())
    return is_short and not ends_sentence(line) and ends_sentence(following) and len(following) > len(line)


def _telling(text: str, lexicon: Lexicon) -> _Words:
    rows, _ = lexicon.read([text])
    return frozenset(lexicon.keys[rows[lexicon.information[rows] >= TELLING]].tolist())
