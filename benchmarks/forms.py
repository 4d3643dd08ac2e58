"""Forms filled in differently, and reports of one event that look like them: which pairs are one story.

Run `python -m benchmarks.forms`. `forms/LANGUAGE.toml` has texts with open places: bulletins, results, figures. Each is
filled in several times, which are as many stories; one filling is printed twice, and some events are reported in other
words as well, which is one story. All are folded by `newsfold ingest` into one home and read from the published file.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.fold_stories import folded, story_labels
from benchmarks.run_measurement import keep_in
from transforms.stories.story_model import MODEL

Record = dict[str, Any]

FORMS = Path(__file__).parent / "forms"
RESULT = Path(__file__).parent / "results" / "forms.json"
FILLINGS = 4
# Names of each turn, months apart: invented ones, which no word list has, and well-known ones.
PREFIXES = ("", "known_")
# Days between two fillings of a series; other forms are filled in on one day.
DAYS_APART = {"lottery": 3, "stocks": 1, "jobless": 7}
DECIMAL_POINT = frozenset({"en", "ja", "ko", "zh", "ar"})
NAMES = ("town", "team", "person", "firm")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
_OPEN = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(?:(\w+)=)?(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


class Filling:
    """What is written into the open places of one form: the same name stands for the same thing in all its texts."""

    def __init__(self, language: str, names: dict[str, list[str]], number: int, seed: str) -> None:
        self.language = language
        self.number = number
        self.random = Random(f"{seed} {number}")
        self.seed = seed
        self.values: dict[str, str] = {}
        for kind, words in names.items():
            shuffled = Random(f"{seed} {kind}").sample(words, len(words))
            self.values[kind] = shuffled[2 * number % len(words)]
            self.values[f"{kind}2"] = shuffled[(2 * number + 1) % len(words)]

    def fill(self, text: str) -> str:
        """Return the text with all its places filled, the innermost first."""
        while _OPEN.search(text):
            text = _OPEN.sub(lambda found: self._value(found[1]), text)
        return text

    def _value(self, place: str) -> str:
        if place in self.values:
            return self.values[place]
        if "|" in place:
            options = place.split("|")  # as many options elsewhere are the same choice
            shuffled = Random(f"{self.seed} {len(options)}").sample(options, len(options))
            return shuffled[self.number % len(options)]
        found = _RANGE.fullmatch(place)
        if found is None:
            raise ValueError(f"{{{place}}} is no place of a form")
        name, low, high = found.groups()
        value = self._draw(low, high)
        if name:
            self.values[name] = value
        return value

    def _draw(self, low: str, high: str) -> str:
        if "." not in low:
            return str(self.random.randint(int(low), int(high)))
        value = f"{self.random.uniform(float(low), float(high)):.{len(low.split('.')[1])}f}"
        return value if self.language in DECIMAL_POINT else value.replace(".", ",")


def make_records() -> Iterator[Record]:
    """Give an article a filling, and more of some: `story` is the filling, `form` the language and kind."""
    for path in sorted(FORMS.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        names = {kind: words for kind, words in data.items() if isinstance(words, list)}
        for kind, form in data.items():
            if isinstance(form, dict):
                for turn, prefix in enumerate(PREFIXES):
                    own = {what: names.get(prefix + what, names[what]) for what in NAMES}
                    yield from _fill_form(path.stem, kind, form, own, turn)


def _fill_form(
    language: str, kind: str, form: dict[str, Any], names: dict[str, list[str]], turn: int
) -> Iterator[Record]:
    for number in range(FILLINGS):
        filling = Filling(language, names, number, f"{language} {kind} {turn}")
        at = START + timedelta(days=90 * turn + DAYS_APART.get(kind, 0) * number, minutes=7 * number)
        story = f"{language} {kind} {turn} {number}"
        texts = [(filling.fill(form["title"]), filling.fill(form["text"]), "Daily Form")]
        if number == 0:
            for place, other in enumerate(form.get("others", [])):
                lead = filling.fill(other)
                texts.append((re.split(r"(?<=[^\d])[.:;,،。，]", lead)[0], lead, f"Other Outlet {place}"))
        if number == 1:
            texts.append((texts[0][0], texts[0][1], "Reprinting Gazette"))
        for hour, (title, text, source) in enumerate(texts):
            yield {
                "title": title,
                "text": text,
                "lang": language,
                "source": source,
                "published": (at + timedelta(hours=hour)).isoformat(),
                "story": story,
                "form": (language, kind),
            }


def count_pairs(records: list[Record], labels: list[str]) -> dict[tuple[str, str], Counter[str]]:
    """Count by language and kind: pairs of other fillings and those in one story, pairs of one and those apart."""
    forms: dict[tuple[str, str], list[int]] = {}
    for place, record in enumerate(records):
        forms.setdefault(record["form"], []).append(place)
    found: dict[tuple[str, str], Counter[str]] = {}
    for form, places in forms.items():
        counts = found.setdefault(form, Counter())
        for a, b in combinations(places, 2):
            is_one, is_joined = records[a]["story"] == records[b]["story"], labels[a] == labels[b]
            counts["one event" if is_one else "other filling"] += 1
            counts["lost"] += is_one and not is_joined
            counts["false"] += is_joined and not is_one
    return found


def main() -> int:
    """Fold the forms, print a table by language and kind, and write the result."""
    records = list(make_records())
    with folded(records, True) as (con, _):
        labels = story_labels(con, len(records))
    found = count_pairs(records, labels)
    kinds = list(dict.fromkeys(kind for _, kind in found))
    print("false pairs / lost pairs of one event")
    print("    " + "".join(f"{kind:>10}" for kind in kinds))
    for language in sorted({language for language, _ in found}):
        cells = [found.get((language, kind)) for kind in kinds]
        shown = [f"{cell['false']}/{cell['lost']}" if cell else "" for cell in cells]
        print(f"{language:4}" + "".join(f"{cell:>10}" for cell in shown))
    total = sum(found.values(), Counter())
    print(", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    rows = [{"language": language, "kind": kind, **counts} for (language, kind), counts in found.items()]
    keep_in(RESULT, "forms", {"model": MODEL.version, "total": dict(total), "rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
