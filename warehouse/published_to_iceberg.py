"""A catalog in, its Iceberg tables for `published_tables` out (extra `newsfold[iceberg]`)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

from warehouse.errors import require
from warehouse.object_store import (
    Address,
    Place,
    azure_service,
    file_system,
    google_emulator,
    parse_place,
    s3_service,
)
from warehouse.published_tables import DAY, Day, refuse_foreign, store_errors

NAMESPACE = "newsfold"
CATALOG_NAME = "iceberg-catalog.db"  # of our own catalog, beside the tables or in the home
_NUMBER, _ORIGIN = "newsfold.number", "newsfold.home"  # properties of a table
_STEP = "newsfold.step"  # of a snapshot: those that are part of a commit are dropped after it
_PART, _WHOLE = "part", "whole"
_AZURE = "abfss"  # as Iceberg calls what is az:// elsewhere


class IcebergTables:
    """The Iceberg tables of a folder or bucket, in the namespace `newsfold` of a catalog (`published_tables.Tables`).

    Raises MissingExtra where the package pyiceberg is not installed, StoreError where the catalog does not answer.
    """

    unit = "Iceberg tables"

    def __init__(self, home: Path, place: Place, *, catalog: str = "") -> None:
        """`catalog` names one that PyIceberg is configured for; else a SQLite file is one: in the folder, or in the
        home where the tables lie in a bucket."""
        require("pyiceberg", wanted="publish_iceberg_to", extra="iceberg")
        from pyiceberg.catalog import load_catalog
        from pyiceberg.exceptions import CommitFailedException, RESTError
        from sqlalchemy.exc import SQLAlchemyError

        self.place = place
        self.errors: tuple[type[Exception], ...] = (CommitFailedException, RESTError, SQLAlchemyError)
        with store_errors(place, self.errors):
            if catalog:
                self._catalog: Any = load_catalog(catalog)
            else:
                beside = place if isinstance(place, Path) else home
                beside.mkdir(parents=True, exist_ok=True)
                file = beside.absolute() / CATALOG_NAME
                self._catalog = load_catalog(
                    NAMESPACE, type="sql", uri=f"sqlite:///{file}", **_options_of(place)
                )
            self._catalog.create_namespace_if_not_exists(NAMESPACE)

    def table(self, name: str, comment: str) -> _IcebergTable:
        """Return the table of this name, whether it exists or not; `comment` describes it where it is made."""
        return _IcebergTable(self._catalog, self.place, name, comment)


class _IcebergTable:
    def __init__(self, catalog: Any, place: Place, name: str, comment: str) -> None:
        self._catalog, self._place, self._name, self._comment = catalog, place, name, comment
        self._id = (NAMESPACE, name)

    def number(self, origin: str) -> int | None:
        table = self._open()
        if table is None:
            return None
        if table.properties.get(_ORIGIN) != origin:
            raise refuse_foreign(self._place, self._name)
        return int(table.properties[_NUMBER])

    def version(self) -> int:
        table = self._open()
        snapshot = None if table is None else table.current_snapshot()
        return -1 if snapshot is None else int(snapshot.snapshot_id)

    def commit(
        self, schema: Any, batches: Iterator[Any], *, days: Sequence[Day] | None, origin: str, number: int
    ) -> None:
        import pyarrow as pa
        from pyiceberg.expressions import AlwaysTrue

        table = self._open()
        properties = {_NUMBER: str(number), _ORIGIN: origin}
        if self._comment:
            properties["comment"] = self._comment
        transaction = self._create(schema) if table is None else table.transaction()
        with transaction as step:
            if table is None and DAY in schema.names:
                with step.update_spec() as spec:
                    spec.add_identity(DAY)
            if table is not None and days is None:
                with step.update_schema(allow_incompatible_changes=True) as fields:
                    fields.union_by_name(schema)
            step.set_properties(properties)
            if table is not None and days != []:
                condition = AlwaysTrue() if days is None else _condition(days or [])
                with warnings.catch_warnings():  # of days that had no row
                    warnings.simplefilter("ignore", UserWarning)
                    step.delete(condition, snapshot_properties={_STEP: _PART})
            pending = None
            for batch in batches:
                if pending is not None:
                    step.append(pending, snapshot_properties={_STEP: _PART})
                pending = pa.Table.from_batches([batch])
            last = schema.empty_table() if pending is None else pending
            step.append(last, snapshot_properties={_STEP: _WHOLE})
        self._drop_steps()

    def forget(self, keep: timedelta) -> None:
        table = self._open()
        if table is None:
            return
        before = (datetime.now(UTC) - keep).timestamp() * 1000
        current = table.current_snapshot()
        old = [
            snapshot.snapshot_id
            for snapshot in table.snapshots()
            if snapshot.timestamp_ms < before and snapshot.snapshot_id != current.snapshot_id
        ]
        if old:
            table.maintenance.expire_snapshots().by_ids(old).commit()
        self._sweep()

    def _create(self, schema: Any) -> Any:
        return self._catalog.create_table_transaction(
            self._id,
            schema=schema,
            location=f"{_location(self._place)}/{self._name}",
            properties={
                "write.metadata.delete-after-commit.enabled": "true",
                "write.metadata.previous-versions-max": "20",
            },
        )

    def _drop_steps(self) -> None:
        """Drop the snapshots between the steps of commits, which hold half of what was written."""
        table = self._open()
        current = table.current_snapshot().snapshot_id
        steps = [
            snapshot.snapshot_id
            for snapshot in table.snapshots()
            if snapshot.summary.additional_properties.get(_STEP) != _WHOLE and snapshot.snapshot_id != current
        ]
        if steps:
            table.maintenance.expire_snapshots().by_ids(steps).commit()

    def _sweep(self) -> None:
        """Delete the files that no snapshot has: of superseded states, and of commits that were cut off."""
        from pyarrow.fs import FileSelector

        table = self._open()
        kept = {table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)}
        for snapshot in table.snapshots():
            kept.add(snapshot.manifest_list)
            for manifest in snapshot.manifests(table.io):
                kept.add(manifest.manifest_path)
                entries = manifest.fetch_manifest_entry(table.io, discard_deleted=True)
                kept |= {entry.data_file.file_path for entry in entries}
        fs, root = file_system(_place_of(table.location()))
        paths = {path if "://" not in path else file_system(_place_of(path))[1] for path in kept}
        for info in fs.get_file_info(FileSelector(root, recursive=True, allow_not_found=True)):
            if info.is_file and info.path not in paths:
                fs.delete_file(info.path)

    def _open(self) -> Any:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return self._catalog.load_table(self._id)
        except NoSuchTableError:
            return None


def _condition(days: Sequence[Day]) -> Any:
    from pyiceberg.expressions import In, IsNull, Or

    known = [day.isoformat() for day in days if day is not None]
    conditions: list[Any] = [In(DAY, known)] if known else []
    return reduce(Or, [*conditions, *([IsNull(DAY)] if None in days else [])])


def _location(place: Place) -> str:
    if isinstance(place, Path):
        return place.absolute().as_uri()
    return f"{_AZURE}://{place.path}" if place.scheme == "az" else str(place)


def _place_of(location: str) -> Place:
    if "://" not in location or location.startswith("file:"):
        return Path(location.removeprefix("file://"))
    scheme, _, path = location.partition("://")
    return Address("az", path) if scheme == _AZURE else parse_place(location)


def _options_of(place: Place) -> dict[str, str]:
    """Return what the client does not find in the environment by itself; credentials it does, but for Azure."""
    options = {"warehouse": _location(place)}
    if not isinstance(place, Address):
        return options
    if place.scheme == "s3":
        return options | _for_s3(place)
    return options | (_for_azure() if place.scheme == "az" else _for_google())


def _for_s3(place: Address) -> dict[str, str]:
    service = s3_service(place.bucket)
    options = {"s3.region": service.region, "s3.connect-timeout": "5", "s3.request-timeout": "15"}
    if service.endpoint:
        options |= {"s3.endpoint": service.endpoint}
    if service.is_public:
        options |= {"s3.anonymous": "true"}
    return options


def _for_azure() -> dict[str, str]:
    service = azure_service()
    stated = {
        "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
        "adls.account-name": service.account,
        "adls.account-key": service.key,
        "adls.sas-token": "" if service.key else service.sas_token,
        **{f"adls.{name.replace('_', '-')}": value for name, value in service.authorities().items()},
    }
    return {name: value for name, value in stated.items() if value}


def _for_google() -> dict[str, str]:
    emulator = google_emulator()
    if not emulator:
        return {}
    # PyIceberg has no way to ask as nobody
    never = str(int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000))
    return {"gcs.service.host": emulator, "gcs.oauth2.token": "nobody", "gcs.oauth2.token-expires-at": never}
