"""Files in, what a sample of each source gives out: formats, kinds, where our fields are from, what is left over.

docs/formats.md says the same to people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath

from flows.intake.discover import FoundFile, open_file, refuse
from transforms.cleaning.clean import clean
from transforms.readers import read
from transforms.readers.read_options import ReadOptions
from transforms.types import Article, Rejection

SAMPLE_DOCUMENTS = 20  # of one file
SAMPLE_FILES = 5  # of one folder and ending: files of one source look alike
_EXAMPLE = 48  # characters of a value that are shown
_FIELDS = (
    "title",
    "text",
    "url",
    "published",
    "updated",
    "publisher",
    "authors",
    "language",
    "section",
    "tags",
)


@dataclass(slots=True)
class SourceSurvey:
    """What a sample of one source showed: formats, kinds, where our fields were found, unused names, rejections."""

    source: str  # a file, or a folder with the ending of its files
    files: int = 0
    documents: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    names: Counter[tuple[str, str]] = field(default_factory=Counter)  # (field of ours, where it was found)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    unused: Counter[str] = field(default_factory=Counter)  # names of theirs that went nowhere
    rejections: Counter[str] = field(default_factory=Counter)


def survey(files: Sequence[FoundFile], options: ReadOptions, now: datetime) -> list[SourceSurvey]:
    """Read and clean a sample of the files and return what was found, by source; nothing is stored.

    More than 5 files of one folder and ending are one source, of which the first 5 are read; else each file is a
    source. Of a file the first 20 documents are read. Sources come in the order of their first files. `now` (naive UTC)
    decides what is a date in the future. A file that cannot be read is counted among the rejections. Fields are counted
    by where they were found: a record's by name, any other document's by kind of statement.
    """
    return [_survey_source(name, group, options, now) for name, group in _sources(files)]


def _sources(files: Sequence[FoundFile]) -> list[tuple[str, list[FoundFile]]]:
    """Gather files of one folder and ending; a few of them are sources of their own."""
    groups: dict[tuple[str, str], list[FoundFile]] = {}
    for file in files:
        path = PurePosixPath(file.source_ref)
        groups.setdefault((str(path.parent), path.suffix.lower()), []).append(file)
    found: list[tuple[str, list[FoundFile]]] = []
    for (folder, suffix), group in groups.items():
        if len(group) > SAMPLE_FILES:
            found.append((f"{folder}/*{suffix} ({len(group):,} files)", group[:SAMPLE_FILES]))
        else:
            found += [(file.source_ref, [file]) for file in group]
    return found


def _survey_source(
    name: str, files: Iterable[FoundFile], options: ReadOptions, now: datetime
) -> SourceSurvey:
    result = SourceSurvey(name)
    records: set[str] = set()  # references of records whose fields are counted; a sample has few

    def note(ref: str, named: Mapping[str, tuple[str, object]], names: Sequence[str]) -> None:
        used = {path.split(".")[0] for path, _ in named.values()}
        if named:
            records.add(ref)
        result.unused.update(one for one in names if one not in used)
        for ours, (theirs, value) in named.items():
            _count(result, ours, theirs, value)

    watched = replace(options, on_record=note)
    for file in files:
        result.files += 1
        try:
            with open_file(file) as stream:
                for item in islice(read(stream, file.source_ref, watched), SAMPLE_DOCUMENTS):
                    result.documents += 1
                    result.formats[str(item.format)] += 1
                    outcome = item if isinstance(item, Rejection) else clean(item, now=now)
                    _note_outcome(result, outcome, is_record=item.source_ref in records)
        except OSError as error:
            _note_outcome(result, refuse(file.source_ref, error, file.size), is_record=False)
    return result


def _note_outcome(result: SourceSurvey, outcome: Article | Rejection, *, is_record: bool) -> None:
    if isinstance(outcome, Rejection):
        result.rejections[f"{outcome.disposition}, {outcome.reason}: {outcome.detail}"] += 1
        return
    result.kinds[str(outcome.kind)] += 1
    if is_record:
        return
    where = dict(outcome.field_sources)
    for name in _FIELDS:
        value = getattr(outcome, name)
        shown = value.at if name in ("published", "updated") else value
        if shown and shown != "und":
            _count(result, name, where.get(name, "the document"), shown)


def _count(result: SourceSurvey, ours: str, theirs: str, value: object) -> None:
    key = (ours, theirs)
    result.names[key] += 1
    if key not in result.examples:
        text = " ".join(str(value).split())
        result.examples[key] = text if len(text) <= _EXAMPLE else text[: _EXAMPLE - 1] + "…"


def survey_lines(result: SourceSurvey) -> list[str]:
    """Return the survey of a source as lines for a terminal, with 12 unused names and 5 kinds of rejections at most.

    Names and values are foreign text, control characters included: make them safe before they are printed.
    """
    formats = ", ".join(f"{count} {name}" for name, count in result.formats.most_common())
    kinds = ", ".join(f"{count} {name}" for name, count in result.kinds.most_common())
    lines = [
        result.source,
        f"  sample of {result.documents}: {formats or 'nothing'}; {kinds or 'no article'}",
    ]
    for (ours, theirs), count in sorted(result.names.items(), key=lambda one: (_order(one[0][0]), -one[1])):
        example = result.examples[ours, theirs]
        lines.append(f"  {ours:<12} <- {theirs:<24} {count:>3} of {result.documents}  {example}")
    if result.unused:
        names = ", ".join(name for name, _ in result.unused.most_common(12))
        lines.append(f"  not used: {names}{', …' if len(result.unused) > 12 else ''}")
    lines += [f"  {count} x {text}" for text, count in result.rejections.most_common(5)]
    return lines


def survey_record(result: SourceSurvey) -> dict[str, object]:
    """Return the survey of a source as plain values for JSON; unused names come by falling frequency."""
    return {
        "source": result.source,
        "documents": result.documents,
        "formats": dict(result.formats),
        "kinds": dict(result.kinds),
        "fields": [
            {"field": ours, "name": theirs, "documents": count, "example": result.examples[ours, theirs]}
            for (ours, theirs), count in result.names.items()
        ],
        "not_used": [name for name, _ in result.unused.most_common()],
        "rejections": dict(result.rejections),
    }


def _order(ours: str) -> int:
    return _FIELDS.index(ours) if ours in _FIELDS else len(_FIELDS)
