"""Empty database files: made once by their statements, kept in the user's cache folder, and copied from then on.

A schema is some hundreds of statements, most of them comments of columns, which take a tenth of a second and more; a
copy takes two milliseconds. The folder can be deleted at any time; where it cannot be used, every file is made by its
statements.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from warehouse.cache_folder import cache_folder

FOLDER = "empty-files"
_HASH_DIGITS = 16


def begin_file(target: Path, kind: str, sources: Iterable[bytes], make: Callable[[Path], None]) -> None:
    """Put an empty database file of a `kind` at `target`, where no file is: `make(path)` writes one at a path.

    `sources` are the texts that the result of `make` depends on, beside the version of DuckDB: statements, data, code.
    What `make` raises is raised, and so is an OSError of writing the target; an unusable cache is no error.
    """
    import duckdb

    content = None
    with suppress(OSError, RuntimeError, duckdb.Error):  # no folder, no home, a full disk
        folder = cache_folder(FOLDER)
        name = f"{kind}-{_fingerprint(duckdb.__version__, sources)}"
        content = _kept(folder, name) or _keep(folder, name, kind, make)
    if content is None:
        make(target)
        return
    draft = target.with_name(f"{target.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)  # whole or not there


def _fingerprint(engine: str, sources: Iterable[bytes]) -> str:
    found = hashlib.sha256(engine.encode())
    for source in sources:
        found.update(hashlib.sha256(source).digest())
    return found.hexdigest()[:_HASH_DIGITS]


def _kept(folder: Path, name: str) -> bytes | None:
    """Return the file of this name in the cache, None where there is none; a damaged one is none."""
    for path in folder.glob(f"{name}-*.duckdb"):
        content = path.read_bytes()
        if path.name == _name_of(name, content):
            return content
    return None


def _keep(folder: Path, name: str, kind: str, make: Callable[[Path], None]) -> bytes:
    """Make a file in the cache, under a name that holds the hash of its content; remove others of its kind."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as aside:
        draft = Path(aside) / "empty.duckdb"
        make(draft)
        content = draft.read_bytes()
        chosen = _name_of(name, content)
        draft.replace(folder / chosen)
    for other in folder.glob(f"{kind}-*.duckdb"):
        if other.name != chosen:
            other.unlink(missing_ok=True)
    return content


def _name_of(name: str, content: bytes) -> str:
    return f"{name}-{hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]}.duckdb"
