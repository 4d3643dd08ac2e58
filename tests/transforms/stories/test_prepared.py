"""What is made beside cleaning is what a fold would make: of any report, in any batch, under any id."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.stories.test_pair_score import REPORTS
from transforms.language.background import load_background
from transforms.stories.blocking_keys import story_keys
from transforms.stories.prepared import day_of, prepare, report_hashes, with_article
from transforms.stories.profile import Report, pack, profiles_of
from transforms.types import Kind, Precision

BACKGROUND = load_background()
TEXTS = st.one_of(
    st.sampled_from([text for texts in REPORTS.values() for text in texts]),
    st.text(st.characters(codec="utf-8"), max_size=60),
)
REPORT = st.builds(
    Report,
    article_id=st.integers(0, 2**64 - 1),
    title=TEXTS,
    text=TEXTS,
    language=st.sampled_from(["en", "de", "zh", "und", ""]),
    published_at=st.none() | st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - UTC
    precision=st.sampled_from(list(Precision)),
    kind=st.sampled_from(list(Kind)),
)


@given(st.lists(REPORT, max_size=5), st.integers(0, 2**64 - 1))
def test_what_is_prepared_is_what_a_fold_would_build(reports: list[Report], other_id: int) -> None:
    for report, made in zip(reports, prepare(reports, BACKGROUND), strict=True):
        renamed = report._replace(article_id=other_id)
        (profile,) = profiles_of([renamed], BACKGROUND)
        assert with_article(made.profile, other_id) == pack(profile)
        assert np.array_equal(made.keys, story_keys(profile))
        assert np.array_equal(
            [np.nan if profile.day is None else profile.day], [day_of(made.profile)], equal_nan=True
        )


@given(REPORT, REPORT)
def test_reports_have_one_hash_where_all_but_the_id_is_equal(report: Report, other: Report) -> None:
    for field in Report._fields:
        mixed = report._replace(**{field: getattr(other, field)})
        one, two = report_hashes([report, mixed], BACKGROUND)
        assert (one == two) == (mixed == report or field == "article_id")
