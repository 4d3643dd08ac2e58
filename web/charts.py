"""Pictures as inline SVG with a text equivalent: rows in, safe markup out. Colours come from the style sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

_WIDTH = 960
_LANE = 34
_LEFT = 190  # room for the names of outlets
_MOST_LANES = 24
_HALF_TICK = 40  # width of half a label of time
_FUNNEL_WIDTH, _FUNNEL_LEFT, _FUNNEL_RIGHT = 480, 76, 92


def draw_timeline(members: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw the reports of a story over time: one lane an outlet, copies as rings, hours or days along the bottom.

    `members` need published_at (UTC), published_precision, publisher, title and role. A report that states only a day
    is drawn as a bar over that day: it can have been printed at any hour of it. Lanes are in the order in which outlets
    first come in `members`, reports without a publisher share one. Undated reports and lanes after the first 24 are
    left out; empty markup with fewer than two dated reports.
    """
    dated = [member for member in members if member["published_at"] is not None]
    if len(dated) < 2:
        return Markup("")
    lanes: dict[str, list[Mapping[str, Any]]] = {}
    for member in dated:
        lanes.setdefault(member["publisher"] or "unknown outlet", []).append(member)
    names = list(lanes)[:_MOST_LANES]
    first, last = min(m["published_at"] for m in dated), max(_end_of(m) for m in dated)
    span = max((last - first).total_seconds(), 3600.0)

    def x(at: datetime) -> Any:
        seconds: float = (at - first).total_seconds()
        return _LEFT + seconds / span * (_WIDTH - _LEFT - 24)

    height = len(names) * _LANE + 40
    parts = [
        Markup('<svg class="chart timeline" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            _WIDTH, height, f"{len(dated)} reports from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
        )
    ]
    for at, label in _ticks(first, last):
        parts.append(
            Markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="8" y2="{1}"/>').format(
                x(at), height - 28
            )
        )
        is_last = x(at) > _WIDTH - _HALF_TICK  # in the middle it would be cut off
        parts.append(
            Markup('<text class="tick{}" x="{:.1f}" y="{}">{}</text>').format(
                " end" if is_last else "", _WIDTH if is_last else x(at), height - 8, label
            )
        )
    for number, name in enumerate(names):
        y = number * _LANE + 24
        parts.append(Markup('<text class="lane" x="0" y="{}">{}</text>').format(y + 5, _shorten(name, 24)))
        parts.append(
            Markup('<line class="lane-line" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, _WIDTH, y, y)
        )
        parts += [_mark(member, x, y) for member in lanes[name]]
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _mark(member: Mapping[str, Any], x: Any, y: int) -> Markup:
    at = member["published_at"]
    label = f"{member['publisher'] or 'unknown outlet'}, {at:%Y-%m-%d %H:%M}: {member['title']}"
    kind = member["role"]  # canonical, report or copy: what the style sheet knows
    if member["published_precision"] != "minute":
        width = max(x(_end_of(member)) - x(at), 6.0)
        return Markup(
            '<rect class="mark {}" x="{:.1f}" y="{}" width="{:.1f}" height="10" rx="5"><title>{}</title></rect>'
        ).format(kind, x(at), y - 5, width, f"{label} (hour not stated)")
    return Markup('<circle class="mark {}" cx="{:.1f}" cy="{}" r="7"><title>{}</title></circle>').format(
        kind, x(at), y, label
    )


def _end_of(member: Mapping[str, Any]) -> datetime:
    at: datetime = member["published_at"]
    return at if member["published_precision"] == "minute" else at + timedelta(hours=23, minutes=59)


def _ticks(first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """Choose at most eight round times between two."""
    hours = (last - first).total_seconds() / 3600
    step = next((h for h in (1, 3, 6, 12, 24, 48, 168, 720, 2160, 8760) if hours / h <= 8), 87600)
    start = first.replace(minute=0, second=0, microsecond=0)
    if step >= 24:
        start = start.replace(hour=0)
    at = start
    found: list[tuple[datetime, str]] = []
    while at <= last and len(found) < 12:
        if at >= first:
            found.append((at, f"{at:%d %b}" if step >= 24 else f"{at:%d %b %H:%M}"))
        at += timedelta(hours=step)
    return found


def draw_attention(days: Sequence[tuple[date, int]]) -> Markup:
    """Draw articles a day as bars, oldest left; `days` are in this order. Empty markup for fewer than two days."""
    if len(days) < 2:
        return Markup("")
    most = max(count for _, count in days)
    first, last = days[0][0], days[-1][0]
    width = max((last - first).days + 1, 1)
    bar = min(28.0, (_WIDTH - 40) / width)
    label = f"articles a day from {first} to {last}, at most {most}"
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} 150" role="img" aria-label="{}">').format(_WIDTH, label)
    ]
    for day, count in days:
        height = 110.0 * count / most
        parts.append(
            Markup(
                '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
            ).format(
                20 + (day - first).days * bar, 120 - height, max(bar - 2, 1.5), height, f"{day}: {count}"
            )
        )
    parts.append(Markup('<text class="tick start" x="20" y="140">{}</text>').format(first))
    parts.append(Markup('<text class="tick end" x="{:.1f}" y="140">{}</text>').format(20 + width * bar, last))
    return Markup("").join([*parts, Markup("</svg>")])


def draw_funnel(steps: Mapping[str, int]) -> Markup:
    """Draw how many of the first step came to each later one, as bars under one another, the first on top.

    Beside each its name, its number and its share of the step before. Empty markup where the first has none.
    """
    numbers = list(steps.values())
    if not numbers or not numbers[0]:
        return Markup("")
    most, room = max(numbers), _FUNNEL_WIDTH - _FUNNEL_LEFT - _FUNNEL_RIGHT
    label = ", ".join(f"{name} {number:,}" for name, number in steps.items())
    parts = [
        Markup('<svg class="chart funnel" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            _FUNNEL_WIDTH, len(numbers) * _LANE, label
        )
    ]
    for place, (name, number) in enumerate(steps.items()):
        y, width = place * _LANE, max(room * number / most, 2.0)
        parts.append(Markup('<text class="lane" x="0" y="{}">{}</text>').format(y + 20, name))
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{:.1f}" height="{}"/>').format(
                _FUNNEL_LEFT, y + 4, width, _LANE - 8
            )
        )
        before = numbers[place - 1] if place else 0
        share = f" ({number / before:.0%})" if before else ""
        parts.append(
            Markup('<text class="tick end" x="{}" y="{}">{}</text>').format(
                _FUNNEL_WIDTH, y + 20, f"{number:,}{share}"
            )
        )
    return Markup("").join([*parts, Markup("</svg>")])


def draw_trend(runs: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw runs as an inline SVG, the first one left: above the documents of each that were new, below its seconds.

    `runs` need started_at, dispositions (disposition → documents; None for a run that did not end) and seconds.
    Documents stand on each other: those that loaded, those that did not for another reason, rejected ones on top. Empty
    for fewer than two runs.
    """
    if len(runs) < 2:
        return Markup("")
    counts = [_outcomes(run["dispositions"] or {}) for run in runs]
    seconds = [run["seconds"] or 0 for run in runs]
    most, longest = max(1, *map(sum, counts)), max(1, *seconds)
    step = min(40.0, (_WIDTH - 40) / len(runs))
    label = f"{len(runs)} runs: at most {most:,} new documents and {longest:,} seconds"
    parts = [
        Markup('<svg class="chart trend" viewBox="0 0 {} 270" role="img" aria-label="{}">').format(
            _WIDTH, label
        )
    ]

    def bar(number: int, top: float, height: float, kind: str, title: str) -> None:
        if height:
            parts.append(
                Markup(
                    '<rect class="bar {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
                ).format(kind, 20 + number * step, top, step - 2, height, title)
            )

    for number, run in enumerate(runs):
        when, top = f"{run['started_at']:%Y-%m-%d %H:%M}", 140.0
        for kind, count in zip(("", "other", "rejected"), counts[number], strict=True):
            height = 110.0 * count / most
            top -= height
            bar(number, top, height, kind, f"{when}: {count:,} {kind or 'loaded'}")
        height = 70.0 * seconds[number] / longest
        bar(number, 245 - height, height, "time", f"{when}: {seconds[number]:,} s")
    for y, text in (
        (14, f"New documents a run, at most {most:,}"),
        (166, f"Seconds a run, at most {longest:,}"),
    ):
        parts.append(Markup('<text class="tick start" x="20" y="{}">{}</text>').format(y, text))
    right = max(20 + step * len(runs), 300.0)  # two times side by side
    for place, x, run in (("start", 20, runs[0]), ("end", right, runs[-1])):
        parts.append(
            Markup('<text class="tick {}" x="{}" y="264">{}</text>').format(
                place, x, f"{run['started_at']:%-d %b %Y, %H:%M}"
            )
        )
    return Markup("").join([*parts, Markup("</svg>")])


def _outcomes(dispositions: Mapping[str, int]) -> tuple[int, int, int]:
    """Return how many documents of a run loaded, did not for another reason, and were rejected.

    Unchanged ones do not count.
    """
    loaded = dispositions.get("loaded", 0) + dispositions.get("new_version", 0)
    rejected = dispositions.get("rejected", 0)
    return loaded, sum(dispositions.values()) - dispositions.get("unchanged", 0) - loaded - rejected, rejected


def draw_matrix(
    rows: Mapping[str, str | None], columns: Sequence[str], counts: Mapping[tuple[str, str], int]
) -> Markup:
    """Draw counts of story and outlet as squares; the table beside it says the same in text.

    `rows` are headlines by story id, `counts` are by story id and outlet: the higher, the darker; a pair that it lacks
    is 0. Two stories of one headline are two rows; one without a headline says so. Empty without rows or columns.
    """
    if not rows or not columns:
        return Markup("")
    size, left, top = 22, 230, 150
    width, height = left + size * len(columns) + 90, top + size * len(rows) + 10
    most = max(counts.values(), default=1)
    parts = [Markup('<svg class="chart matrix" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        width, height, f"articles of {len(columns)} outlets on {len(rows)} stories"
    )]  # fmt: skip
    for number, name in enumerate(columns):
        x = left + number * size + 15
        parts.append(
            Markup('<text class="column" transform="translate({},{}) rotate(-60)">{}</text>').format(
                x, top - 8, _shorten(name, 22)
            )
        )
    for row_number, (story_id, title) in enumerate(rows.items()):
        y = top + row_number * size
        label = _shorten(title or "(no headline)", 32)
        parts.append(Markup('<text class="lane" x="0" y="{}">{}</text>').format(y + 15, label))
        parts.append(
            Markup('<rect class="row" x="{}" y="{}" width="{}" fill-opacity="0.06"/>').format(
                left, y, size * len(columns) - 2
            )
        )
        for number, name in enumerate(columns):
            count = counts.get((story_id, name), 0)
            if not count:
                continue
            parts.append(
                Markup('<rect x="{}" y="{}" fill-opacity="{:.2f}"><title>{}</title></rect>').format(
                    left + number * size,
                    y,
                    0.25 + 0.75 * count / most,
                    f"{name}: {count}",
                )
            )
    return Markup("").join([*parts, Markup("</svg>")])


def _shorten(text: str, most: int) -> str:
    """Cut a text to `most` characters; what is cut keeps its own direction, so that … stands where it would go on."""
    return text if len(text) <= most else f"\u2068{text[: most - 1].rstrip()}…\u2069"


def mark_shared(text: str, shared: Sequence[str]) -> Markup:
    """Return a text as markup in which the words of `shared` are marked, whatever their case; everything is escaped.

    A word is what stands between white space of any kind, line breaks too. It is compared without the punctuation
    around it, and marked with it; `shared` has words without punctuation. The white space stays as it is.
    """
    wanted = {word.casefold() for word in shared}
    pieces = []
    for word in re.split(r"(\s+)", text):
        bare = word.strip(".,;:!?\"'“”‘’()[]«»—–-").casefold()
        pieces.append(Markup("<mark>{}</mark>").format(word) if bare in wanted and bare else escape(word))
    return Markup("").join(pieces)
