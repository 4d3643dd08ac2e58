"""Build what is made in the seeds: the archives from their plain sources, and the tables of the README.

The members of the web archive, the zip and the gzip lie readable in `tests/data/seed_sources`; what becomes of
each document stands in `tests/data/seeds_expected.toml`. Run `python tests/data/build_seeds.py` after an edit of
either. Times inside the archives are fixed, so a second build changes nothing.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import tomllib
import uuid
import zipfile
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "seed_sources"
EXPECTED = Path(__file__).parent / "seeds_expected.toml"
SEEDS = Path(__file__).parents[2] / "seeds"
ARCHIVES = SEEDS / "inbox" / "archives"
CRAWLED_AT = "2026-02-10T04:00:00Z"
ZIPPED_AT = (2026, 2, 10, 4, 0, 0)
NAMESPACE = uuid.UUID("6f1c1f60-5e5d-4b6a-9d58-0f2a6a3f6a10")  # any fixed value: record ids derive from it

# A picture of one black pixel: the response in the crawl that is not a page.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")
STYLESHEET = b"body { font: 16px/1.5 Georgia, serif; max-width: 40em; margin: auto }\n"


def build_gzip(page: bytes) -> bytes:
    """Compress one page as a crawler's cache would, without name and time."""
    return gzip.compress(page, compresslevel=9, mtime=0)


def build_zip(members: dict[str, bytes]) -> bytes:
    """Pack the members in the order given, each with the same time stamp."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, date_time=ZIPPED_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def build_warc_record(kind: str, body: bytes, content_type: str, url: str | None = None) -> bytes:
    """Write one WARC/1.1 record as a gzip member of its own, as crawlers do."""
    record_id = uuid.uuid5(NAMESPACE, f"{kind} {url}")
    headers = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{record_id}>",
        f"WARC-Date: {CRAWLED_AT}",
        *([f"WARC-Target-URI: {url}"] if url else []),
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
    ]
    return build_gzip("\r\n".join(headers).encode() + b"\r\n\r\n" + body + b"\r\n\r\n")


def build_response(url: str, body: bytes, mime: str) -> bytes:
    """Write one HTTP response record."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return build_warc_record("response", head + body, "application/http; msgtype=response", url)


def build_request(url: str) -> bytes:
    """Write the request record that belongs to a response."""
    _, _, host, path = url.split("/", 3)
    body = f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: seedbot/1.0\r\n\r\n".encode()
    return build_warc_record("request", body, "application/http; msgtype=request", url)


def find_canonical(page: bytes) -> str:
    """Return the address a source page declares as its own; sources without one are a mistake."""
    match = re.search(rb'<link rel="canonical" href="([^"]+)"', page)
    if match is None:
        raise SystemExit("a page of the web archive declares no canonical address")
    return match.group(1).decode()


def build_warc(pages: list[bytes]) -> bytes:
    """Write a crawl: its description, each page with its request, and one picture."""
    records = [build_warc_record("warcinfo", b"software: seedbot/1.0\r\n", "application/warc-fields")]
    for page in pages:
        url = find_canonical(page)
        records += [build_request(url), build_response(url, page, "text/html; charset=utf-8")]
    records.append(build_response("https://www.radioquipu.example/pixel.gif", GIF, "image/gif"))
    return b"".join(records)


def build_all() -> dict[str, bytes]:
    """Return every archive by file name."""
    pages = [path.read_bytes() for path in sorted((SOURCES / "warc").iterdir())]
    members = {f"saved/{path.name}": path.read_bytes() for path in sorted((SOURCES / "zip").iterdir())}
    members["saved/style.css"] = STYLESHEET
    members["saved/pixel.gif"] = GIF
    cached = {path.name: path.read_bytes() for path in sorted((SOURCES / "gz").iterdir())}
    return {
        "crawl-2026-02-10.warc.gz": build_warc(pages),
        "saved-pages.zip": build_zip(members),
        **{f"{name}.gz": build_gzip(page) for name, page in cached.items()},
    }


def _document_row(document: dict[str, Any]) -> str:
    """Write one line of the README's table of documents."""
    outcome = document["disposition"] + (f" ({document['reason']})" if "reason" in document else "")
    may_join = document.get("may_join", [])
    story = f"may join {' or '.join(may_join)}" if may_join else document["story"]
    kinds = " or ".join(document.get("kinds", ["-"]))
    copies = document.get("copies", "-")
    cells = [f"`{document['ref']}`", document["format"], outcome, kinds, story, copies, document["why"]]
    return f"| {' | '.join(cells)} |"


def build_tables(expected: dict[str, Any]) -> dict[str, str]:
    """Return the README's tables by the name of their place in it."""
    stories = [
        f"| {story['label']} | {story['article_count']} | {story['copy_group_count']} | {story['synopsis']} |"
        for story in expected["story"]
    ]
    head = "| story | articles | copy groups | what happened |\n|---|---|---|---|\n"
    documents = [_document_row(document) for document in expected["document"]]
    columns = ["document", "format", "becomes", "kind", "story", "copies of", "why it is here"]
    title = f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n"
    return {"stories": head + "\n".join(stories), "documents": title + "\n".join(documents)}


def fill_tables(readme: str, tables: dict[str, str]) -> str:
    """Put each table between its two marks, in place of what stood there."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = readme.partition(begin)
        _, _, after = rest.partition(end)
        readme = f"{before}{begin}\n{table}\n{end}{after}"
    return readme


def main() -> int:
    """Write the archives into the inbox of the seeds, and the tables into their README."""
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    for name, data in build_all().items():
        (ARCHIVES / name).write_bytes(data)
        sys.stdout.write(f"{name} {len(data)} bytes\n")
    readme = SEEDS / "README.md"
    tables = build_tables(tomllib.loads(EXPECTED.read_text(encoding="utf-8")))
    readme.write_text(fill_tables(readme.read_text(encoding="utf-8"), tables), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
