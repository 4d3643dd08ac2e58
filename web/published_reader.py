"""The published file for many readers at once: one database is open at a time, exchanged when a run publishes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from warehouse.connection import open_published, published_path
from warehouse.errors import NotPublished

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A request that reads longer than this is interrupted: no page may hold the others up.
QUERY_SECONDS = 10.0
# How long a reader waits for those of the former file to finish before it reads the former file as well.
_EXCHANGE_SECONDS = QUERY_SECONDS


class Published:
    """Lend cursors on the published file; every request reads one state of it from beginning to end.

    DuckDB keeps one database open for a path, so a new file at the same path is seen only after the former was
    closed: readers of a new publication wait until those of the former have finished.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._changed = threading.Condition()
        self._connection: DuckDBPyConnection | None = None
        self._state: tuple[int, int, int] | None = None
        self._readers = 0

    @contextmanager
    def reading(self) -> Iterator[DuckDBPyConnection]:
        """Lend a cursor on the published file for the block; a file published meanwhile is seen by later blocks.

        Waits at most 10 s for readers of the former file. Raises NotPublished where there is no file yet, Damaged where
        it cannot be read, HTTPException (503) when the block reads for more than QUERY_SECONDS, which ends it.
        """
        cursor = self._enter()
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            cursor.interrupt()

        timer = threading.Timer(QUERY_SECONDS, end)
        timer.daemon = True
        timer.start()
        try:
            yield cursor
        except Exception as error:
            if is_late.is_set():
                raise HTTPException(
                    503, f"this took more than {QUERY_SECONDS:g} seconds, and was ended"
                ) from error
            raise
        finally:
            timer.cancel()
            cursor.close()
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Close the file at once, even while requests read it; a later `reading` opens it again."""
        with self._changed:
            self._close()

    def _enter(self) -> DuckDBPyConnection:
        with self._changed:
            state = self._look()
            if state is None:
                self._close_when_idle()
                raise NotPublished(f"nothing is published in {self.home} yet: run `newsfold ingest` first")
            if self._connection is None or state != self._state:
                self._close_when_idle()
                if self._connection is None:
                    self._connection, self._state = open_published(self.home), state
            self._readers += 1
            return self._connection.cursor()

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = published_path(self.home).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _close_when_idle(self) -> None:
        if self._changed.wait_for(lambda: self._readers == 0, timeout=_EXCHANGE_SECONDS):
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._state = None, None
