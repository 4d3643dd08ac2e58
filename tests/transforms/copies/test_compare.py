"""Copies: what folds, what stays apart, and the laws of verification and grouping."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.copies.compare import CopyRelation, candidate_keys, group, verify_pairs
from transforms.copies.copy_model import COPIES, CopyModel
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign
from transforms.copies.tree_ensemble import load_ensemble, lookup_tables, model_inputs, sum_leaves
from transforms.kernel import alignment_loops, compiled_or_numpy, numpy_loops, shingle_loops
from transforms.kernel.blocking_joins import pair_up
from transforms.kernel.numba_compilation import has_numba

SENTENCES = (
    "The harbour council of Vellmar voted late on Tuesday to close the old grain pier after "
    "inspectors found cracks in six of its nine pillars.",
    "Engineers from the port office had warned in spring that winter storms could bring down "
    "the outer section, which carries a crane of 48 tonnes.",
    "Some 130 dock workers will move to the northern terminal until a decision on repairs is "
    "taken, said Ilse Brandt, who leads the council.",
    "The union called the step overdue but asked for a written promise that no one would "
    "lose shifts or pay during the works.",
    "Repairs are expected to cost 21 million crowns, of which the region has agreed to carry "
    "a third if the pier opens again within two years.",
    "Fishing boats that use the eastern basin must leave by Friday noon, and the ferry to "
    "Skarholm will sail from quay four until further notice.",
    "Grain traders said exports would hardly suffer this season because most of the harvest "
    "has already been shipped through neighbouring ports.",
    "A report on the causes of the damage, ordered from two independent laboratories, is due "
    "before the council meets again in November.",
)
OTHER = (
    "Researchers at the mountain observatory in Corda have recorded the faintest signal yet "
    "of a comet that will pass the sun next autumn.",
    "The object was first seen by an amateur with a telescope built from kitchen scales, a "
    "drain pipe and a mirror ground by hand.",
    "Its orbit suggests that it has not come near the inner planets for at least 40,000 "
    "years, the team wrote in a note to colleagues.",
    "Whether it will be bright enough for the naked eye is uncertain, since comets of this "
    "kind often break up as they warm.",
    "Schools in the valley plan an evening of observation and have asked the town to switch "
    "off street lamps for two hours.",
)
TEXT = " ".join(SENTENCES)


def verdict(a: str, b: str) -> str | None:
    relation = verify_pairs(tokenise([a, b]), np.array([0]), np.array([1])).relation(0)
    return None if relation is None else str(relation)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (TEXT, "exact"),
        (TEXT.upper().replace(",", " --"), "exact"),
        ("Old pier shut as cracks spread. By our staff. " + TEXT, "near_duplicate"),
        (
            "Menu Home World Sport Weather Sign in. "
            + TEXT
            + " More on this topic. Subscribe to our letter.",
            "near_duplicate",
        ),
        (" ".join(SENTENCES[:4]) + " Read on.", "near_duplicate"),
        (" ".join(SENTENCES[:3] + SENTENCES[4:]), "near_duplicate"),
        (" ".join(SENTENCES[:3] + OTHER[:1] + SENTENCES[3:]), "near_duplicate"),
        (" ".join(SENTENCES[:3] + OTHER[:1] + SENTENCES[4:]), "near_duplicate"),
        (
            TEXT.replace("overdue", "late").replace("hardly", "barely").replace("winter", "heavy"),
            "near_duplicate",
        ),
        (" ".join(OTHER), None),
    ],
    ids=[
        "exact",
        "case",
        "headline",
        "boilerplate",
        "truncated",
        "deleted",
        "inserted",
        "replaced",
        "words",
        "unrelated",
    ],
)
def test_edits_fold_and_other_texts_do_not(edit: str, expected: str | None) -> None:
    assert verdict(TEXT, edit) == expected


def report(town: str, rival: str, numbers: tuple[int, ...]) -> str:
    a, b, c, d, e = numbers
    return (
        f"{town} beat {rival} by {a} to {b} in the district league on Sunday and climbed to place "
        f"{c} of the table. The home side "
        f"led from minute {d} and was rarely troubled after the break. The visitors came close "
        f"once more through a header "
        f"but found no way past the keeper. The coach of {town} spoke of a deserved win and "
        f"praised the young back line. "
        f"The match was seen by {e} people. Tickets for the next round are on sale at the club "
        f"house and online."
    )


def test_reports_by_formula_that_differ_in_names_and_numbers_stay_apart() -> None:
    assert (
        verdict(
            report("Arnsted", "Holmby", (3, 1, 4, 17, 812)), report("Tarvik", "Lund", (2, 0, 9, 31, 1240))
        )
        is None
    )


def test_articles_that_share_a_long_quotation_stay_apart() -> None:
    quote = ' "' + " ".join(SENTENCES[3:5]) + '" '
    one = " ".join(SENTENCES[:3]) + quote + " ".join(SENTENCES[5:])
    assert verdict(" ".join(OTHER[:3]) + quote + " ".join(OTHER[3:]), one) is None


def test_articles_that_share_only_the_foot_of_the_page_stay_apart() -> None:
    foot = (
        " All content belongs to the Vellmar Courier and its partners. Reuse in any form needs "
        "our written leave. Write to the desk "
        "if you have seen an error. Follow us for the news of the coast, the islands and the "
        "hills every morning at seven."
    )
    assert verdict(" ".join(SENTENCES[:4]) + foot, " ".join(OTHER[:4]) + foot) is None


def test_less_than_twenty_equal_words_make_a_copy_only_when_that_is_all() -> None:
    flash = "A grain train left the rails near Vellmar on Monday morning and nobody was hurt"
    assert verdict(flash, flash) == "exact"
    assert verdict(flash, flash + " police") is None
    assert verdict(SENTENCES[0], SENTENCES[0] + " Read on.") == "near_duplicate"


def test_equal_shingles_in_another_order_are_not_exact() -> None:
    words = ["rain", "wind", "hail", "snow", "sleet", "fog"] * 6
    rotated = words[1:] + words[:1]
    assert set(shingle(tokenise([" ".join(words)])).values) == set(
        shingle(tokenise([" ".join(rotated)])).values
    )
    assert verdict(" ".join(words), " ".join(rotated)) != "exact"


def test_texts_without_words_are_no_copies() -> None:
    assert verdict("", "") is None
    assert verdict("...", TEXT) is None


@given(
    st.lists(st.sampled_from(SENTENCES + OTHER), max_size=6),
    st.lists(st.sampled_from(SENTENCES + OTHER), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_verification_is_symmetric_and_equal_texts_are_exact(left: list[str], right: list[str]) -> None:
    a, b = " ".join(left), " ".join(right)
    tokens = tokenise([a, b])
    both = verify_pairs(tokens, np.array([0, 1], np.int64), np.array([1, 0], np.int64))
    assert np.array_equal(both.features[0], both.features[1])
    assert both.score[0] == both.score[1]
    assert both.is_copy[0] == both.is_copy[1]
    if a and a == b:
        assert both.relation(0) is CopyRelation.EXACT


@given(st.permutations(range(9)))
@settings(max_examples=20, deadline=None)
def test_a_verdict_does_not_depend_on_the_batch(order: list[int]) -> None:
    texts = [TEXT, " ".join(SENTENCES[:4]), " ".join(OTHER), *SENTENCES[:6]]
    tokens = tokenise([texts[at] for at in order])
    here = verify_pairs(tokens, np.array([order.index(0)], np.int64), np.array([order.index(1)], np.int64))
    alone = verify_pairs(tokenise(texts[:2]), np.array([0], np.int64), np.array([1], np.int64))
    assert here.score[0] == alone.score[0]
    assert np.array_equal(here.features, alone.features)


def test_a_short_passage_kept_of_a_text_is_still_found_by_the_keys() -> None:
    found = 0
    for seed in range(20):
        rng = random.Random(seed)
        words = [f"word{rng.randrange(5000)}" for _ in range(400)]
        tokens = tokenise([" ".join(words), " ".join(words[:90])])
        shingles = shingle(tokens)
        keys, owners = candidate_keys(tokens, sign(shingles.values, shingles.offsets))
        found += len(np.intersect1d(keys[owners == 0], keys[owners == 1])) > 0
    assert found >= 19


def test_the_model_states_what_its_constants_imply() -> None:
    assert COPIES.candidate_probability(0.5) == pytest.approx(0.873, abs=0.001)
    assert COPIES.candidate_probability(0.7) == pytest.approx(0.9998, abs=0.0001)
    assert COPIES.candidate_probability(0.0) == 0.0
    assert COPIES.candidate_probability(1.0) == 1.0
    assert COPIES.fingerprint_probability(7) == 0.0
    assert COPIES.fingerprint_probability(50) > 0.93
    assert load_ensemble().version == COPIES.version
    with pytest.raises(ValueError, match="need more than 128 permutations"):
        CopyModel(bands=33)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 12)), max_size=40), st.randoms())
@settings(max_examples=60, deadline=None)
def test_blocks_up_to_their_size_pair_everybody_in_any_order(
    rows: list[tuple[int, int]], rng: random.Random
) -> None:
    shuffled = rows.copy()
    rng.shuffle(shuffled)
    results = []
    for part in (rows, shuffled):
        keys = np.array([key for key, _ in part], np.uint64)
        owners = np.array([owner for _, owner in part], np.int64)
        results.append(pair_up(keys, owners, block_size=COPIES.block_size, window=COPIES.window).tolist())
    expected = {(a, b) for key, a in rows for other, b in rows if key == other and a < b}
    assert results[0] == results[1] == [list(pair) for pair in sorted(expected)]


def test_a_block_of_very_many_texts_costs_no_square_and_still_connects_them() -> None:
    ids = np.arange(1, 5001, dtype=np.uint64) << np.uint64(40)
    keys = np.full(5000, 7, np.uint64)
    pairs = pair_up(keys, ids, block_size=COPIES.block_size, window=COPIES.window)
    assert len(pairs) < 5000 * 10
    left, right = np.searchsorted(ids, pairs[:, 0]), np.searchsorted(ids, pairs[:, 1])
    assert not compiled_or_numpy.components(5000, left, right).any()


LINKS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from([0.9, 0.95, 1.0])).filter(
        lambda link: link[0] < link[1]
    ),
    max_size=30,
    unique_by=lambda link: link[:2],
)


@given(LINKS, st.randoms())
@settings(max_examples=80, deadline=None)
def test_groups_do_not_depend_on_order(links: list[tuple[int, int, float]], rng: random.Random) -> None:
    expected = group(range(12), [link[:2] for link in links], [link[2] for link in links])
    ids, shuffled = list(range(12)), links.copy()
    rng.shuffle(ids)
    rng.shuffle(shuffled)
    assert group(ids, [link[:2] for link in shuffled], [link[2] for link in shuffled]) == expected
    assert sorted(item for members in expected for item in members) == list(range(12))
    where = {item: at for at, members in enumerate(expected) for item in members}
    assert all(where[a] == where[b] for a, b, score in links if score == 1.0)


@pytest.mark.parametrize("link", [(1, 3), (0, 5), (5, 9)])
def test_a_link_to_an_unknown_id_is_refused(link: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not among the ids"):
        group([1, 5], [link])
    with pytest.raises(ValueError, match="2 scores for 1 links"):
        group([1, 5], [(1, 5)], [0.9, 0.9])


def test_one_false_link_does_not_join_two_groups_and_versions_in_a_row_stay_one() -> None:
    left, right = range(20), range(20, 40)
    inner = [(a, b) for members in (left, right) for a in members for b in members if a < b]
    assert group(range(40), [*inner, (3, 33)]) == [list(left), list(right)]
    chain = [(at, at + 1) for at in range(6)] + [(at, at + 2) for at in range(5)]
    assert group(range(7), chain) == [list(range(7))]


PASSAGES = st.lists(st.sampled_from([*SENTENCES, *OTHER, "Rain.", "12 of 40 boats left"]), max_size=7)


@example([[f"w{n}" for n in range(600)], [f"w{n}" for n in range(500)] * 2])
@given(st.lists(PASSAGES, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_compiled_and_plain_comparisons_agree(texts: list[list[str]]) -> None:
    if not has_numba():
        pytest.skip("numba is not installed: there is one path only")
    tokens = tokenise([" ".join(text) for text in texts])
    grams = numpy_loops.grams(tokens.values, tokens.flags, tokens.offsets)
    left, right = (side.ravel().astype(np.int64) for side in np.indices((len(texts), len(texts))))
    compiled = compiled_or_numpy.compare(tokens.values, tokens.flags, grams, tokens.offsets, left, right)
    plain = np.zeros_like(compiled)
    distinct, flags = numpy_loops.count_distinct(grams, tokens.flags, tokens.offsets)
    alignment_loops.compare(
        alignment_loops.Text(tokens.values, flags, grams),
        tokens.offsets,
        left,
        right,
        np.arange(len(left)),
        distinct,
        *compiled_or_numpy._working_room(compiled_or_numpy._table_size(tokens.offsets)),
        plain,
    )
    assert np.array_equal(compiled, plain)


WORDS = st.sampled_from(["rain", "Lima", "12", "40", "boats", "Ana", "left", "雨", "天", "sank."])
EDITS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["cut", "put", "swap", "again"]), WORDS), max_size=6
)


def edited(words: list[str], edits: list[tuple[int, str, str]]) -> list[str]:
    """Shorten, insert into, change and repeat parts of a text: near-copies, excerpts, filled-in forms, page frames."""
    for place, kind, word in edits:
        at = place % (len(words) + 1)
        if kind == "cut":
            words = words[:at] + words[at + 1 + place % 9 :]
        elif kind == "put":
            words = [*words[:at], *[word] * (1 + place % 3), *words[at:]]
        elif kind == "swap":
            words = [*words[:at], word, *words[at + 1 :]]
        else:
            words = words + words[at : at + 12]
    return words


def align_by_definition(a: alignment_loops.Text, b: alignment_loops.Text) -> dict[int, int]:
    """Count what `compare` counts, by trying every pair of positions for the nearest shared shingle."""
    at, n, m = shingle_loops, len(a.values), len(b.values)
    in_a, in_b = set(a.grams.tolist()) - {0}, set(b.grams.tolist()) - {0}
    row = dict.fromkeys(range(at.FEATURES), 0)
    row |= {at.TOKENS_A: n, at.TOKENS_B: m, at.SHARED: len(in_a & in_b)}
    row |= {at.DISTINCT_A: len(in_a), at.DISTINCT_B: len(in_b)}
    shared = [(x, y) for y in range(m) for x in range(n) if a.grams[x] == b.grams[y] != 0]
    i = j = 0
    while True:
        start = i
        while i < n and j < m and a.values[i] == b.values[j]:
            i, j = i + 1, j + 1
        row[at.MATCHED] += i - start
        row[at.RUNS] += i > start
        row[at.LONGEST] = max(row[at.LONGEST], i - start)
        ahead = [(x - i + y - j, y, x) for x, y in shared if x >= i and y >= j]
        if not ahead:
            row |= {at.TAIL_A: n - i, at.TAIL_B: m - j} if row[at.RUNS] else {at.HEAD_A: n, at.HEAD_B: m}
            return row
        _, to_j, to_i = min(ahead)
        if not row[at.RUNS]:
            row |= {at.HEAD_A: to_i, at.HEAD_B: to_j}
        else:
            gap = np.zeros(at.FEATURES, np.int32)
            alignment_loops._measure_gap(a, i, to_i, b, j, to_j, gap)
            row = {column: count + int(gap[column]) for column, count in row.items()}
        i, j = to_i, to_j


# A says "R S T" twice, and the first time lies nearer than the beginning of the passage around the second
TWICE = [*(f"w{at}" for at in range(2)), *"RST", *(f"w{at}" for at in range(5, 15)), *"RST", "w18", "w19"]


@given(st.lists(WORDS, max_size=60), st.lists(EDITS, min_size=1, max_size=3), st.integers(4, 30))
@example(words=TWICE, edits=[[(0, "cut", "")] * 10], width=30)
@settings(max_examples=60, deadline=None)
def test_comparing_finds_the_alignment_that_is_defined(
    words: list[str], edits: list[list[tuple[int, str, str]]], width: int
) -> None:
    texts = [words, *(edited(words, one) for one in edits)]
    lines = [
        "\n".join(" ".join(text[at : at + width]) for at in range(0, len(text), width)) for text in texts
    ]
    tokens = tokenise(lines)
    grams = compiled_or_numpy.grams(tokens.values, tokens.flags, tokens.offsets)
    left, right = (side.ravel().astype(np.int64) for side in np.indices((len(texts), len(texts))))
    found = compiled_or_numpy.compare(tokens.values, tokens.flags, grams, tokens.offsets, left, right)
    columns = (np.split(column, tokens.offsets[1:-1]) for column in (tokens.values, tokens.flags, grams))
    whole = [alignment_loops.Text(*parts) for parts in zip(*columns, strict=True)]
    for row, a, b in zip(found.tolist(), left.tolist(), right.tolist(), strict=True):
        assert dict(enumerate(row)) == align_by_definition(whole[a], whole[b])


COUNTS = st.lists(st.integers(0, 500), min_size=shingle_loops.FEATURES, max_size=shingle_loops.FEATURES)


@given(st.lists(COUNTS, min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_compiled_and_plain_tree_ensembles_agree_on_any_measures(rows: list[list[int]]) -> None:
    if not has_numba():
        pytest.skip("numba is not installed: there is one path only")
    features = np.array(rows, np.int32)
    compiled = compiled_or_numpy.sum_leaves(features, *lookup_tables())
    assert compiled is not None
    assert np.array_equal(compiled, sum_leaves(model_inputs(features)))


@given(st.lists(st.lists(st.integers(0, 3), max_size=5), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_compiled_and_plain_ways_order_the_texts_of_a_pair_alike(texts: list[list[int]]) -> None:
    if not has_numba():
        pytest.skip("numba is not installed: there is one path only")
    values = np.array([value for text in texts for value in text], np.uint32)
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    left, right = (side.ravel() for side in np.indices((len(texts), len(texts))))
    for fast, plain in zip(
        compiled_or_numpy.orient(values, offsets, left, right),
        numpy_loops.orient(values, offsets, left, right),
        strict=True,
    ):
        assert np.array_equal(fast, plain)


def test_false_links_chain_no_groups_however_many_hang_together() -> None:
    groups, size = 1_000, 5  # 5,000 texts in one connected part
    members = np.arange(groups * size).reshape(groups, size)
    first, second = np.triu_indices(size, 1)
    inside = np.stack((members[:, first].ravel(), members[:, second].ravel()), axis=1)
    false = np.stack((members[:-1, 0], members[1:, 0]), axis=1)
    links = np.concatenate((inside, false)).astype(np.uint64)
    found = group(range(groups * size), links, np.full(len(links), 0.95, np.float32))
    assert found == members.tolist()
