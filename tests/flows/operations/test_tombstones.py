"""What was erased does not come back under another address, nor with a word changed, unless a person lets it in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.engine.protocol import InlineEngine
from flows.errors import InvalidRequestError
from flows.operations.erase import erase
from flows.operations.recover import recover
from flows.operations.retry import retry
from tests.story_samples import ask, fold, fold_in, report, settings_of, write_inbox
from warehouse.connection import working_path
from warehouse.sql_files import statement

ERASED = report(0, 0, url="https://gazette.example/school")
ADDRESSES = (
    "http://gazette.example/school",
    "https://www.gazette.example/school/",
    "http://m.gazette.example/school",
    "https://amp.gazette.example/school?utm_source=x",
)
OTHERS = (
    {"url": "https://gazette.example/school/2"},
    {"url": "https://gazette.example/schools"},
    {"url": "https://www.other.example/school"},
)


def words_changed(text: str, every: int = 12) -> str:
    """Change a word in so many, as an edit by hand does."""
    words = text.split(" ")
    return " ".join(f"re{word}" if place % every == 5 else word for place, word in enumerate(words))


COPIES = {
    "one word": ERASED["text"].replace("Experts", "Engineers").replace("blames", "accuses"),
    "full stop": ERASED["text"].rstrip(".") + "!",
    "some words": words_changed(ERASED["text"]),
    "longer": ERASED["text"]
    + "\nReaders may write to the desk until Friday evening, the editors announced today.",
    "cut": ERASED["text"][: int(len(ERASED["text"]) * 0.7)],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = fold_in(tmp_path, [ERASED, report(1, 0), report(2, 0)]) / "home"
    erase(settings_of(home), "https://gazette.example/school", by="Ada")
    return home


def outcome(home: Path, name: str, *records: dict[str, object]) -> dict[str, int]:
    return dict(fold(home, write_inbox(home.parent / "inbox", name, list(records))).dispositions)


@pytest.mark.slow
def test_no_spelling_of_its_address_brings_it_back(home: Path) -> None:
    for number, address in enumerate(ADDRESSES):
        again = report(5, number, id=f"again{number}", url=address)  # even with another text
        assert outcome(home, f"again{number}", again) == {"erased": 1}, address
    for number, other in enumerate(OTHERS):
        assert outcome(home, f"other{number}", report(6, number, **other)) == {"loaded": 1}, other


@pytest.mark.slow
def test_a_near_copy_is_held_back_until_a_person_lets_it_in(home: Path) -> None:
    for number, (change, text) in enumerate(COPIES.items()):
        copy = report(0, 0, id=f"copy{number}", url=f"https://mirror{number}.example/x", text=text)
        assert outcome(home, f"copy{number}", copy) == {"rejected": 1}, change
    held = "SELECT source_ref FROM latest_documents WHERE reason = 'resembles_erased' ORDER BY ALL"
    places = [place for (place,) in ask(home, held)]
    assert len(places) == len(COPIES)
    retry(settings_of(home), ["resembles_erased"], engine=InlineEngine())
    assert len(ask(home, held)) == len(COPIES), "reading again is no decision"

    with pytest.raises(InvalidRequestError, match="not held back"):
        retry(settings_of(home), let_in=[places[0], "nowhere"], engine=InlineEngine())
    assert ask(home, "FROM let_in") == []  # nothing was changed, as the error says
    retry(settings_of(home), let_in=places[:1], engine=InlineEngine())
    assert [place for (place,) in ask(home, held)] == places[1:]
    with pytest.raises(InvalidRequestError, match="not held back"):
        retry(settings_of(home), let_in=["nowhere"])
    assert CliRunner().invoke(cli, ["retry", "--let-in", "nowhere", "--home", str(home)]).exit_code == 2


@pytest.mark.slow
def test_other_reports_of_the_same_event_come_in(home: Path) -> None:
    assert outcome(home, "tellings", report(0, 1), report(0, 2)) == {"loaded": 2}
    quoting = report(3, 0, text=report(3, 0)["text"] + "\n" + ERASED["text"].split("\n")[0])
    assert outcome(home, "quoting", quoting) == {"loaded": 1}


@pytest.mark.slow
def test_a_recovered_warehouse_holds_near_copies_back_too(home: Path) -> None:
    working_path(home).unlink()
    recover(settings_of(home), engine=InlineEngine())
    copy = report(0, 0, id="copy", url="https://mirror.example/x", text=COPIES["one word"])
    assert outcome(home, "copy", copy) == {"rejected": 1}


def test_loading_and_erasing_mean_the_same_by_an_address() -> None:
    macro = statement("erase", "00_addresses").sql
    assert macro.split(" AS ", 1)[1] in statement("load", "01_incoming").sql
