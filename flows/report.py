"""A run told to people: lines for the terminal, JSON for machines, a table and a page for Prefect."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from transforms.types import Disposition
from warehouse.export import web_address
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from warehouse.load import LoadResult
    from warehouse.rows import RunQuality

# Sources named in a report: enough to see who costs the time, few enough to read.
_TOLD_SOURCES = 10
# Runs before this one from which on "never seen before" says something.
_TREND_RUNS = 5
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
    """What a run did, for people: filled while it goes on."""

    run_id: str = ""
    home: Path = Path()
    published: Path | None = None
    files: int = 0
    documents: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    articles_new: int = 0
    articles_changed: int = 0
    stories_new: int = 0
    stories_changed: int = 0
    refolded: str | None = None  # what folding everything again changed, when the models were new
    stage_seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0
    source_seconds: dict[str, float] = field(
        default_factory=lambda: defaultdict(float)
    )  # outlet or folder → seconds of reading and cleaning
    newest: list[tuple[str, int, str]] = field(
        default_factory=list
    )  # biggest new stories: id, articles, title

    @property
    def has_changes(self) -> bool:
        """Whether anything but unchanged documents came in."""
        return any(count for name, count in self.dispositions.items() if name != Disposition.UNCHANGED)

    def count_unchanged(self, documents: int) -> None:
        """Count documents that were not looked at again."""
        self.documents += documents
        if documents:
            self.dispositions[Disposition.UNCHANGED] += documents

    def count(self, documents: int, loaded: LoadResult) -> None:
        """Count a batch that was loaded."""
        self.documents += documents
        self.dispositions.update(loaded.dispositions)
        self.reasons.update(loaded.reasons)
        self.articles_new += len(loaded.new_ids)
        self.articles_changed += len(loaded.changed_ids)

    def count_seconds(self, seconds: Mapping[str, float]) -> None:
        """Add what sources took to read and clean."""
        for source, spent in seconds.items():
            self.source_seconds[source] += spent

    def outcome(self) -> RunOutcome:
        """Return what the ledger keeps."""
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
    """Return everything a report holds as plain values."""
    return {
        "run_id": report.run_id,
        "home": str(report.home),
        "published": str(report.published) if report.published else None,
        "files": report.files,
        "documents": report.documents,
        "dispositions": dict(sorted(report.dispositions.items())),
        "reasons": dict(sorted(report.reasons.items())),
        "articles_new": report.articles_new,
        "articles_changed": report.articles_changed,
        "refolded": report.refolded,
        "stories_new": report.stories_new,
        "stories_changed": report.stories_changed,
        "stage_seconds": {name: round(seconds, 3) for name, seconds in report.stage_seconds.items()},
        "seconds": round(report.seconds, 3),
    }


def print_report(report: RunReport, *, as_json_lines: bool, quiet: bool) -> None:
    """Print a report: JSON on stdout, or a few lines in words on stderr."""
    import click

    if as_json_lines:
        click.echo(json.dumps(as_json(report), ensure_ascii=False))
    elif not quiet:
        for line in in_words(report):
            click.echo(line, err=True)


def in_words(report: RunReport) -> list[str]:
    """Return the run in a few lines."""
    kinds = ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(report.dispositions.items())
    )
    lines = [
        f"{report.files:,} files, {report.documents:,} documents in {report.seconds:.1f} s: {kinds or 'nothing to do'}"
    ]
    if report.refolded:
        lines.append(f"folded again with the models of this version: {report.refolded}")
    if report.reasons:
        reasons = ", ".join(
            f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(report.reasons.items())
        )
        lines.append(f"reasons: {reasons}")
    lines.append(
        f"stories: {report.stories_new:,} new, {report.stories_changed:,} changed; published {report.published}"
        if report.published
        else "nothing changed, so the published file stays as it is"
    )
    return lines


def outcome_rows(report: RunReport) -> list[dict[str, Any]]:
    """Return one row for each disposition and reason, for a table artifact."""
    rows = [
        {"what": "disposition", "value": name, "documents": count}
        for name, count in sorted(report.dispositions.items())
    ]
    return rows + [
        {"what": "reason", "value": name, "documents": count}
        for name, count in sorted(report.reasons.items())
    ]


def source_rows(report: RunReport) -> list[dict[str, Any]]:
    """Return the sources that cost the most time to read and clean, the slowest first, for a table artifact."""
    total = sum(report.source_seconds.values())
    return [
        {"source": source, "seconds": round(seconds, 3), "share": round(seconds / total, 3) if total else 0.0}
        for source, seconds in nlargest(_TOLD_SOURCES, report.source_seconds.items(), key=itemgetter(1))
    ]


def quality_rows(quality: Sequence[RunQuality]) -> list[dict[str, Any]]:
    """Compare the latest run with those before it, one row a measure, for a table artifact.

    The remark says when a measure is above or below all of them; fewer than a handful say nothing.
    """
    if not quality:
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
    """Return the run as a page for Prefect: what came in and became of it, new stories, time, and what is unusual."""
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
    unusual = [row for row in quality_rows(quality) if row["remark"]]
    if unusual:
        lines += ["", "## Unlike before", ""]
        lines += [f"- {row['measure']}: {row['this run']}, {row['remark']}" for row in unusual]
    return "\n".join(lines)


def as_text(text: str) -> str:
    """Make text from outside harmless inside Markdown, tables too."""
    for character in "&\\`*_[]<>|#~!":
        text = text.replace(character, f"&#{ord(character)};")
    return " ".join(text.split())


def as_link(text: str, url: str | None) -> str:
    """Return text as a Markdown link where the address is one of the web; nothing in either can end the link."""
    address = web_address(url)
    return f"[{as_text(text)}](<{address}>)" if address else as_text(text)
