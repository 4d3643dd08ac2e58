"""How common words are in each language, as one frozen, versioned model: word stems in, information in nats out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from importlib.util import find_spec
from operator import add
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from transforms.stems import STEM_RULES, forms, is_unspaced, pieces, stem

if TYPE_CHECKING:
    from transforms.sentences import Embedder

# Words in a typical report. Turns a word's share of all running words into the share of reports that hold it.
# Smaller values flatten the difference between everyday words; 100 was best for all three tuning sets together.
REPORT_WORDS: Final = 100
# Share of running words granted to a word nobody has counted: the last step of the shipped short lists. It caps
# what one odd word can weigh; the long lists (last step 1e-8) load ten times slower and were no better.
UNSEEN_SHARE: Final = 1e-6
# Where a language has no list: how much rarer (in nats) each further letter makes a word.
LETTER_INFORMATION: Final = 1.7
BOOTSTRAP_VERSION: Final = f"wordfreq-3/small-2/{STEM_RULES}"
_LIST_HEADER: Final = {"format": "cB", "version": 1}

_ALIASES: Final = {
    "no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "tl": "fil", "iw": "he", "in": "id", "yue": "zh",
    "wuu": "zh", "jw": "ms", "mo": "ro",
}  # fmt: skip


def model_language(tag: str) -> str:
    """Map a BCP 47 tag to the language its word statistics are kept under; never empty."""
    primary = tag.replace("_", "-").split("-", 1)[0].lower() or "und"
    return _ALIASES.get(primary, primary)


@dataclass(frozen=True, slots=True)
class CorpusCounts:
    """Document counts of a corpus for one language, the material of a maintenance refresh."""

    documents: int
    holding: Mapping[str, int]  # stem → documents that hold it


@dataclass(frozen=True, slots=True)
class Background:
    """Term information by language. Immutable: two backgrounds with one `version` give the same numbers."""

    version: str
    corpus: Mapping[str, CorpusCounts] = field(default_factory=lambda: MappingProxyType({}))
    # How many documents of general language the shipped lists count for beside the corpus's own counts.
    prior_documents: float = 2_000.0
    # A sentence model, where one is set: adds a channel to every profile. The version names it too.
    embedder: Embedder | None = None

    def information(self, term: str, language: str) -> float:
        """Return -log of the share of reports expected to hold the stem `term`, in nats; higher is rarer."""
        share = self.document_share(term, language)
        return -math.log(share)

    def document_share(self, term: str, language: str) -> float:
        """Return the expected share (0..1, exclusive) of reports in `language` that hold the stem `term`."""
        prior = -math.expm1(-(_running_share(term, language) + UNSEEN_SHARE) * REPORT_WORDS)
        counts = self.corpus.get(language)
        if counts is None or counts.documents <= 0:
            return prior
        held = counts.holding.get(term, 0)
        return (held + prior * self.prior_documents) / (counts.documents + self.prior_documents)


def load_background() -> Background:
    """Return the bootstrap model made of the word lists shipped with wordfreq; word lists load at first use."""
    return Background(version=BOOTSTRAP_VERSION)


def blend(background: Background, version: str, corpus: Mapping[str, CorpusCounts]) -> Background:
    """Return a new model that adds a corpus's own document counts. For maintenance only: scores change with it."""
    if version == background.version:
        raise ValueError("a changed background needs a version of its own")
    return Background(version=version, corpus=MappingProxyType(dict(corpus)))


def with_embedder(background: Background, embedder: Embedder) -> Background:
    """Return a model that also compares sentence vectors; it has a version of its own, so scores are never mixed."""
    return replace(background, version=f"{background.version}+{embedder.version}", embedder=embedder)


@cache
def word_shares(language: str) -> Mapping[str, float]:
    """Return share of running words by lower-case word for one language; empty when there is no list.

    A list is a gzipped msgpack file: a header, then the words of each step of a hundredth of a power of ten. Raises
    ValueError for a list in another format.
    """
    path = _word_lists().get(language)
    if path is None:
        return MappingProxyType({})
    import gzip

    import msgpack

    header, *steps = msgpack.unpackb(gzip.decompress(path.read_bytes()))
    if header != _LIST_HEADER:
        raise ValueError(f"{path.name}: not a word list of a known format: {header!r}")
    return {word: 10 ** (-step / 100) for step, words in enumerate(steps) for word in words}


@cache
def _word_lists() -> Mapping[str, Path]:
    """Find wordfreq's short lists by language, without importing it: .3 s for tokenisers that nothing here uses."""
    found = find_spec("wordfreq")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("wordfreq is not installed", name="wordfreq")
    lists = Path(found.submodule_search_locations[0], "data").glob("small_*.msgpack.gz")
    return {path.name.removeprefix("small_").partition(".")[0]: path for path in lists}


@cache
def _stem_shares(language: str) -> Mapping[str, float]:
    """Return share of running words by stem for English; for unspaced scripts by piece and by character."""
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
        # Pieces that span two words stand in no word list: at least as common as chance makes their characters meet.
        chance = shares.get(term[0], 0.0) * shares.get(term[1], 0.0) if len(term) == 2 else 0.0
        return max(shares.get(term, 0.0), chance)
    if language == "en":
        return _stem_shares(language).get(term, 0.0)
    # The words that may have this stem are looked up: to stem a whole list takes as long as cleaning ten pages.
    held = (words[word] for word in forms(term, language) if word in words and stem(word, language) == term)
    return reduce(add, sorted(held, reverse=True), 0.0)  # one by one, as `sum` does not from Python 3.12 on
