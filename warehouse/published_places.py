"""Publish outwards: the published file in; the same file and every view as Parquet by day, in a folder or bucket, out.

Files have names that follow from their content and are never written twice. `manifest.json` names those that belong
together, and is replaced in one step at the end: who reads by it never sees half a publication.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.connection import open_published, published_path, spool_path
from warehouse.errors import WarehouseError
from warehouse.object_store import Place, StoreError, file_system
from warehouse.publish import CONTRACT_VERSION, KEEP_PUBLISHED, sync
from warehouse.published_parts import (
    LAYOUT,
    UNDATED,
    ForeignPublicationError,
    Part,
    PlacePublication,
    count_gone,
    day_of,
    home_errors,
    origin_of,
    parts,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MANIFEST = "manifest.json"
_OURS = re.compile(r"(?:\w+/(?:day=[\w-]+/)?[0-9a-f]{24}\.parquet|news-[0-9a-f]{24}\.duckdb)")
_CHUNK = 8 << 20
_ROWS = 50_000  # of a batch on its way: bounds memory


def publish_to_place(
    home: Path, place: Place, *, now: datetime, keep: int = KEEP_PUBLISHED
) -> PlacePublication:
    """Bring a place (folder or bucket) up to date with the published file: write what changed, then the manifest.

    Last it deletes old files. What is written is the published database and each of its tables and views as Parquet, by
    day where it has one. Files that the last `keep` manifests before this one named stay for their readers; none when
    texts were erased, withdrawn or dropped since. A crash at any point leaves the former manifest with all its files;
    the next call goes on. Call it while holding the home, since it writes a scratch file there. `now` is naive, in UTC.
    Raises StoreError where the place cannot be written, DiskFull or StorageFailed where the home cannot be written or
    read, ForeignPublicationError where the place belongs to another home, WarehouseError where its manifest is no JSON;
    also the errors of `open_published` and `file_system`. DuckDB's errors are raised as they are.
    """
    target = _Target(place, spool_path(home) / "outward.part")
    try:
        former = target.manifest()
        with open_published(home) as con:
            _refuse_foreign(con, former, place)
            files = _write_parts(con, target, former, list(parts(con)))
            origin, gone = origin_of(con), count_gone(con)
        database = _write_database(target, former, published_path(home))
        is_erased = gone != former.get("gone", 0)
        manifest = _manifest(former, files, database, keep=0 if is_erased else keep, now=now)
        manifest |= {"origin": origin, "gone": gone}
        target.put_bytes(MANIFEST, json.dumps(manifest, indent=1).encode())
        target.delete(_known(former) - _known(manifest))
        if is_erased:  # what a publication that was cut off left may hold the words too
            target.delete(set(target.ours()) - _known(manifest))
    except OSError as error:
        raise StoreError(place, error) from error
    finally:
        target.scratch.unlink(missing_ok=True)
    return PlacePublication(place=str(place), unit="files", written=target.files, total=len(files) + 1)


class _Target:
    """The place, what was written there, and the scratch file through which Parquet goes."""

    def __init__(self, place: Place, scratch: Path) -> None:
        self._fs, self._root = file_system(place)
        self._is_local = isinstance(place, Path)
        self.scratch = scratch
        self.files = 0

    def manifest(self) -> dict[str, Any]:
        """Return the manifest at the place; empty where there is none, or one of another layout.

        Raises WarehouseError for what is no JSON, OSError where the place cannot be read.
        """
        try:
            with self._fs.open_input_stream(f"{self._root}/{MANIFEST}") as source:
                found = json.loads(source.read())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise WarehouseError(f"{self._root}/{MANIFEST} is no manifest of newsfold: {error}") from error
        return found if isinstance(found, dict) and found.get("layout") == LAYOUT else {}

    def has(self, path: str, size: int) -> bool:
        """Return whether the place has a file of this path and size in bytes."""
        info = self._fs.get_file_info(f"{self._root}/{path}")
        return bool(info.is_file and info.size == size)

    def put(self, path: str, source: Path) -> int:
        """Write a file whole or not at all, count it, and return its size in bytes; raises OSError."""
        self._write(path, _chunks(source))
        size = source.stat().st_size
        if not self.has(path, size):
            raise OSError(f"{path} did not arrive whole")
        self.files += 1
        return size

    def put_bytes(self, path: str, content: bytes) -> None:
        """Write a small file whole or not at all, without counting it. Raises OSError."""
        self._write(path, iter([content]))

    def _write(self, path: str, chunks: Iterator[bytes]) -> None:
        whole = f"{self._root}/{path}"
        if not self._is_local:  # an object appears when its stream is closed
            with self._fs.open_output_stream(whole) as out:
                for chunk in chunks:
                    out.write(chunk)
            return
        final = Path(whole)
        part = final.with_name(f".{final.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        sync(part)
        part.replace(final)
        sync(final.parent)

    def ours(self) -> list[str]:
        """List the files of publications at the place, as paths under it: those named in newsfold's own form.

        In no order, without the manifest.
        """
        from pyarrow.fs import FileSelector

        infos = self._fs.get_file_info(FileSelector(self._root, recursive=True, allow_not_found=True))
        paths = [info.path.removeprefix(self._root).lstrip("/") for info in infos if info.is_file]
        return [path for path in paths if _OURS.fullmatch(path)]

    def delete(self, paths: set[str]) -> None:
        """Delete files of the place by their paths under it; a file that does not exist is no error."""
        for path in sorted(paths):
            try:
                self._fs.delete_file(f"{self._root}/{path}")
            except FileNotFoundError:
                continue


def _chunks(source: Path) -> Iterator[bytes]:
    """Yield the content of a file of the home piece by piece."""
    with home_errors(source), source.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _refuse_foreign(con: DuckDBPyConnection, former: Mapping[str, Any], place: Place) -> None:
    origin = former.get("origin")
    if origin is None:
        return
    if not con.execute("SELECT count(*) FROM runs WHERE run_id = ?", [origin]).fetchall()[0][0]:
        raise ForeignPublicationError(f"{place} holds the publication of another home")


def _write_parts(
    con: DuckDBPyConnection, target: _Target, former: Mapping[str, Any], written: list[Part]
) -> list[dict[str, Any]]:
    known = {file["path"]: file for file in former.get("files", [])}
    files = []
    for part in written:
        entry = known.get(_path_of(part))
        if entry is None or not target.has(_path_of(part), entry["bytes"]):
            entry = _entry(part) | {"bytes": _write_part(con, target, part)}
        files.append(entry)
    return files


def _path_of(part: Part) -> str:
    """Return where a part lies under the place; a name says what is in it."""
    folder = part.view if part.day is None else f"{part.view}/day={part.day}"
    return f"{folder}/{part.fingerprint}.parquet"


def _entry(part: Part) -> dict[str, Any]:
    day = None if part.day == UNDATED else part.day
    return {"view": part.view, "day": day, "path": _path_of(part), "rows": part.rows}


def _write_part(con: DuckDBPyConnection, target: _Target, part: Part) -> int:
    import pyarrow.parquet as pq

    where = "" if part.day is None else f"WHERE {day_of(part.view)} = $day"
    values = {} if part.day is None else {"day": part.day}
    with home_errors(target.scratch):
        reader = con.sql(f"FROM {part.view} {where} ORDER BY ALL", params=values).to_arrow_reader(_ROWS)
        with pq.ParquetWriter(target.scratch, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
    return target.put(_path_of(part), target.scratch)


def _write_database(target: _Target, former: Mapping[str, Any], path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    name = f"news-{digest.hexdigest()[:24]}.duckdb"
    said = former.get("database", {})
    if said.get("path") == name and target.has(name, said["bytes"]):
        return dict(said)
    return {"path": name, "bytes": target.put(name, path), "sha256": digest.hexdigest()}


def _manifest(
    former: Mapping[str, Any],
    files: list[dict[str, Any]],
    database: dict[str, Any],
    *,
    keep: int,
    now: datetime,
) -> dict[str, Any]:
    named = {file["path"] for file in files} | {database["path"]}
    superseded = [sorted(set(paths) - named) for paths in former.get("superseded", [])]
    superseded.append(sorted(_named(former) - named))
    return {
        "layout": LAYOUT,
        "contract": CONTRACT_VERSION,
        "published_at": f"{now.isoformat(timespec='seconds')}Z",
        "database": database,
        "files": files,
        # what older manifests name and readers may still be at, oldest first
        "superseded": superseded[-keep:] if keep else [],
    }


def _named(manifest: Mapping[str, Any]) -> set[str]:
    database = {manifest["database"]["path"]} if "database" in manifest else set()
    return {file["path"] for file in manifest.get("files", [])} | database


def _known(manifest: Mapping[str, Any]) -> set[str]:
    return _named(manifest).union(*manifest.get("superseded", []))
