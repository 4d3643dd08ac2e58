"""How a run is reported to people: lines for the terminal, JSON for machines, a table and a page for Prefect."""

from __future__ import annotations

import json
import os
import shlex
import string
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flows.stderr_messages import is_json
from transforms.types import Disposition
from warehouse.object_store import is_address
from warehouse.runs import RunOutcome
from warehouse.web_addresses import web_address

if TYPE_CHECKING:
    from warehouse.load import LoadResult
    from warehouse.published_parts import PlacePublication
    from warehouse.row_types import RunQuality

# Sources named in a report: enough to see who costs the time, few enough to read.
_LISTED_SOURCES = 10
# Headlines named in a line of a report.
_NAMED_TITLES = 3
# Runs before this one from which on "never seen before" says something.
_TREND_RUNS = 5
# ASCII punctuation, which is all that means anything to Markdown, as character references; each is escaped once.
_ESCAPED = {ord(sign): f"&#{ord(sign)};" for sign in string.punctuation if sign not in ",.'\"-/():;%?+="}
_MEASURES = {
    "documents": "documents",
    "rejected_ratio": "share rejected",
    "undated_ratio": "share of articles without a date",
    "nameless_ratio": "share of articles without an outlet",
    "stub_ratio": "share of walls and stubs",
    "median_words": "median words an article",
}


@dataclass(kw_only=True)
class RunReport:
    """The counts and messages of one run, filled while it runs, for its report to people."""

    run_id: str = ""
    home: Path = Path()
    published: Path = Path()
    published_to: list[PlacePublication] = field(
        default_factory=list
    )  # where it was published beside, as settings say
    files: int = 0
    documents: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    articles_new: int = 0
    articles_changed: int = 0
    stories_new: int = 0
    stories_changed: int = 0
    put_off: list[tuple[str, int]] = field(default_factory=list)  # files still being written, runs in a row
    withdrawn: list[str] = field(default_factory=list)  # headlines of articles that a notice took back
    restored: list[str] = field(default_factory=list)  # headlines of articles that a later state brought back
    embargoes_lifted: int = 0  # articles published since their embargo is over
    read_otherwise: list[str] = field(default_factory=list)  # known files read under another map or cleaner
    refolded: str | None = None  # what folding everything again changed, when the models were new
    breaches: list[str] = field(default_factory=list)  # limits of the settings that were crossed
    batches: int = 0  # number of the batch at hand, from 1; 0 before the first and after the last
    workers_lost: int = 0  # documents that ended their worker: by a limit, a crash or a kill from outside
    stage_seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0
    source_seconds: dict[str, float] = field(
        default_factory=lambda: defaultdict(float)
    )  # outlet or folder → seconds of reading and cleaning
    newest: list[tuple[str, int, str]] = field(
        default_factory=list
    )  # biggest new stories: id, articles, title

    def count_unchanged(self, documents: int) -> None:
        """Add `documents` to the counts of documents and of unchanged ones: those in files that were not read again."""
        self.documents += documents
        if documents:
            self.dispositions[Disposition.UNCHANGED] += documents

    def count(self, documents: int, loaded: LoadResult) -> None:
        """Add a batch of `documents` documents, with what loading it did (dispositions, reasons, articles)."""
        self.documents += documents
        self.dispositions.update(loaded.dispositions)
        self.reasons.update(loaded.reasons)
        self.articles_new += len(loaded.new_ids)
        self.articles_changed += len(loaded.changed_ids)
        self.withdrawn += loaded.withdrawn
        self.restored += loaded.restored

    def count_seconds(self, seconds: Mapping[str, float]) -> None:
        """Add the seconds that reading and cleaning took, by source."""
        for source, spent in seconds.items():
            self.source_seconds[source] += spent

    def outcome(self) -> RunOutcome:
        """Return what the ledger stores of the run: counts, seconds by stage, and whether all was folded again."""
        return RunOutcome(
            files=self.files,
            documents=self.documents,
            dispositions=dict(self.dispositions),
            reasons=dict(self.reasons),
            stories_new=self.stories_new,
            stories_changed=self.stories_changed,
            stage_seconds=dict(self.stage_seconds),
            message=f"folded again with new models: {self.refolded}" if self.refolded else None,
        )


def as_json(report: RunReport) -> dict[str, Any]:
    """Return a report as plain values for JSON: ids, places, counts, headlines of withdrawn articles, seconds.

    Left out are breaches, the biggest new stories, lost workers and seconds by source; of files that were read under
    another map or cleaner only the number is in it.
    """
    return {
        "run_id": report.run_id,
        "home": str(report.home),
        "published": str(report.published),
        "published_to": [one.place for one in report.published_to],
        "files": report.files,
        "documents": report.documents,
        "dispositions": dict(sorted(report.dispositions.items())),
        "reasons": dict(sorted(report.reasons.items())),
        "articles_new": report.articles_new,
        "articles_changed": report.articles_changed,
        "withdrawn": report.withdrawn,
        "restored": report.restored,
        "embargoes_lifted": report.embargoes_lifted,
        "read_otherwise": len(report.read_otherwise),
        "refolded": report.refolded,
        "put_off": [{"source_ref": ref, "runs": runs} for ref, runs in report.put_off],
        "stories_new": report.stories_new,
        "stories_changed": report.stories_changed,
        "stage_seconds": {name: round(seconds, 3) for name, seconds in report.stage_seconds.items()},
        "seconds": round(report.seconds, 3),
    }


def print_report(report: RunReport, *, as_json_lines: bool, quiet: bool) -> None:
    """Print a report: with `as_json_lines` one line of JSON on stdout, else a few lines in words on stderr.

    No words are printed when `quiet`, or when messages on stderr are JSON, where `log_run` writes the run as one line.
    """
    import click

    if as_json_lines:
        click.echo(json.dumps(as_json(report), ensure_ascii=False))
    elif not quiet and not is_json():  # the line of the run says all of it
        for line in in_words(report):
            click.echo(line, err=True)


def in_words(report: RunReport) -> list[str]:
    """Return the run as lines of text: files, documents by disposition, and how many stories are new and changed.

    Further lines only where they apply: what was folded again, put off, withdrawn or brought back, read under another
    map, under an embargo until now, rejected and why, abnormal, or published elsewhere too.
    """
    kinds = ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(report.dispositions.items())
    )
    lines = [
        f"{report.files:,} files, {report.documents:,} documents in {report.seconds:.1f} s: {kinds or 'nothing to do'}"
    ]
    if report.refolded:
        lines.append(f"folded again with the models of this version: {report.refolded}")
    for ref, runs in report.put_off[:_LISTED_SOURCES]:
        lines.append(f"still being written in {runs:,} runs, and so not read: {ref}")
    lines += [
        f"{what}: {len(titles):,} articles, {_first_of(titles)}"
        for what, titles in (
            ("withdrawn by their providers", report.withdrawn),
            ("brought back by their providers", report.restored),
        )
        if titles
    ]
    if report.read_otherwise:
        places = " ".join(shlex.quote(place) for place in common_folders(report.read_otherwise))
        lines.append(
            f"{len(report.read_otherwise):,} files were read under another map or by another cleaner: "
            f"`newsfold ingest --again {places}` reads them again"
        )
    if report.embargoes_lifted:
        lines.append(f"embargo over: {report.embargoes_lifted:,} articles are published now")
    if report.reasons:
        reasons = ", ".join(
            f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(report.reasons.items())
        )
        lines.append(f"reasons: {reasons}")
    lines += [f"abnormal: {breach}" for breach in report.breaches]
    lines.append(
        f"stories: {report.stories_new:,} new, {report.stories_changed:,} changed; published {report.published}"
    )
    lines += [
        f"published to {one.place}: {one.written:,} of {one.total:,} {one.unit} written"
        for one in report.published_to
    ]
    return lines


def common_folders(files: Sequence[str]) -> list[str]:
    """Return the deepest folder that holds all files on the disk, and the deepest address in each bucket.

    Sorted. A single file in its place is returned itself. Empty for no files.
    """
    places: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for file in files:
        scheme, _, rest = file.partition("://")
        bucket = f"{scheme}://{rest.partition('/')[0]}" if is_address(file) else ""
        path = file.removeprefix(bucket)
        places[bucket, path.startswith("/")].append(path)
    return sorted(
        bucket + (os.path.commonpath(paths) if len(paths) > 1 else paths[0])
        for (bucket, _), paths in places.items()
    )


def _first_of(titles: Sequence[str]) -> str:
    return ", ".join(titles[:_NAMED_TITLES]) + (" …" if len(titles) > _NAMED_TITLES else "")


def outcome_rows(report: RunReport) -> list[dict[str, Any]]:
    """Return one row for each disposition, then for each reason, both by name, for a table artifact.

    Columns: what (disposition or reason), value, documents.
    """
    rows = [
        {"what": "disposition", "value": name, "documents": count}
        for name, count in sorted(report.dispositions.items())
    ]
    return rows + [
        {"what": "reason", "value": name, "documents": count}
        for name, count in sorted(report.reasons.items())
    ]


def source_rows(report: RunReport) -> list[dict[str, Any]]:
    """Return the ten sources that cost the most time to read and clean, the slowest first, for a table artifact.

    Columns: source, seconds, and share (0 to 1) of the seconds of all sources.
    """
    total = sum(report.source_seconds.values())
    return [
        {"source": source, "seconds": round(seconds, 3), "share": round(seconds / total, 3) if total else 0.0}
        for source, seconds in nlargest(_LISTED_SOURCES, report.source_seconds.items(), key=itemgetter(1))
    ]


def quality_rows(run_id: str, quality: Sequence[RunQuality]) -> list[dict[str, Any]]:
    """Compare the run `run_id` with earlier runs, one row a measure, for a table artifact.

    `quality` has the latest run first. No rows where that is another run, since this one brought no new documents.
    Columns: measure, this run, usual (the median of the others), lowest, highest, runs, and remark: whether the measure
    is above or below all others, where at least five have it.
    """
    if not quality or quality[0].run_id != run_id:
        return []
    now, *before = quality
    return [
        {"measure": words, **_trend(getattr(now, name), [getattr(each, name) for each in before])}
        for name, words in _MEASURES.items()
    ]


def _trend(now: float | None, before: Sequence[float | None]) -> dict[str, Any]:
    known = [value for value in before if value is not None]
    remark = ""
    if now is not None and len(known) >= _TREND_RUNS:
        if now > max(known):
            remark = f"above the last {len(known)} runs"
        elif now < min(known):
            remark = f"below the last {len(known)} runs"
    return {
        "this run": _rounded(now),
        "usual": _rounded(median(known)) if known else None,
        "lowest": _rounded(min(known)) if known else None,
        "highest": _rounded(max(known)) if known else None,
        "runs": len(known),
        "remark": remark,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def markdown_report(
    report: RunReport, urls: Mapping[str, str] = MappingProxyType({}), quality: Sequence[RunQuality] = ()
) -> str:
    """Return the run as a Markdown page for Prefect: counts of documents, new stories, time, and what is unusual.

    `urls` are addresses of stories by id; `quality` is as in `quality_rows`. Text from outside is escaped.
    """
    lines = [f"# Run {report.run_id}", "", *(f"- {as_text(line)}" for line in in_words(report))]
    if report.newest:
        lines += ["", "## Biggest new stories", "", "| story | reports | title |", "|---|---:|---|"]
        lines += [
            f"| `{story}` | {count} | {as_link(title, urls.get(story))} |"
            for story, count, title in report.newest
        ]
    if report.source_seconds:
        lines += ["", "## Slowest sources", "", "| source | seconds | share |", "|---|---:|---:|"]
        lines += [
            f"| {as_text(row['source'])} | {row['seconds']:.2f} | {row['share']:.0%} |"
            for row in source_rows(report)
        ]
    lines += ["", "## Time", "", "| stage | seconds |", "|---|---:|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in report.stage_seconds.items()]
    unusual = [row for row in quality_rows(report.run_id, quality) if row["remark"]]
    if unusual:
        lines += ["", "## Unlike before", ""]
        lines += [f"- {row['measure']}: {row['this run']}, {row['remark']}" for row in unusual]
    return "\n".join(lines)


def as_text(text: str) -> str:
    """Escape text from outside for Markdown, tables too: signs become character references.

    Spaces and line breaks become single spaces.
    """
    return " ".join(text.split()).translate(_ESCAPED)


def as_link(text: str, url: str | None) -> str:
    """Return text as a Markdown link where the address is of http or https, else as text; both are escaped."""
    address = web_address(url)
    return f"[{as_text(text)}](<{address}>)" if address else as_text(text)
