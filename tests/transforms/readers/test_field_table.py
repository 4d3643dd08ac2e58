"""The shipped table of field names: consistent, shown in the docs, and read as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from transforms.readers.field_table import (
    explain_unknown_fields,
    field_table,
    meanings_of,
    plain_name,
)
from transforms.readers.field_values import is_nothing
from transforms.readers.record_fields import mappable_fields, record_to_document
from transforms.types import Format, RawDocument

DOCS = Path(__file__).parents[3] / "docs" / "formats.md"


def shown_table() -> str:
    """Write the table of the docs: names in ASCII of the first twelve."""
    rows = ["| field | names, best first |", "|---|---|"]
    for ours, names in field_table().names.items():
        ascii_names = [name for name in names if name.isascii()]
        more = " …" if len(ascii_names) > 12 else ""
        rows.append(f"| {ours} | {', '.join(ascii_names[:12])}{more} |")
    return "\n".join(rows)


def test_the_docs_show_the_table() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert text.partition("<!-- fields -->\n")[2].partition("\n<!-- /fields -->")[0] == shown_table()


def test_names_are_written_as_they_are_compared() -> None:
    for names in field_table().names.values():
        assert len(set(names)) == len(names)
        for name in names:
            assert ".".join(plain_name(step) for step in name.split(".")) == name.replace(" ", "")


@pytest.mark.parametrize(
    "name", sorted({n for names in field_table().names.values() for n in names if "." not in n})
)
def test_every_name_is_found(name: str) -> None:
    fields = {meaning.field for meaning in meanings_of(name)}
    assert any(name in field_table().names[ours] for ours in fields)


@pytest.mark.parametrize(
    "word", ["nan", "None", "NULL", "[Removed]", "n/a", "ONLY AVAILABLE IN CORPORATE PLANS", "\\N"]
)
def test_words_for_nothing_say_nothing(word: str) -> None:
    assert is_nothing(word)
    found = record_to_document(
        {"title": "A title", "text": word, "author": word, "source": word}, "r", Format.JSON
    )
    assert isinstance(found, RawDocument)
    assert (found.body, found.stated.authors, found.stated.publisher) == ("", (), None)


@pytest.mark.parametrize(
    "word", ["Nan Goldin", "None of the above", "Removed", "Nullarbor", "Only available light"]
)
def test_words_that_look_like_nothing_say_something(word: str) -> None:
    assert not is_nothing(word)


def test_an_unknown_field_is_named_with_the_nearest() -> None:
    message = explain_unknown_fields(["titel"])
    assert message is not None
    assert "titel: no such field; did you mean title?" in message
    assert explain_unknown_fields(mappable_fields()) is None
    result = CliRunner().invoke(cli, ["ingest", "x", "--map", "titel=title"])
    assert result.exit_code == 2
    assert "did you mean title?" in result.output


@pytest.mark.parametrize(
    "row",
    [
        {
            "标题": "T",
            "正文": "B",
            "发布时间": "2026-01-15 10:00",
            "来源": "P",
            "链接": "https://x.example/1",
        },
        {"제목": "T", "본문": "B", "일자": "20260115", "언론사": "P", "URL": "https://x.example/1"},
        {"Titel": "T", "Volltext": "B", "Datum": "2026-01-15", "Quelle": "P", "Link": "https://x.example/1"},
        {
            "заголовок": "T",
            "текст": "B",
            "дата": "2026-01-15",
            "источник": "P",
            "ссылка": "https://x.example/1",
        },
        {"título": "T", "texto": "B", "fecha": "2026-01-15", "fuente": "P", "enlace": "https://x.example/1"},
    ],
)
def test_tables_in_other_languages(row: dict[str, str]) -> None:
    found = record_to_document(dict(row), "r", Format.CSV)
    assert isinstance(found, RawDocument)
    stated = found.stated
    assert (stated.title, found.body, stated.publisher, stated.url) == ("T", "B", "P", "https://x.example/1")
    assert stated.published
