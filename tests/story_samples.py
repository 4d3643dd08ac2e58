"""Small corpora with known stories, and homes that the real pipeline folded, for tests of whole runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flows.engine.protocol import InlineEngine
from flows.pipeline import fold_files
from flows.run_report import RunReport
from flows.settings.settings import Settings, load_settings
from warehouse.connection import open_working

# What each event is about: names, places, things and figures that no other event shares.
_EVENTS: Sequence[Sequence[str]] = tuple(
    tuple(words.split("|"))
    for words in (
        "Brackwater|Tessaly Orne|Hollin viaduct|collapse|girders|42 workers|Corvane Steel|inquest|rivets|scaffold|rust",
        "Quillmore|Anselm Dray|Pellworth refinery|blaze|kerosene|610 homes|Ostrava Fuels|smoke|hydrants|foam|burns",
        "Zelgrad|Mirela Kost|Vantor parliament|resignation|ballots|17 ministers|Unity Bloc|coalition|veto|cabinet|oath",
        "Tarnhelm|Jorun Vik|Skarholm glacier|avalanche|climbers|3,480 metres|Alpine Rescue|crevasse|ropes|ice|ridge",
        "Maribel|Ignacio Roa|Costera aquarium|quarantine|dolphins|88 tanks|Marea Trust|virus|vaccines|seals|vets",
        "Dunwhistle|Petra Lomax|Ferrant museum|burglary|tiaras|9.4 million|Lockhart Mutual|curator|alarms|vault|gems",
        "Sandover|Kwame Adusei|Mbeya railway|derailment|sleepers|26 carriages|Rift Freight|signals|axles|cargo|track",
        "Ilmenau|Greta Hollstein|Kessler orchestra|strike|violins|14 concerts|Musikerbund|wages|stage|cellos|opera",
    )
)
_FRAMES: Sequence[str] = (
    "{0}: {3} at {2}, {4} and {8} and {9}, {5}, says {1}.",
    "{1} of {6} blames {10} and {8} for the {3}; {7} to follow.",
    "{2}, {0}, lost {4}, {9}, {8}; {6} counts {5}.",
    "{7}, {10}, {9}: {1} lists what {2} lacked before the {3}.",
    "{6} sends {9} and {4} to {0} as {5} wait near {2}.",
    "After the {3}, {8} and {10} worry {1}, and {7} worries {6}.",
    "Residents of {0} saw {4}, then {9}, then {10}, by the {2}.",
    "Only {5}, insists {6}, though {1} speaks of more {4} and {8}.",
    "The {7} asks {6} about {10}, {8} and {9} in {0}.",
    "Never such a {3}, says {1}, as the {2} gave {0} with its {4}.",
    "{8}? {10}? {9}? Questions for {6} on the {3}, with {5} named.",
    "At {2} the {7} begins; {1} brings {4} and {10} from {0}.",
    "{0} mourns: {5}, {4}, a {2} in ruins through {10} and {3}.",
    "Experts on {8} and {9} join {1} in {0} for the {7}.",
    "{6} owned the {2} and knew of {10}, of {8}, of {4}.",
    "How {3} followed {10}: {9}, {8}, {7}, told by {1}.",
    "Help for {5} comes to {0} from {6}, with {9} and {4}.",
    "Shut for a year, says {1} of the {2}, till {8} and {7} are done.",
)
_SENTENCES = 6  # sentences of a report: three tellings of an event have none in common


def report(event: int, telling: int, **fields: Any) -> dict[str, Any]:
    """Make one report of an event; tellings 0 to 2 share what it is about and not one sentence."""
    facts = _EVENTS[event]
    sentences = [
        _FRAMES[(telling * _SENTENCES + place) % len(_FRAMES)].format(*facts) for place in range(_SENTENCES)
    ]
    title = f"{facts[3].capitalize()} at {facts[2]} in {facts[0]}, {facts[1]} says"
    name = f"e{event}t{telling}"
    return {
        "id": name,
        "title": title,
        "text": "\n".join(sentences),
        "url": f"https://outlet{telling}.example/{name}",
        "publisher": f"Outlet {telling}",
        "published": f"2026-03-{1 + event:02d}T{8 + telling % 12:02d}:00:00Z",
        "language": "en",
    } | fields


def copy_of(original: dict[str, Any], number: int, **fields: Any) -> dict[str, Any]:
    """Make a reprint: the same body under another roof."""
    name = f"{original['id']}c{number}"
    outlet = f"Reprinter {number}"
    return (
        original
        | {
            "id": name,
            "url": f"https://reprinter{number}.example/{name}",
            "publisher": outlet,
            "text": original["text"] + f"\nThis report reached {outlet} by wire.",
        }
        | fields
    )


def stub(number: int) -> dict[str, Any]:
    """Make a page that says nothing: a wall before the text."""
    return {
        "id": f"stub{number}",
        "title": "Subscribe to continue reading",
        "text": "Subscribe to continue reading.",
        "url": f"https://wall.example/{number}",
        "publisher": "Wall",
        "kind": "stub",
    }


def write_inbox(folder: Path, name: str, records: Iterable[dict[str, Any]]) -> Path:
    """Write records as one JSONL file of an inbox."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def settings_of(home: Path, **fields: Any) -> Settings:
    """Return settings for a home, with nothing taken from around the test."""
    return load_settings(home=home, workers=1, prefect="never", **fields)


def fold(home: Path, *paths: Path, **fields: Any) -> RunReport:
    """Do a whole real run in this process."""
    return fold_files(list(paths), settings_of(home, **fields), engine=InlineEngine())


def fold_in(root: Path, records: Iterable[dict[str, Any]]) -> Path:
    """Write records into an inbox of a new folder and fold them into a home beside it; returns the folder."""
    fold(root / "home", write_inbox(root / "inbox", "all", records))
    return root


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Open the working file again and ask it."""
    with open_working(home, purpose="test") as con:
        return con.execute(sql).fetchall()


def stories(home: Path) -> set[frozenset[str]]:
    """Return the stories as sets of external ids."""
    return _sets(home, "SELECT story_id, external_id FROM story_articles JOIN articles USING (article_id)")


def copy_groups(home: Path) -> set[frozenset[str]]:
    """Return the copy groups as sets of external ids."""
    return _sets(home, "SELECT copy_group_id, external_id FROM copy_members JOIN articles USING (article_id)")


def story_of(home: Path, external_id: str) -> frozenset[str]:
    """Return the story of one article, as external ids."""
    return next(story for story in stories(home) if external_id in story)


def article_id(home: Path, external_id: str) -> str:
    """Return the id of an article as people see it."""
    found = ask(
        home, f"SELECT format('{{:016x}}', article_id) FROM articles WHERE external_id = '{external_id}'"
    )
    return str(found[0][0])


def _sets(home: Path, sql: str) -> set[frozenset[str]]:
    groups: defaultdict[int, set[str]] = defaultdict(set)
    for group, name in ask(home, sql):
        groups[group].add(name)
    return {frozenset(group) for group in groups.values()}
