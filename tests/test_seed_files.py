"""The seeds as files: what is made equals its sources, and every raw file is spoken for."""

from __future__ import annotations

import gzip
import importlib.util
import io
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
INBOX = ROOT / "seeds" / "inbox"
MAX_BYTES = 400_000  # a clone should stay small


def load_builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_seeds", ROOT / "tests" / "data" / "build_seeds.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests" / "data" / "seeds_expected.toml").read_text(encoding="utf-8"))


def unpack(name: str, data: bytes) -> dict[str, bytes]:
    """Open an archive: another build of zlib may pack the same content into other bytes."""
    if name.endswith(".gz"):
        return {"": gzip.decompress(data)}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


def test_archives_hold_their_sources_and_the_readme_its_tables(expected: dict[str, Any]) -> None:
    builder = load_builder()
    for name, data in builder.build_all().items():
        kept = (INBOX / "archives" / name).read_bytes()
        assert unpack(name, kept) == unpack(name, data), f"{name}: run tests/data/build_seeds.py"
    readme = (ROOT / "seeds" / "README.md").read_text(encoding="utf-8")
    assert builder.fill_tables(readme, builder.build_tables(expected)) == readme


def test_every_raw_file_is_spoken_for_once(expected: dict[str, Any]) -> None:
    refs = [document["ref"] for document in expected["document"]]
    assert len(set(refs)) == len(refs)
    files = {path.relative_to(INBOX).as_posix() for path in INBOX.rglob("*") if path.is_file()}
    assert {ref.partition("!")[0].partition("#")[0] for ref in refs} == files
    assert sum((INBOX / name).stat().st_size for name in files) < MAX_BYTES


def test_story_counts_are_those_of_their_documents(expected: dict[str, Any]) -> None:
    for story in expected["story"]:
        members = [
            document
            for document in expected["document"]
            if document.get("story") == story["label"] and document["disposition"] == "loaded"
        ]
        assert len(members) == story["article_count"], story["label"]
        groups = {member.get("copies", member["ref"]) for member in members}
        assert len(groups) == story["copy_group_count"], story["label"]
    labels = {story["label"] for story in expected["story"]}
    for document in expected["document"]:
        assert {document.get("story", "-")} | set(document.get("may_join", [])) <= labels | {"-"}


def test_versions_and_copies_are_what_the_table_says() -> None:
    first, second, third = (INBOX / "pages" / f"wexcombe-post-bridge-{n}.html" for n in (1, 2, 3))
    assert len({path.read_bytes() for path in (first, second, third)}) == 3
    original = INBOX / "pages" / "kystposten-english-grindfjell.html"
    assert original.read_bytes() == (INBOX / "strays" / "copy-of-kystposten-grindfjell.html").read_bytes()
