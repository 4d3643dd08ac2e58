"""The background model, frozen and versioned: word stems in, their information (inverse document frequency) out.

The inverse document frequency of a term is that of general language, from wordfreq's lists, not of the batch or of the
warehouse: so a score depends on two texts alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import add
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from transforms.language.stems import STEM_RULES, forms, is_unspaced, pieces, stem

if TYPE_CHECKING:
    from transforms.language.sentence_encoder import Embedder, MultilingualEmbedder

# Words in a typical report. Turns a word's share of all running words into the share of reports that hold it.
# Smaller values flatten the difference between everyday words; 100 was best for all three tuning sets together.
REPORT_WORDS: Final = 100
# Share of running words granted to a word nobody has counted: the last step of the shipped short lists. It caps
# what one odd word can weigh; the long lists (last step 1e-8) load ten times slower and were no better.
UNSEEN_SHARE: Final = 1e-6
# Where a language has no list: how much rarer (in nats) each further letter makes a word.
LETTER_INFORMATION: Final = 1.7
BOOTSTRAP_VERSION: Final = f"wordfreq-3/small-2/{STEM_RULES}"

_LONGEST_PRIMARY: Final = 8  # letters: RFC 5646, section 2.1
_ALIASES: Final = {
    "no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "tl": "fil", "iw": "he", "in": "id", "yue": "zh",
    "wuu": "zh", "jw": "ms", "mo": "ro",
}  # fmt: skip


def model_language(tag: str) -> str:
    """Map a BCP 47 tag to the code under which the language's word statistics and table are found.

    That is the primary tag in small letters, with old and close codes made one ("no" is "nb", "hr" is "sh", "yue" is
    "zh"). "und" for "" and for anything but one to eight ASCII letters as primary tag. Nothing raises; a code without
    statistics is returned as it is.
    """
    primary = tag.replace("_", "-").split("-", 1)[0].lower()
    if not (primary.isascii() and primary.isalpha() and len(primary) <= _LONGEST_PRIMARY):
        return "und"
    return _ALIASES.get(primary, primary)


@dataclass(frozen=True, slots=True)
class Background:
    """How rare each word stem is in a language. Two backgrounds of one `version` give the same numbers.

    With an `embedder` (a sentence model) profiles get a vector of the text too.
    """

    version: str
    # A sentence model, where one is set: adds a channel to every profile. The version names it too.
    embedder: Embedder | None = None
    # Whether what reports share across languages is kept of every article. The version says so too.
    has_shared_terms: bool = False
    # A multilingual encoder whose vectors are kept for that too. The version names it.
    multilingual: MultilingualEmbedder | None = None

    def information(self, term: str, language: str) -> float:
        """Return the inverse document frequency of a stem, -log of its document share, in nats; higher is rarer.

        `term` is a stem (`stems.stem`), `language` a code of `model_language`. Above 0, and at most 9.22, that of a
        stem nobody has counted.
        """
        return -math.log(self.document_share(term, language))

    def document_share(self, term: str, language: str) -> float:
        """Return the expected share (0..1, exclusive) of reports in `language` that have the stem `term`.

        A report is `REPORT_WORDS` words drawn by their share of running text (Poisson); a word nobody has counted has
        `UNSEEN_SHARE`. Where wordfreq has no list, a longer word is taken for a rarer one. `language` is a code of
        `model_language`.
        """
        return -math.expm1(-(_running_share(term, language) + UNSEEN_SHARE) * REPORT_WORDS)


def load_background() -> Background:
    """Return the background model of wordfreq's small word lists, without sentence vectors; lists load at first use."""
    return Background(version=BOOTSTRAP_VERSION)


def with_embedder(background: Background, embedder: Embedder) -> Background:
    """Return a copy of a background model that also compares sentence vectors; both versions make its version.

    Scores of different versions are never mixed. Call it with a model without an embedder: a former embedder is
    replaced, but its version stays in the name.
    """
    return replace(background, version=f"{background.version}+{embedder.version}", embedder=embedder)


def with_shared_terms(background: Background, version: str) -> Background:
    """Return a copy of a background model with which stories are compared across languages too, by shared terms.

    `version`, that of the method, is appended to the model's own.
    """
    return replace(background, version=f"{background.version}+{version}", has_shared_terms=True)


def with_multilingual(background: Background, embedder: MultilingualEmbedder) -> Background:
    """Return a copy of a background model with which stories are compared across languages too, by vectors of texts."""
    return replace(background, version=f"{background.version}+{embedder.version}", multilingual=embedder)


@cache
def word_shares(language: str) -> Mapping[str, float]:
    """Return {word: share of running text (0..1)} of wordfreq's small list of one language, words in lower case.

    `language` is a code of `model_language`; empty when wordfreq has no list. All callers get one mapping: do not
    change it.
    """
    from wordfreq import (  # .3 s, for tokenisers that nothing here uses
        available_languages,
        get_frequency_dict,
    )

    if language not in available_languages("small"):
        return MappingProxyType({})
    return MappingProxyType(get_frequency_dict(language, "small"))


@cache
def _stem_shares(language: str) -> Mapping[str, float]:
    """Return the share of running text of each stem for English; for unspaced scripts of each piece and character."""
    shares: dict[str, float] = {}
    for word, share in word_shares(language).items():
        for key in _keys(word, language):
            shares[key] = shares.get(key, 0.0) + share
    return shares


def _keys(word: str, language: str) -> tuple[str, ...]:
    if is_unspaced(language):
        return (*pieces(word), *(word if len(word) > 1 else ()))
    return (stem(word, language),)


def _running_share(term: str, language: str) -> float:
    words = word_shares(language)
    if not words:
        # No list for this language. Short words are frequent words in all of them (Zipf's law of abbreviation).
        return math.exp(-LETTER_INFORMATION * len(term)) if not is_unspaced(language) else 0.0
    if is_unspaced(language):
        shares = _stem_shares(language)
        # Pieces that span two words are in no word list: at least as common as their characters meet by chance.
        chance = shares.get(term[0], 0.0) * shares.get(term[1], 0.0) if len(term) == 2 else 0.0
        return max(shares.get(term, 0.0), chance)
    if language == "en":
        return _stem_shares(language).get(term, 0.0)
    # The words that may have this stem are looked up: to stem a whole list takes as long as cleaning ten pages.
    found = (words[word] for word in forms(term, language) if word in words and stem(word, language) == term)
    return reduce(add, sorted(found, reverse=True), 0.0)  # one by one, as `sum` does not from Python 3.12 on
