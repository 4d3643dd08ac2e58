"""Own lists of publishers and agencies: laid over the shipped ones, named when wrong, used from the next run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings.settings import SettingsError
from flows.settings.source_lists import load_source_lists
from tests.story_samples import ask, fold, report, settings_of, write_inbox
from transforms.stories.canonical_article import choose
from transforms.stories.publishers import family
from transforms.stories.story_member import Member

FAMILIES = """
aggregators = ["gathered.example"]
[[family]]
id = "harbour group"
hosts = ["outlet0.example", "outlet1.example"]
names = ["Outlet 0", "Outlet 1"]
"""
AGENCIES = """
[[agency]]
id = "NNA"
codes = ["NNA"]
names = ["Northern News Agency"]
hosts = ["nna.example"]
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_own_lists_are_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    shipped = load_source_lists(settings_of(tmp_path))
    own = load_source_lists(
        settings_of(
            tmp_path,
            publisher_families=written(tmp_path, "families.toml", FAMILIES),
            agencies=written(tmp_path, "agencies.toml", AGENCIES),
        )
    )
    assert family("Outlet 0", None, own.families) == family("Outlet 1", None, own.families) == "harbour group"
    assert family("USA Today", None, own.families) == family("USA Today", None, shipped.families)
    assert own.agencies.find("NNA") == "NNA"
    assert own.agencies.find("AP") == "AP"
    assert shipped.agencies.find("NNA") is None
    assert own.version != shipped.version
    assert shipped.version == load_source_lists(settings_of(tmp_path)).version
    members = [
        Member(article_id=1, publisher="Northern News Agency", url_host="nna.example", wire_agency="NNA"),
        Member(article_id=2, publisher="Outlet 9", wire_agency="NNA", word_count=9),
    ]
    assert choose(members, agencies=own.agencies)[0] == 1
    assert choose(members)[0] == 2
    by_family = choose(
        [Member(article_id=1, word_count=5), Member(article_id=2, publisher="Outlet 1")],
        "preferred-publishers",
        ["harbour group"],
        families=own.families,
    )
    assert by_family[0] == 2


@pytest.mark.parametrize(
    ("setting", "text", "message"),
    [
        ("agencies", "[[agency]]\ncodes = ['X']\n", "each with an id"),
        ("agencies", "[[agency]]\nid = 5\n", "each with an id that is a text"),
        ("publisher_families", "[[family]]\nid = 5\n", "each with an id that is a text"),
        ("publisher_families", "[[family]]\nid = [5]\n", "each with an id that is a text"),
        ("publisher_families", "[[family]]\nid = ' '\n", "each with an id that is a text"),
        ("agencies", "[[agency]]\nid = 'X'\ncodes = 'X'\n", "codes of agency X must be a list of texts"),
        ("agencies", "[[agencie]]\nid = 'X'\n", "'agencie' is not known here; known are agency"),
        ("publisher_families", "[[family]]\nid = 'x'\nhosts = [1]\n", "hosts of x must be a list of texts"),
        ("publisher_families", "famly = 1\n", "'famly' is not known here"),
        ("publisher_families", "[[family\n", "line 1"),
        ("publisher_families", "\0", "families.toml"),
        ("agencies", None, "No such file"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(
    tmp_path: Path, setting: str, text: str | None, message: str
) -> None:
    path = tmp_path / "families.toml"
    if text is not None:
        written(tmp_path, "families.toml", text)
    with pytest.raises(SettingsError, match=rf"^{setting}: .*families\.toml") as caught:
        load_source_lists(settings_of(tmp_path, **{setting: path}))
    assert message in str(caught.value)


@pytest.mark.slow
def test_a_new_list_counts_in_the_next_run_without_comparing_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    wire = report(1, 0)
    wire["text"] = f"BRACKWATER (NNA) — {wire['text']}"
    inbox = write_inbox(tmp_path / "in", "all", [*(report(0, telling) for telling in range(3)), wire])
    fold(home, inbox)
    count = "SELECT max(independent_count) FROM stories"
    links = "SELECT * FROM links ORDER BY ALL"
    before = ask(home, links)
    assert ask(home, count) == [(3,)]
    lists = {
        "publisher_families": written(tmp_path, "families.toml", FAMILIES),
        "agencies": written(tmp_path, "agencies.toml", AGENCIES),
    }
    assert fold(home, inbox, **lists).refolded
    assert ask(home, count) == [(2,)]
    assert ask(home, links) == before
    assert not fold(home, inbox, **lists).refolded
    other = tmp_path / "other"
    fold(other, inbox, **lists)
    assert ask(other, "SELECT external_id FROM articles WHERE wire_agency = 'NNA'") == [("e1t0",)]
