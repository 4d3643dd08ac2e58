"""The story model: every constant that decides which articles are one story, with its reason, under one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryModel:
    """Constants of profiles, blocking, pair score, linkage and cut; a change of any of them is a new `version`."""

    version: str = "story-13"

    # --- profiles: TF-IDF vectors by channel ---
    # Terms kept in a channel, heaviest first. 256 holds every distinct content word of a 600-word report.
    channel_terms: int = 256
    # Words spelled out in a profile, so that people can read evidence without the text.
    spelled_terms: int = 48
    # News puts what happened first: the first word counts 1 + lead_boost times, which decays over lead_words words.
    lead_boost: float = 2.0
    lead_words: int = 60
    # Exponent on a term's inverse document frequency: below 1 it keeps one odd word from outweighing five plain ones.
    information_power: float = 0.7
    # Days of the week are read from so many first words: there they say when it happened, later what else did.
    weekday_words: int = 250
    # Words in a row that are taken for one name at most: they weigh as much as a name of one word.
    name_words: int = 4
    # A capitalised word seen once may only open its sentence; rarer than this (in nats) it counts as a name.
    name_information: float = 4.0

    # --- blocking: which pairs are scored (docs/decisions/0022) ---
    # Heaviest terms of an article that are combined in twos into keys, where the product of their ranks (from 1) is at
    # most key_rank_product. Two reports rank the words of one event differently, so depth finds more than breadth: 171
    # keys an article find .98 of the pairs of the tuning sets, all pairs of the 20 heaviest (190 keys) no more.
    key_terms: int = 32
    key_rank_product: int = 120
    # Articles of one key that are all paired. 256 finds .001 to .006 more of the labelled pairs with twice the
    # candidates, and groups no better. Beyond it the block is oversized: sorted neighbourhood pairs each article with
    # `window` others on either side, and a pair counts that shares `shared_blocks` such blocks: one common pair of
    # words is chance. Two reports of an event with 300 reports share 60 oversized blocks and are paired in three.
    block_size: int = 32
    window: int = 8
    shared_blocks: int = 2
    # Articles more than far_days apart have to share far_shared_blocks blocks. Of pairs with fewer, one in sixty scores
    # enough to be kept: the score has lost half of itself by then and more.
    far_days: int = 14
    far_shared_blocks: int = 3

    # --- pair score (docs/decisions/0020) ---
    # Two articles that nothing else resembles are one story from this score on; groups merge while the mean of their
    # pairs is at least that of such a pair. Between .43 and .5 the tuning sets change little; higher keeps fewer
    # links.
    threshold: float = 0.45
    # Weaker scores are kept as evidence inside a group: average linkage needs them.
    floor: float = 0.43
    # Reports of one event spread over grace_days at no cost; half_life_days later a dated pair has lost half of its
    # similarity. The labelled sets do not tell 60 from 7 (three quarters of their dated pairs lie within two days); two
    # weeks keep the links of a warehouse that grows for years near each article's own time.
    grace_days: float = 2.0
    half_life_days: float = 10.0
    # What is left of the similarity when one of the two states no day: it may be of another time. .95 changes no set by
    # more than .002, .9 costs .003; an undated report goes last, and to the story that it fits clearly.
    undated: float = 0.95
    # Days of publication farther apart than this (whole days, both known) leave even equal texts below the floor.
    window_days: int = 51
    # Where both leads name days of the week, a day in common speaks for one event and none against: by these factors.
    # From weekday_days between the days of publication on, one name means two days.
    weekday_days: float = 6.0
    same_weekday: float = 1.1
    other_weekday: float = 0.85
    # Weight of each channel (body, lead, names); an absent channel hands its weight to the body.
    channel_weights: tuple[float, float, float] = (0.65, 0.25, 0.1)
    # Share of the similarity that a sentence model decides, where both articles have its vector (docs/decisions/0023).
    # Vectors of unrelated reports have a cosine of semantic_offset; what exceeds it counts semantic_scale times, which
    # brings it to the scale of the other channels.
    semantic_weight: float = 0.3
    semantic_offset: float = 0.1
    semantic_scale: float = 0.6

    # Most that one term may add to the cosine of a channel, for articles of cap_terms different terms; more for longer
    # ones, with the square. One shared term, however rare, carries no pair of headlines; long texts never reach it. Nor
    # may one term be more than term_share of a cosine: lower lets only broad agreement count.
    term_cap: float = 0.085
    cap_terms: float = 16.0
    term_share: float = 0.35
    # The similarity of short texts counts up to short_gain times, falling to once for full_terms different terms:
    # reports of one event share few words when each has only ten.
    short_gain: float = 2.0
    full_terms: float = 60.0

    # --- shared passages: forms and boilerplate (docs/decisions/0027) ---
    # Tokens of a run that two articles have to share for it to count as repeated word for word, and tokens in such runs
    # from which on a pair is examined. Reports of one event share fewer, or a quotation.
    passage_words: int = 4
    passage_least: int = 8
    # One run in so many is kept with the profile, and so many of a long text: pairs that share runs_examined of them
    # are examined.
    run_sample: int = 3
    runs_examined: int = 2
    runs_kept: int = 256
    # Information (nats) that the rest of an article needs to be compared: less is a corrected figure, not another
    # report.
    rest_information: float = 30.0
    # Cosine of the rests from which on the whole similarity holds. Reports of one event that share passages have .16
    # and more, unrelated texts with one menu, footer or notice up to .08; below it the similarity falls with its
    # square.
    rest_similarity: float = 0.2
    # The same for texts that each repeat most of the other: rewritten copies have little rest, and less in common
    # in it.
    form_rest_similarity: float = 0.08
    # Two articles fill one form when each repeats this share of the other and `form_fillers` names and numbers are its
    # own, or when they appeared more than form_days apart. Updates and rewritten copies keep the names of their event.
    form_share: float = 0.4
    form_fillers: int = 3
    form_filler_share: float = 0.4
    form_days: float = 2.5
    # Texts of so many tokens with their headline are short: all their runs are kept, and two that share
    # short_form_share of their words in runs, but each with a name of its own, fill one form.
    short_tokens: int = 40
    short_form_share: float = 0.6
    # Texts of aligned_least to aligned_most tokens fill one form when the words that they share in order are
    # aligned_share of the longer one, and with the gaps of at most open_place_tokens between these aligned_cover of it,
    # and when other words (from open_place_information nats on) stand in open_places of these gaps, one for every
    # words_an_open_place shared tokens, in open_places_of_words of them not figures alone. Shorter texts are headlines,
    # which often say one thing in other words. No same-story pair of the labelled sets that is no copy is so, and of
    # 6,164 pairs of forms filled differently in 19 languages ten stay together.
    aligned_least: int = 25
    aligned_most: int = 400
    aligned_share: float = 0.5
    aligned_cover: float = 0.9
    open_places: int = 3
    open_places_of_words: int = 2
    open_place_tokens: int = 12
    open_place_information: float = 2.5
    words_an_open_place: int = 25
    # Briefs, of at most so many terms, are examined for that even where they share no sampled run.
    brief_terms: int = 90
    # Articles that share so much of their texts carry one notice when no telling word (nats) of either headline is in
    # it.
    notice_share: float = 0.9
    telling_information: float = 4.0
    # A capitalised word from this information (nats) on is taken for a name; any word that is next to never used is
    # one.
    filler_information: float = 7.0
    rare_information: float = 9.0

    # --- cut of the dendrogram (docs/decisions/0021 has the table) ---
    # A group is a story when its inner similarity exceeds that of a lone pair at the threshold by `separation` times
    # its local density. 0 is a plain threshold, 1 asks for a gap as wide as the neighbours are near: lone reports need
    # the threshold, reports in a dense topic have to stand out from it.
    separation: float = 1.0
    # Neighbours outside a group that each of its articles is compared with. Fewer show single look-alikes, more the
    # whole topic; 15 to 40 give the same on the tuning sets.
    neighbours: int = 25
    # Two groups that are stories in their own right stay apart when the similarity between them is below `cohesion`
    # times that within them. A smaller group of 1 + cohesion_doubt texts halves the demand: one stray report is no
    # proof of a second story.
    cohesion: float = 0.8
    cohesion_doubt: float = 0.5
    # The same for headlines alone; between them and texts of full_words words, in proportion. What is near a headline
    # is mostly chance, so density and inner means of headlines decide less.
    short_separation: float = 0.2
    short_cohesion: float = 0.5
    full_words: float = 75.0
    # What a group of two headlines needs beyond all that, falling with the number of texts by the power
    # short_margin_decay: the mean of many pairs is sure where the score of one pair of headlines is not.
    # Halfway between the shortness of all and of the shorter half: a full report is no surer of a brief than the brief.
    short_margin: float = 0.4
    short_margin_decay: float = 0.75
    # An attached article (live blog, round-up, digest) joins the story it fits best when that exceeds `rivalry` times
    # its fit to the second best by the similarity of a pair at the threshold.
    rivalry: float = 0.5

    def blocking(self) -> dict[str, int]:
        """Return the constants of blocking (block size, window, …) by name, as `pair_up` takes them."""
        return {
            "block_size": self.block_size,
            "window": self.window,
            "shared_blocks": self.shared_blocks,
            "far_days": self.far_days,
            "far_shared_blocks": self.far_shared_blocks,
        }

    def least_similarity(self, threshold: float | None = None) -> float:
        """Return the similarity of a pair whose score (0 to 1) equals the threshold, by default the model's own.

        The inverse of `pair_score.score_of`.
        """
        score = self.threshold if threshold is None else threshold
        return float(1.0 - (1.0 - score) ** 0.25)


MODEL: Final = StoryModel()
