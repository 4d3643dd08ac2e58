"""A run told to people: lines for the terminal, JSON for machines, a table and a page for Prefect."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.types import Disposition
from warehouse.runs import RunOutcome

if TYPE_CHECKING:
    from warehouse.load import LoadResult


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


def markdown_report(report: RunReport) -> str:
    """Return the run as a page for Prefect: what came in, what became of it, where time went, the newest stories."""
    lines = [f"# Run {report.run_id}", "", *(f"- {line}" for line in in_words(report)), ""]
    lines += ["| stage | seconds |", "|---|---:|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in report.stage_seconds.items()]
    if report.newest:
        lines += ["", "## Biggest new stories", "", "| story | reports | title |", "|---|---:|---|"]
        lines += [f"| `{story}` | {count} | {_cell(title)} |" for story, count, title in report.newest]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Make text from outside harmless inside a Markdown table."""
    for character in "\\`*_[]<>|#":
        text = text.replace(character, f"&#{ord(character)};")
    return " ".join(text.split())
