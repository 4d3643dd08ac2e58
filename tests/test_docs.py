"""What the documents promise exists: commands, tables, settings, links to files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.cli import COMMANDS
from flows.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted(ROOT.glob("*/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
]
CONTRACT = ("stories", "articles", "story_articles", "links", "story_events", "documents", "runs")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named_in_the_readme(name: str) -> None:
    assert re.search(rf"`(?:newsfold )?{name}\b|newsfold {name}\b", README)


@pytest.mark.parametrize("name", CONTRACT)
def test_every_view_is_named_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


def test_commands_in_documents_exist() -> None:
    called = set()
    for page in PAGES:
        called |= set(re.findall(r"`newsfold ([a-z]+)", page.read_text(encoding="utf-8")))
    assert called - {"is"} <= set(COMMANDS)


def test_settings_in_documents_exist() -> None:
    block = re.search(
        r"```toml\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.S
    )
    assert block
    assert {line.partition(" = ")[0] for line in block[1].splitlines()} <= set(Settings.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target
