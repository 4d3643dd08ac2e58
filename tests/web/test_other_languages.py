"""The story page, the page of a thread and the interface for programs show an event in other languages."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from tests.language_samples import ON, ROWS
from tests.story_samples import fold, write_inbox
from tests.web.conftest import ADDRESS
from web.app import create_app


def test_pages_and_interface_show_the_event_in_other_languages(tmp_path: Path) -> None:
    fold(tmp_path / "home", write_inbox(tmp_path / "in", "all", ROWS), **ON)
    with TestClient(create_app(tmp_path / "home"), base_url=ADDRESS) as client:
        stories = client.get("/api/v1/stories").json()["stories"]
        story = next(one["story_id"] for one in stories if one["language"] == "ru")
        record = client.get(f"/api/v1/stories/{story}").json()
        assert {one["language"] for one in record["other_languages"]} == {"en", "es"}
        page = client.get(f"/story/{story}").text
        assert "In other languages" in page
        assert "Kekkonen and Olszewska win rowing regatta" in page
        whole = client.get(f"/thread/{story}", follow_redirects=True).text
        assert "report one event in other languages" in whole
        assert whole.count("regata de Eslovenia") == 1
