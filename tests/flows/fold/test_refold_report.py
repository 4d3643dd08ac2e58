"""What folding again would change is named by what becomes of the stories, however many there were and are."""

from __future__ import annotations

import pytest

from flows.fold.refold import RefoldReport, RegroupedStory, Regrouping


def change(before: int, after: int) -> Regrouping:
    part = RegroupedStory(story_id=None, title="", articles=1)
    return Regrouping(before=(part,) * before, after=(part,) * after)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (0, 1, "new"),
        (0, 2, "new"),
        (1, 0, "gone"),
        (2, 0, "gone"),
        (1, 1, "regroup"),
        (2, 1, "merge"),
        (5, 1, "merge"),
        (1, 2, "split"),
        (1, 5, "split"),
        (2, 2, "regroup"),
        (3, 2, "regroup"),
    ],
)
def test_a_change_is_named_by_stories_before_and_after(before: int, after: int, kind: str) -> None:
    assert change(before, after).kind == kind


def test_every_change_is_counted_in_the_line() -> None:
    report = RefoldReport(threshold=0.5, is_dry_run=True, changes=[change(2, 1), change(0, 1), change(0, 1)])
    assert report.describe().endswith("(1 merges, 0 splits, 0 regroups, 2 new)")
    report.changes = [change(1, 0)]
    assert report.describe().endswith("(0 merges, 0 splits, 0 regroups, 1 gone)")
