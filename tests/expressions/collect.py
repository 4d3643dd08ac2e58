"""Packages in, their compiled expressions out, each with the methods that the code calls on it."""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

PACKAGES = ("transforms.readers", "transforms.cleaning", "transforms.text")
_ANCHORED = frozenset({"match", "fullmatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One compiled expression of the project."""

    name: str  # module:variable, or module:line of an expression within a function
    pattern: re.Pattern[str] | re.Pattern[bytes]
    is_anchored: bool  # only ever matched at one position


def collect_expressions() -> list[Expression]:
    """Find every expression that a module of `PACKAGES` compiles, in variables or in calls of `re` with a literal."""
    found: list[Expression] = []
    for package_name in PACKAGES:
        package = import_module(package_name)
        for info in pkgutil.iter_modules(package.__path__, f"{package_name}."):
            found += _of_module(info.name)
    return found


def _of_module(name: str) -> list[Expression]:
    module = import_module(name)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    methods = _methods_by_name(tree)
    found = []
    for variable, member in vars(module).items():
        value = _call(member) if callable(member) and getattr(member, "__module__", "") == name else member
        for index, pattern in enumerate(_patterns(value)):
            called = methods.get(variable, set())
            label = f"{name}:{variable}" + (f"[{index}]" if isinstance(value, tuple | list | dict) else "")
            is_anchored = bool(called) and called <= _ANCHORED
            found.append(Expression(name=label, pattern=pattern, is_anchored=is_anchored))
    return found + _literal_calls(name, tree)


def _call(function: Callable[..., object]) -> object:
    """Call a function without parameters that is annotated to return an expression; None for any other."""
    hints = getattr(function, "__annotations__", {})
    return function() if "Pattern" in str(hints.get("return", "")) and list(hints) == ["return"] else None


def _patterns(value: object) -> list[re.Pattern[str] | re.Pattern[bytes]]:
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        return [pattern for item in value for pattern in _patterns(item)]
    return []


def _methods_by_name(tree: ast.AST) -> dict[str, set[str]]:
    """Tell which attributes are taken of each name; a name used in another way may be searched with."""
    used: dict[str, set[str]] = {}
    taken: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
            taken.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in taken:
            used.setdefault(node.id, set()).add("")
    return used


def _literal_calls(name: str, tree: ast.AST) -> list[Expression]:
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, first = node.func.value, node.args[0]
        if not (isinstance(owner, ast.Name) and owner.id == "re" and isinstance(first, ast.Constant)):
            continue
        if node.func.attr == "compile" or not isinstance(first.value, str | bytes):
            continue
        pattern: re.Pattern[str] | re.Pattern[bytes] = re.compile(first.value)
        is_anchored = node.func.attr in _ANCHORED
        found.append(Expression(name=f"{name}:{node.lineno}", pattern=pattern, is_anchored=is_anchored))
    return found
