"""Decisions written down while a run holds the warehouse: recorded at once, carried out as soon as that may be.

The journal is a file of JSON lines in the home, each line a decision, replaced in one step. A decision that is carried
out twice does nothing the second time, so a process that dies in between loses and doubles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import InvalidRequestError, can_pass, explain
from flows.operations import corrections, link_unlink_pin, move_split_merge
from flows.operations.decision_steps import DecisionResult, login_name
from flows.operations.home_files import locked, replace_file
from flows.recorded_run import utc_now
from flows.stderr_messages import say
from transforms.text.ids import hash_text
from warehouse.errors import Busy, Damaged, HomeUnusable, NewerSchema, WarehouseError

if TYPE_CHECKING:
    from flows.settings.settings import Settings

JOURNAL_NAME = "pending-decisions.jsonl"
_OF_THE_HOME = (
    Damaged,
    HomeUnusable,
    NewerSchema,
)  # a person mends them, and the decision is as good as before
_ELSEWHERE = "Another process took it up meanwhile: the list of decisions shows it where it was not refused."


def _not_a_copy(settings: Settings, a: str, b: str, **how: Any) -> DecisionResult:
    return link_unlink_pin.unlink(settings, a, b, not_a_copy=True, **how)


def _correct(settings: Settings, article: str, field: str, value: str, **how: Any) -> DecisionResult:
    return corrections.correct(settings, article, {field: value}, **how)


def _split(settings: Settings, story: str, *articles: str, **how: Any) -> DecisionResult:
    return move_split_merge.split(settings, story, articles, **how)


_MOST_ARTICLES = 200  # that one decision can split off
# verb: what carries it out (settings, keys; why, by, is_dry_run), and the fewest and most keys that it takes
VERBS: Mapping[str, tuple[Callable[..., DecisionResult], int, int]] = {
    "link": (link_unlink_pin.link, 2, 2),
    "unlink": (link_unlink_pin.unlink, 2, 2),
    "not_copy": (_not_a_copy, 2, 2),
    "pin": (link_unlink_pin.pin, 2, 2),  # the story, then the article
    "move": (move_split_merge.move, 2, 2),  # the article, then the story
    "split": (_split, 2, 1 + _MOST_ARTICLES),  # the story, then the articles
    "merge": (move_split_merge.merge, 2, 2),
    "correct": (_correct, 3, 3),  # the article, the field, the value
    "rename_outlet": (corrections.rename_outlet, 2, 2),  # the former name, the new one
    "revoke": (link_unlink_pin.revoke, 1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDecision:
    """A decision as a person stated it, not carried out yet.

    `verb` is one of VERBS, which says what `keys` are and in which order: ids, for `correct` a field and a value too,
    for `rename_outlet` two names.
    """

    entry_id: str
    verb: str
    keys: tuple[str, ...]
    why: str | None
    by: str
    at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a waiting decision: carried out or refused, and a sentence about it for people.

    `done` is its result where it was carried out by this process, else None.
    """

    entry: PendingDecision
    sentence: str
    is_refused: bool
    done: DecisionResult | None = (
        None  # what it did; None where it was refused or another process carried it out
    )


def decide(
    home: Path, verb: str, keys: Sequence[str], *, why: str | None = None, by: str | None = None
) -> Outcome | None:
    """Write a decision into the journal of a home, carry out all that wait, and return what became of this one.

    `verb` is one of VERBS, which says how many keys it takes. Returns None where the decision waits in the journal,
    since a run holds the warehouse or the machine fails (see `carry_out`); never waits for a run. A refused decision is
    an Outcome and raises nothing, and so is one that another process carried out meanwhile. Raises InvalidRequestError
    for an unknown verb or another number of keys than it takes, with nothing written; SettingsError.
    """
    from flows.settings.settings import load_settings

    _check(verb, keys)
    settings = load_settings(home=home, wait_seconds=0.0)
    entry = record(settings, verb, keys, why=why, by=by)
    done = next((one for one in carry_out(settings) if one.entry.entry_id == entry.entry_id), None)
    if done is None and all(one.entry_id != entry.entry_id for one in pending(home)):
        return Outcome(entry=entry, sentence=_ELSEWHERE, is_refused=False)
    return done


def preview(home: Path, verb: str, keys: Sequence[str]) -> DecisionResult | None:
    """Return what a decision would do, without doing it; None where a run holds the warehouse.

    Raises what carrying it out would: InvalidRequestError (an unknown verb and another number of keys too), NotFound,
    NotPublished; SettingsError.
    """
    from flows.settings.settings import load_settings

    _check(verb, keys)
    operation, *_ = VERBS[verb]
    try:
        return operation(
            load_settings(home=home, wait_seconds=0.0), *keys, why=None, by=None, is_dry_run=True
        )
    except Busy:
        return None


def _check(verb: str, keys: Sequence[str]) -> None:
    fewest, most = VERBS[verb][1:] if verb in VERBS else (0, 0)
    if verb not in VERBS or not fewest <= len(keys) <= most:
        raise InvalidRequestError(f"no decision: {verb!r} with {len(keys)} keys")


def record(
    settings: Settings, verb: str, keys: Sequence[str], *, why: str | None, by: str | None
) -> PendingDecision:
    """Add a decision to the journal of a home, unchecked and not carried out, and return it; it is on disk then.

    Without `by` the login name is recorded; spaces in `by` and `why` are made single, and an empty `why` is None.
    """
    now = utc_now()
    name = " ".join((by or login_name()).split())
    entry = PendingDecision(
        entry_id=f"{hash_text(f'{verb}:{keys}:{name}:{now.isoformat()}'):016x}",
        verb=verb,
        keys=tuple(keys),
        why=" ".join((why or "").split()) or None,
        by=name,
        at=now,
    )
    with _locked(settings.home):
        _write(settings.home, [*pending(settings.home), entry])
    return entry


def pending(home: Path) -> list[PendingDecision]:
    """Return the decisions of the journal that are not carried out yet, in the order they were made.

    Empty where there is no journal. Lines that cannot be read are left out.
    """
    try:
        lines = (home / JOURNAL_NAME).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):  # whoever needs the home says what is wrong with it
        return []
    found = []
    for line in lines:
        try:
            row = json.loads(line)
            found.append(
                PendingDecision(
                    **{**row, "keys": tuple(row["keys"]), "at": datetime.fromisoformat(row["at"])}
                )
            )
        except (ValueError, TypeError, KeyError):
            continue  # a line that a kill cut off: its decision was never acknowledged
    return found


def carry_out(settings: Settings) -> list[Outcome]:
    """Carry out the waiting decisions in the order they were made; return the outcome of each that was tried.

    It stops at the first that finds the warehouse held or fails through no fault of its own (a full disk, a file that
    cannot be read, a damaged or newer warehouse; reported on stderr): this one and the rest stay in the journal. A
    decision that ends in any other WarehouseError or an InvalidRequestError (it contradicts another, or names what no
    longer exists) is refused: it leaves the journal, with the reason as its sentence. Other errors are raised, and
    their decision stays.
    """
    done: list[Outcome] = []
    for entry in pending(settings.home):
        try:
            operation, *_ = VERBS[entry.verb]
            result = operation(settings, *entry.keys, why=entry.why, by=entry.by, is_dry_run=False)
            outcome = Outcome(entry=entry, sentence=result.describe(), is_refused=False, done=result)
        except Busy:
            break
        except (WarehouseError, InvalidRequestError) as error:
            if can_pass(error) or isinstance(error, _OF_THE_HOME):
                say(f"decisions wait: {explain(error).line()}", level="warning")
                break
            outcome = Outcome(entry=entry, sentence=str(error), is_refused=True)
        done.append(outcome)
        with _locked(settings.home):
            waiting = [other for other in pending(settings.home) if other.entry_id != entry.entry_id]
            _write(settings.home, waiting)
    return done


def _write(home: Path, entries: Sequence[PendingDecision]) -> None:
    lines = [
        json.dumps(asdict(entry) | {"at": entry.at.isoformat()}, ensure_ascii=False) + "\n"
        for entry in entries
    ]
    replace_file(home / JOURNAL_NAME, "".join(lines).encode())


def _locked(home: Path) -> AbstractContextManager[None]:
    return locked(home / f"{JOURNAL_NAME}.lock")
