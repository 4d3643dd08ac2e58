"""Working files of every released schema open, are brought up, keep what they hold, and take in what comes next."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from flows.operations.link_unlink_pin import list_decisions
from tests.data.build_schema_fixture import fixture_path
from tests.story_samples import ask, fold, report, settings_of, stories, story_of, write_inbox
from tests.warehouse_samples import faults
from transforms.types import Disposition
from warehouse.connection import open_published, prepare_home, working_path
from warehouse.migrations import known_migrations

NEWEST = known_migrations()[-1].version
VERSIONS = range(1, NEWEST + 1)
FOLDED = {
    frozenset({"e0t0", "e0t0c1", "e0t1"}),
    frozenset({"e1t0", "e1t1"}),
    frozenset({"e2t0", "e2t1"}),
}


def unpack(version: int, home: Path) -> Path:
    prepare_home(home)
    working_path(home).write_bytes(gzip.decompress(fixture_path(version).read_bytes()))
    return home


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_every_schema_is_kept(version: int) -> None:
    assert fixture_path(version).exists(), (
        "python -m tests.data.build_schema_fixture makes it, once a release"
    )
    assert fixture_path(version).stat().st_size < 1 << 20


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_every_schema_goes_on(version: int, tmp_path: Path) -> None:
    home = unpack(version, tmp_path / "home")
    assert stories(home) == FOLDED
    assert ask(home, "SELECT max(version) FROM schema_migrations") == [(NEWEST,)]
    assert faults(home) == []
    ids = set(ask(home, "SELECT story_id FROM stories"))
    assert ask(home, "SELECT count(*) FROM article_versions") == [(1,)]
    outcome = fold(home, write_inbox(tmp_path / "inbox", "later", [report(1, 2), report(4, 0), report(6, 0)]))
    assert outcome.dispositions == {Disposition.LOADED: 2, Disposition.ERASED: 1}
    assert story_of(home, "e1t2") == {"e1t0", "e1t1", "e1t2"}
    assert ids < set(ask(home, "SELECT story_id FROM stories"))
    assert {one.relation for one in list_decisions(settings_of(home))} == {"must_link", "pin"}
    assert faults(home) == []
    with open_published(home) as con:
        pinned = "SELECT external_id FROM articles WHERE is_canonical AND external_id LIKE 'e1%'"
        assert con.execute(pinned).fetchall() == [("e1t1",)]
