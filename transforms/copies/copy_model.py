"""The copy model: every constant that decides which texts are copies, with its reason, under one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyModel:
    """Constants of signatures, blocking, verdict and groups; a change of any of them is a new `version`.

    Raises ValueError when `bands` * `rows` is more than `permutations`.
    """

    version: str = "copies-1"

    # MinHash (Broder 1997), as datasketch makes it.
    permutations: int = 128
    seed: int = 1  # datasketch's own default: a signature made here meets one made by anybody with defaults
    scheme: str = (
        "affine32"  # 32-bit values: half the memory of the older scheme, no collisions between permutations
    )

    # LSH (Indyk and Motwani 1998), stated as datasketch's `MinHashLSH(params=(bands, rows))` takes it. Four rows find a
    # pair of Jaccard .5 with probability .87 and one of .7 with .9998; fewer rows drown in candidates.
    bands: int = 32
    rows: int = 4

    # Fingerprints: hashes of runs of tokens, sampled modulo p (Manber 1994). They find a passage kept in another text.
    fingerprint_tokens: int = (
        8  # long enough that unrelated articles share one only by quoting or by boilerplate
    )
    fingerprint_modulus: int = 16  # p: a passage of 50 words keeps about three, an article about twenty

    # Blocks: the articles of one key. Up to `block_size` are all paired; in an oversized block each is paired with the
    # `window` next on either side (sorted neighbourhood). Higher verifies more pairs that share boilerplate alone;
    # lower leaves large groups of copies thinly linked.
    block_size: int = 64
    window: int = 8

    # Verdict. Higher splits more: on the half of the evaluation groups that the ensemble has not seen, .8 to .95 all
    # pass BCubed .992; .85 favours the recall of truncated and rewritten copies.
    threshold: float = 0.85
    least_matched_words: int = (
        20  # fewer aligned words are a phrase, not a text: then only an exact copy counts
    )
    near_miss: float = (
        0.25  # rejected pairs are kept as evidence from this score on: a lower threshold may take them
    )

    # Groups: the mean score between two groups that merge. Lower chains, higher splits groups of early truncated
    # versions.
    least_mean_score: float = 0.1

    # Filled-in forms: market, sport and weather reports that share their text but not their numbers and names.
    form_least_shared: float = 0.5  # of the longer text; independent reports of one event share under a tenth
    form_least_slots: int = 4  # an update of one report changes a figure or two, a form all of them
    form_words_per_slot: int = 60  # at the most: a long report that corrects four figures is still one report

    def __post_init__(self) -> None:
        if self.bands * self.rows > self.permutations:
            raise ValueError(
                f"{self.bands} bands of {self.rows} rows need more than {self.permutations} permutations"
            )

    def candidate_probability(self, jaccard: float) -> float:
        """Return the probability that the bands make a pair of this Jaccard similarity (0 to 1) a candidate.

        The S-curve of LSH: a pair agrees in one band with probability jaccard**rows, and needs one band of `bands`.
        Fingerprints find further pairs.
        """
        return float(1.0 - (1.0 - jaccard**self.rows) ** self.bands)

    def fingerprint_probability(self, shared_tokens: int) -> float:
        """Return the probability that texts with this many equal tokens in a row share a fingerprint.

        Each run of `fingerprint_tokens` among them is kept in one of `fingerprint_modulus` cases, independently;
        fewer tokens give 0.
        """
        runs = max(shared_tokens - self.fingerprint_tokens + 1, 0)
        return float(1.0 - (1.0 - 1.0 / self.fingerprint_modulus) ** runs)


COPIES: Final = CopyModel()
