"""`newsfold ingest seeds/inbox` ends as seeds/README.md says, twice; every command answers about it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
INBOX = ROOT / "seeds" / "inbox"
NEWSFOLD = Path(sys.executable).with_name("newsfold")
FOLDED = {"loaded", "new_version", "unchanged", "duplicate_file"}

pytestmark = pytest.mark.slow


def newsfold(*arguments: str, home: Path, code: int = 0) -> str:
    done = subprocess.run(
        [NEWSFOLD, *arguments, "--home", str(home)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def ask(home: Path, query: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in newsfold("sql", "--json", query, home=home).splitlines()]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests" / "data" / "seeds_expected.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("seeds") / "home"
    return home, json.loads(newsfold("ingest", str(INBOX), "--json", home=home))


@pytest.fixture(scope="module")
def articles(first: tuple[Path, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Current articles by the place below the inbox that they were first read from."""
    rows = ask(
        first[0],
        "SELECT d.source_ref AS place, a.* FROM documents d JOIN articles a USING (article_id)",
    )
    return {row["place"].removeprefix(f"{INBOX}/"): row for row in rows}


def test_dispositions_are_those_of_the_table(
    first: tuple[Path, dict[str, Any]], expected: dict[str, Any]
) -> None:
    counts = Counter(document["disposition"] for document in expected["document"])
    assert first[1]["dispositions"] == dict(counts)
    assert first[1]["documents"] == len(expected["document"])
    stored = {
        (row["source_ref"].removeprefix(f"{INBOX}/"), row["disposition"], row["reason"])
        for row in ask(first[0], "SELECT source_ref, disposition, reason FROM documents")
    }
    wanted = {
        (document["ref"], document["disposition"], document.get("reason"))
        for document in expected["document"]
        if document["disposition"] != "unchanged"
    }
    assert stored == wanted


def test_stories_are_those_of_the_table(
    articles: dict[str, dict[str, Any]], expected: dict[str, Any]
) -> None:
    by_label: dict[str, set[str | None]] = defaultdict(set)
    members: dict[str | None, set[str]] = defaultdict(set)
    for document in expected["document"]:
        article = articles.get(document["ref"])
        if article is None or document["disposition"] not in FOLDED:
            continue
        if "story" in document and document["story"] != "-":
            by_label[document["story"]].add(article["story_id"])
            members[article["story_id"]].add(document["story"])
    assert {label: len(ids) for label, ids in by_label.items()} == dict.fromkeys(by_label, 1)
    assert {frozenset(labels) for labels in members.values() if len(labels) > 1} == set()
    assert None not in members


def test_copies_are_those_of_the_table(articles: dict[str, dict[str, Any]], expected: dict[str, Any]) -> None:
    groups: dict[str, set[str]] = defaultdict(set)
    for document in expected["document"]:
        if "copies" in document and document["ref"] in articles:
            groups[document["copies"]].add(articles[document["ref"]]["copy_group_id"])
    assert groups
    assert {label: len(ids) for label, ids in groups.items()} == dict.fromkeys(groups, 1)


def test_live_blogs_and_round_ups_bridge_nothing_and_lone_ones_stay_alone(
    first: tuple[Path, dict[str, Any]], articles: dict[str, dict[str, Any]], expected: dict[str, Any]
) -> None:
    label_of = {
        articles[document["ref"]]["story_id"]: document["story"]
        for document in expected["document"]
        if document.get("story", "-") != "-" and document["ref"] in articles
    }
    sizes = {row["story_id"]: row["article_count"] for row in ask(first[0], "SELECT * FROM stories")}
    for document in expected["document"]:
        article = articles.get(document["ref"])
        if article is None or document["disposition"] not in ("loaded", "new_version"):
            continue
        if "may_join" in document and sizes.get(article["story_id"], 1) > 1:
            assert label_of[article["story_id"]] in document["may_join"], document["ref"]
        if document.get("story") == "-":
            assert sizes.get(article["story_id"], 1) == 1, document["ref"]


def test_kinds_are_those_of_the_table(articles: dict[str, dict[str, Any]], expected: dict[str, Any]) -> None:
    wrong = {
        document["ref"]: articles[document["ref"]]["kind"]
        for document in expected["document"]
        if document["disposition"] in ("loaded", "new_version")
        and articles[document["ref"]]["kind"] not in document["kinds"]
    }
    assert wrong == {}


def test_texts_keep_what_is_reported_and_drop_the_noise(
    articles: dict[str, dict[str, Any]], expected: dict[str, Any]
) -> None:
    wrong = []
    for document in expected["document"]:
        if document["disposition"] not in ("loaded", "new_version"):
            continue
        text = articles[document["ref"]]["text"]
        wrong += [
            (document["ref"], "lost", words) for words in document.get("keeps", ()) if words not in text
        ]
        noise = [*document.get("drops", ()), *expected["noise"]]
        wrong += [(document["ref"], "kept", words) for words in noise if words in text]
    assert wrong == []


def test_agency_credits_are_those_of_the_table(
    articles: dict[str, dict[str, Any]], expected: dict[str, Any]
) -> None:
    credited = {
        document["ref"]: (articles[document["ref"]]["wire_agency"] or "").casefold()
        for document in expected["document"]
        if "wire_credit" in document and document["ref"] in articles
    }
    assert credited
    assert set(credited.values()) == {"ap"}


def test_a_second_run_changes_nothing(first: tuple[Path, dict[str, Any]]) -> None:
    home, report = first
    count = (
        "SELECT (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM articles) AS articles, "
        "(SELECT count(*) FROM links) AS links, (SELECT count(*) FROM story_events) AS events, "
        "(SELECT count(*) FROM stories) AS stories"
    )
    last = "SELECT max(run_id) AS last FROM runs"
    before, last_run = ask(home, count), ask(home, last)
    again = json.loads(newsfold("ingest", str(INBOX), "--json", home=home))
    assert again["dispositions"] == {"unchanged": report["documents"]}
    assert ask(home, count) == before
    assert ask(home, last)[0]["last"] > last_run[0]["last"]  # the run itself is published


def test_the_readmes_questions_are_answered(first: tuple[Path, dict[str, Any]]) -> None:
    block = re.search(r"```sql\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert block
    # as pasted, with their comments
    questions = [query.strip() for query in block[1].split(";") if query.strip()]
    assert len(questions) >= 5
    for question in questions:
        assert ask(first[0], question), question


def test_every_promise_is_kept_and_said_in_words(first: tuple[Path, dict[str, Any]]) -> None:
    lines = newsfold("check", home=first[0]).splitlines()
    assert len(lines) > 10
    assert all(line.startswith("ok ") for line in lines)
    assert any("sum of their dispositions" in line for line in lines)


def test_explain_shows_channels_terms_threshold_and_the_links_hold_the_same(
    first: tuple[Path, dict[str, Any]], articles: dict[str, dict[str, Any]]
) -> None:
    a, b = (
        articles[f"pasted/{name}.txt"]["article_id"]
        for name in ("forex-desk-tokyo-talks", "press-review-akazawa")
    )
    output = json.loads(newsfold("explain", a, b, "--json", home=first[0]))
    assert output["is_same_story"]
    assert output["story"]["is_same_story"]
    assert output["story"]["shared_terms"][0]["weight"] > 0
    link = next(link for link in output["links"] if link["relation"] == "same_story")
    assert link["decision"] == "passes"
    assert link["score"] == pytest.approx(output["story"]["score"], abs=1e-4)
    assert link["threshold"] == pytest.approx(output["story"]["threshold"])
    features = json.loads(link["features"])
    assert features == pytest.approx({name: output["story"]["channels"][name] for name in features}, abs=1e-3)
    words = newsfold("explain", a, b, home=first[0])
    assert "threshold" in words
    assert "shared terms" in words


def test_show_has_members_evidence_history_and_versions(
    first: tuple[Path, dict[str, Any]], articles: dict[str, dict[str, Any]]
) -> None:
    story = articles["pages/wexcombe-post-bridge-1.html"]["story_id"]
    output = json.loads(newsfold("show", story[:10], "--json", home=first[0]))
    assert output["story"]["story_id"] == story
    assert [event["event"] for event in output["events"]] == ["born"]
    versions = next(iter(output["versions"].values()))
    assert [version["version"] for version in versions] == [1, 2]
    assert "+" in newsfold("show", story, home=first[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "ffffffffffffffff"), "no story"),
        (("sql", "SELEC 1"), "syntax"),
        (("sql", "DROP TABLE stories"), "only questions"),
        (("explain", "nothing", "nobody"), "no article"),
        (("ingest", "no-such-file"), "no-such-file"),
    ],
)
def test_wrong_use_is_one_clear_line_and_code_2(
    first: tuple[Path, dict[str, Any]], arguments: tuple[str, ...], words: str
) -> None:
    done = subprocess.run(
        [NEWSFOLD, *arguments, "--home", str(first[0])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_home_that_cannot_be_is_one_clear_line_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = subprocess.run(
        [NEWSFOLD, "ingest", str(INBOX / "pasted"), "--home", str(tmp_path / "file" / "home")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
