"""Every language file is complete and read, and names months as Unicode CLDR does; a wrong one is refused."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.data.build_months import month_names
from transforms.language.language_tables import language_table, language_tags, one_of, pooled, read_table
from transforms.language.months import month_number
from transforms.language.stems import is_unspaced, stem

ROOT = Path(__file__).parents[3]
HOW_TO = ROOT / "docs" / "how-to" / "add-a-language.md"


@pytest.mark.parametrize("tag", language_tags())
def test_every_file_is_valid(tag: str) -> None:
    table = language_table(tag)
    assert table.name
    assert all(
        word == word.lower() for word in (*table.stems.endings, *table.bylines.openings, *table.calendar.ago)
    )


def test_a_language_without_a_file_has_an_empty_table() -> None:
    for tag in ("und", "xx", "", "../agencies"):
        assert language_table(tag).name == ""
        assert stem("houses", tag) == "houses"
    assert [tag for tag in language_tags() if is_unspaced(tag)] == ["bo", "ja", "km", "lo", "my", "th", "zh"]


@pytest.mark.slow
@pytest.mark.parametrize("tag", language_tags())
def test_months_are_those_of_cldr(tag: str) -> None:
    names = month_names(tag)
    numbered = not all(names)
    assert [list(listed) for listed in language_table(tag).calendar.months] == ([] if numbered else names)


@pytest.mark.parametrize("tag", language_tags())
def test_every_month_is_read_in_its_own_language(tag: str) -> None:
    for number, names in enumerate(language_table(tag).calendar.months, 1):
        assert {month_number(name, tag) for name in names} == {number}


def test_a_name_that_languages_use_for_different_months_needs_its_language() -> None:
    assert month_number("listopad", "sh") == 10
    assert month_number("listopad", "cs") == month_number("listopad", "pl") == 11
    assert month_number("srpanj") == 7  # Croatian alone; "srp" is the beginning of another month in Czech
    assert month_number("srpna") == 8


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "name must be"),
        ({"name": "Elvish", "verbs": {}}, "verbs is no key"),
        ({"name": "Elvish", "kinds": {"lives": ["x"]}}, "kinds.lives is no key"),
        ({"name": "Elvish", "kinds": {"live": "x"}}, "kinds.live must be a list of texts"),
        ({"name": "Elvish", "kinds": {"live": ["x", " "]}}, "kinds.live has an empty text"),
        ({"name": "Elvish", "kinds": {"live": ["x", "x"]}}, "kinds.live has a text twice"),
        ({"name": "Elvish", "kinds": ["x"]}, r"\[kinds\] must be a table"),
        ({"name": "Elvish", "calendar": {"weekdays": [["x"]]}}, "calendar.weekdays must be 7 lists"),
        ({"name": "Elvish", "stems": {"shortest": 0}}, "stems.shortest must be a number"),
        (
            {"name": "Elvish", "stems": {"ends_at_apostrophe": "yes"}},
            "ends_at_apostrophe must be true or false",
        ),
        ({"name": "Elvish", "is_unspaced": "no"}, "is_unspaced must be true or false"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_table(values)


def test_the_longest_of_the_words_is_found() -> None:
    pattern = re.compile(one_of(pooled(lambda table: table.bylines.openings)))
    found = pattern.match("written by Ann Lee")
    assert found is not None
    assert found.group() == "written by"


def test_the_example_of_the_how_to_is_a_language_file() -> None:
    example = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    table = read_table(tomllib.loads(example.group(1)))
    assert table.name == "Icelandic"
    assert [len(names) for names in table.calendar.weekdays] == [1] * 7
    assert table.bylines.openings
