"""What the documents promise exists: commands, tables, settings, links to files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Context, Group

from flows.cli import COMMANDS, cli
from flows.settings.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
STYLE = (ROOT / "docs" / "style.md").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("*/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
]
DECISIONS = sorted(ROOT.glob("docs/decisions/0*.md"))
FORM = ("Status", "Context", "Decision", "Measured alternatives", "Consequences")
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
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        called |= set(re.findall(r"`newsfold ([a-z]+)", text))
    assert called - {"is"} <= set(COMMANDS)


def test_examples_of_the_readme_name_their_home_and_known_options() -> None:
    shell = re.sub(r" #.*", "", "".join(re.findall(r"```sh\n(.*?)```", README, re.S)))
    examples = re.findall(r"newsfold ([a-z]+ .*)", shell) + re.findall(
        r"`(?:newsfold|prefect run) ([a-z]+ [^`]*--[^`]*)`", README
    )
    assert len(examples) > 10
    for example in examples:
        words = example.split()
        command = cli.get_command(Context(cli), words[0])
        while isinstance(command, Group):
            command = command.get_command(Context(command), words.pop(1))
        assert command
        known = {name for option in command.params for name in option.opts}
        assert {word for word in words if word.startswith("--")} <= known, example
        assert "--home" in words, example


def test_no_name_in_code_is_one_that_the_style_replaced() -> None:
    replaced = re.search(r"(A result, report or message is named so.*)", STYLE)
    assert replaced
    words = "|".join(re.findall(r"`(\w+)`", replaced[1]))
    name = re.compile(rf"^\s*(?:def |class |for |with .* as )?(?:{words})\b(?:, \w+)*(?: =|\(|:| in )", re.M)
    for package in ("transforms", "flows", "warehouse", "web", "tests", "benchmarks"):
        for path in (ROOT / package).rglob("*.py"):
            assert not name.search(path.read_text(encoding="utf-8")), path


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


@pytest.mark.parametrize(
    "page", [ROOT / "docs" / "design.md", ROOT / "README.md"], ids=lambda page: page.name
)
def test_files_that_the_map_names_exist(page: Path) -> None:
    for line in page.read_text(encoding="utf-8").splitlines():
        folder = Path()
        for name in re.findall(r"`([\w/]+(?:\.(?:py|sql|toml)|/))`", line):
            folder = (
                (ROOT / name).parent if "/" in name else folder
            )  # a bare name lies beside the one before it
            assert (folder / Path(name).name).exists(), f"{name} in: {line}"


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_the_common_form_and_the_index_has_its_status(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    number = page.name[:4]
    title = re.match(rf"# {number} (.+)\n", text)
    assert title, f"the title begins with {number}"
    assert re.findall(
        r"^\*\*(Status|Context|Decision|Measured alternatives|Consequences)\b", text, re.M
    ) == list(FORM)
    status = re.search(r"^\*\*Status\.\*\* (.+)", text, re.M)
    assert status
    changed = re.search(r"changed (\d{4}-\d\d-\d\d)", status[1])
    replaced = re.match(r"Superseded by \[(\d{4})\]\([^)]+\) on (\d{4}-\d\d-\d\d)", status[1])
    holds = re.match(r"Holds since (\d{4}-\d\d-\d\d)", status[1])
    assert replaced or holds, "a status is 'Holds since DATE' or 'Superseded by [NNNN](page) on DATE'"
    if replaced:
        state, since = f"superseded by {replaced[1]}", replaced[2]
    else:
        state, since = ("changed", changed[1]) if changed else ("holds", holds[1] if holds else "")
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert f"| {number} | [{title[1]}]({page.name}) | {state} | {since} |" in index


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert sorted(set(numbers)) == numbers
