"""A status takes its item back or does not, however it is written, and so for every reader."""

from __future__ import annotations

import json

import pytest

from tests.fuzz.samples import NINJS
from tests.transforms.readers.test_formats import only
from transforms.readers.wire_names import is_kill_note
from transforms.text.publication_status import is_embargoed, is_withdrawn
from transforms.types import RawDocument

TAKES_BACK = [
    "canceled",
    "stat:canceled",
    "Cancelled",
    "withheld",
    "http://x/killed",
    "KILL",
    "spiked",
    "recall",
]


@pytest.mark.parametrize("status", TAKES_BACK)
def test_a_status_takes_back(status: str) -> None:
    assert is_withdrawn(status)


@pytest.mark.parametrize("status", [None, "", "usable", "stat:usable", "embargoed", "corrected", "published"])
def test_a_status_does_not(status: str | None) -> None:
    assert not is_withdrawn(status)
    assert is_embargoed(status) == (status == "embargoed")


@pytest.mark.parametrize("status", TAKES_BACK)
def test_an_item_without_words_that_takes_itself_back_is_no_empty_item(status: str) -> None:
    empty = {"uri": NINJS["uri"], "pubstatus": status, "type": "text", "version": "2"}
    for record in (empty, {"id": "a-2026-17", "status": status, "headline": "", "body": ""}):
        assert isinstance(only(json.dumps(record).encode()), RawDocument)


@pytest.mark.parametrize(
    "note", ["MANDATORY KILL. Do not use", "ZURÜCKGEZOGEN: nicht verwenden", "ANNULÉE", "ANULADA."]
)
def test_a_note_takes_back(note: str) -> None:
    assert is_kill_note(note)


@pytest.mark.parametrize(
    "note", [None, "", "Zurückgezogen lebt er am See", "KILL BILL returns", "Kills the story of 2"]
)
def test_a_note_does_not(note: str | None) -> None:
    assert not is_kill_note(note)
