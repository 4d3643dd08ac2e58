"""An expression in, texts out on which its work would grow fastest: repeats of every piece that it looks for."""

from __future__ import annotations

import re
import sys
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "x",
    sre.CATEGORY_NOT_SPACE: "x",
    sre.CATEGORY_NOT_WORD: "-",
}
_PLAIN = "xa1 -\"'<>/=:.,;&#[](){}\n\t"
_UNBOUNDED = 100  # repeats beyond this count as without end


def nested_quantifiers(pattern: re.Pattern[Any]) -> list[str]:
    """List repeats within repeats that can give back what they took: the cause of exponential growth."""
    found: list[str] = []
    _find_nested(_parser.parse(pattern.pattern, pattern.flags), False, found)
    return found


def _find_nested(tree: Any, is_inside: bool, found: list[str]) -> None:
    for operation, argument in tree:
        if operation in (sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP):
            inner = argument[2] if operation is sre.POSSESSIVE_REPEAT else argument
            _find_nested(inner, False, found)
        elif operation in _REPEATS:
            low, high, inner = argument
            varies = high != low and high > _UNBOUNDED
            if is_inside and varies:
                found.append(f"{inner}")
            _find_nested(inner, is_inside or high > _UNBOUNDED, found)
        else:
            for inner in _children(operation, argument):
                _find_nested(inner, is_inside, found)


def _children(operation: Any, argument: Any) -> list[Any]:
    if operation is sre.SUBPATTERN:
        return [argument[3]]
    if operation is sre.BRANCH:
        return list(argument[1])
    if operation in (sre.ASSERT, sre.ASSERT_NOT):
        return [argument[1]]
    if operation is sre.GROUPREF_EXISTS:
        return [branch for branch in argument[1:] if branch is not None]
    return []


def pumps(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Make (beginning, repeated piece, end) triples; the texts are the beginning, the piece n times, and the end."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    prefixes: list[str] = []
    bodies: list[tuple[str, str]] = []
    whole = _example(tree, "", prefixes, bodies)
    pieces = {piece for piece in [*prefixes, whole] if piece}
    found = {("", piece, end) for piece in pieces for end in ("", "\x01")}
    for before, body in bodies:
        for piece in {body, *(_variants(body))}:
            if piece:
                found |= {(before, piece, end) for end in ("", "\x01", before + "\x01")}
                found |= {("", before + piece, "\x01"), (before, piece + before, "\x01")}
    return sorted(found)


def _variants(body: str) -> set[str]:
    return {body + " ", body + "\n", body[:1]}


def _example(tree: Any, before: str, prefixes: list[str], bodies: list[tuple[str, str]]) -> str:
    """Write one text that the tree matches, noting what stands before each piece and what each repeat repeats."""
    text = ""
    for operation, argument in tree:
        text += _piece(operation, argument, before + text, prefixes, bodies)
        prefixes.append(before + text)
    return text


def _piece(
    operation: Any, argument: Any, before: str, prefixes: list[str], bodies: list[tuple[str, str]]
) -> str:
    if operation is sre.LITERAL:
        return chr(argument)
    if operation is sre.NOT_LITERAL:
        return next(c for c in _PLAIN if ord(c) != argument)
    if operation is sre.ANY:
        return "x"
    if operation is sre.IN:
        return _of_class(argument)
    if operation in _REPEATS or operation is sre.POSSESSIVE_REPEAT:
        low, high, inner = argument
        body: str = _example(inner, before, prefixes, bodies)
        if high > _UNBOUNDED:
            bodies.append((before, body))
            if body == " ":
                bodies.append((before, "\n"))
        return body * max(int(low), 1 if high > _UNBOUNDED else 0)
    if operation is sre.SUBPATTERN:
        return _example(argument[3], before, prefixes, bodies)
    if operation is sre.ATOMIC_GROUP:
        return _example(argument, before, prefixes, bodies)
    if operation is sre.BRANCH:
        examples = [_example(branch, before, prefixes, bodies) for branch in argument[1]]
        return examples[0]
    return ""


def _of_class(members: Any) -> str:
    if members[0][0] is sre.NEGATE:
        return next((c for c in _PLAIN if not _has(members[1:], c)), "é")
    kind, value = members[0]
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(value[0])
    return str(_CATEGORIES.get(value, "x"))


def _has(members: Any, char: str) -> bool:
    for kind, value in members:
        if kind is sre.LITERAL and chr(value) == char:
            return True
        if kind is sre.RANGE and value[0] <= ord(char) <= value[1]:
            return True
        if kind is sre.CATEGORY and re.match(_NAMES.get(value, "(?!)"), char):
            return True
    return False


_NAMES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_NOT_WORD: r"\W",
}
assert sys.version_info >= (3, 11)  # possessive repeats and atomic groups
