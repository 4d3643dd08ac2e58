"""A folder or bucket in, its Delta Lake tables for `published_tables` out (extra `newsfold[delta]`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from warehouse.errors import require
from warehouse.object_store import Address, Place, azure_service, s3_service
from warehouse.published_tables import DAY, Day, refuse_foreign


class DeltaTables:
    """The Delta Lake tables of a folder or bucket, each in a folder of its name (`published_tables.Tables`).

    Raises MissingExtra where the package deltalake is not installed.
    """

    unit = "Delta tables"

    def __init__(self, place: Place) -> None:
        require("deltalake", wanted="publish_delta_to", extra="delta")
        from deltalake.exceptions import DeltaError

        self.place = place
        self.errors: tuple[type[Exception], ...] = (DeltaError,)

    def table(self, name: str, comment: str) -> _DeltaTable:
        """Return the table of this name, whether it exists or not; `comment` describes it where it is made."""
        return _DeltaTable(self.place, name, comment)


class _DeltaTable:
    def __init__(self, place: Place, name: str, comment: str) -> None:
        self._place, self._name, self._comment = place, name, comment
        self._options = _options_of(place)
        self._address = str(place.absolute() / name) if isinstance(place, Path) else f"{place}/{name}"

    def number(self, origin: str) -> int | None:
        table = self._open()
        if table is None:
            return None
        found: int | None = table.transaction_version(_application(origin))
        if found is None:
            raise refuse_foreign(self._place, self._name)
        return found

    def version(self) -> int:
        table = self._open()
        return -1 if table is None else int(table.version())

    def commit(
        self, schema: Any, batches: Iterator[Any], *, days: Sequence[Day] | None, origin: str, number: int
    ) -> None:
        import pyarrow as pa
        from deltalake import CommitProperties, Transaction, write_deltalake

        if isinstance(self._place, Path):
            Path(self._address).mkdir(parents=True, exist_ok=True)
        is_new = self._open() is None
        write_deltalake(
            self._address,
            pa.RecordBatchReader.from_batches(schema, batches),
            partition_by=[DAY] if DAY in schema.names else None,
            mode="append" if days is not None and not days else "overwrite",
            predicate=_predicate(days) if days and not is_new else None,
            schema_mode="overwrite" if days is None else None,
            description=self._comment or None,
            configuration=_configuration(schema) if is_new else None,
            storage_options=self._options,
            commit_properties=CommitProperties(app_transactions=[Transaction(_application(origin), number)]),
        )

    def forget(self, keep: timedelta) -> None:
        table = self._open()
        if table is not None:
            hours = int(keep.total_seconds() // 3600)
            table.vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=False)

    def _open(self) -> Any:
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        try:
            return DeltaTable(self._address, storage_options=self._options)
        except TableNotFoundError:
            return None


def _application(origin: str) -> str:
    """Return the name under which Delta's log keeps the number of our last commit, as it does for streams."""
    return f"newsfold-{origin}"


def _predicate(days: Sequence[Day]) -> str:
    known = ", ".join(f"'{day.isoformat()}'" for day in days if day is not None)
    conditions = [f"{DAY} IN ({known})"] if known else []
    return " OR ".join([*conditions, *([f"{DAY} IS NULL"] if None in days else [])])


def _configuration(schema: Any) -> dict[str, str]:
    """Have the log keep bounds of ids, times and numbers alone: an erasure must not leave words in it."""
    import pyarrow.types as kinds

    def is_plain(field: Any) -> bool:
        return not (kinds.is_string(field.type) or kinds.is_nested(field.type)) or field.name.endswith("_id")

    names = [field.name for field in schema if is_plain(field) and field.name != DAY]
    return {"delta.dataSkippingStatsColumns": ",".join(names)} if names else {}


def _options_of(place: Place) -> dict[str, str] | None:
    """Return what the client does not find in the environment by itself; credentials it does."""
    if not isinstance(place, Address):
        return None
    # a service that does not answer is given up as soon as by pyarrow
    options = {"max_retries": "3", "retry_timeout": "30s", "connect_timeout": "5s", "timeout": "60s"}
    if place.scheme == "gs":
        return options
    return options | (_for_s3(place) if place.scheme == "s3" else _for_azure())


def _for_s3(place: Address) -> dict[str, str]:
    service = s3_service(place.bucket)
    options = {"aws_region": service.region}
    if service.endpoint:
        options |= {"aws_endpoint": service.endpoint}
    if service.endpoint.startswith("http://"):
        options |= {"allow_http": "true"}
    if service.is_public:
        options |= {"aws_skip_signature": "true"}
    return options


def _for_azure() -> dict[str, str]:
    service = azure_service()
    stated = {
        "azure_storage_account_name": service.account,
        "azure_storage_account_key": service.key,
        "azure_storage_sas_token": "" if service.key else service.sas_token,
        "azure_storage_endpoint": service.endpoint,
        "allow_http": "true" if service.endpoint.startswith("http://") else "",
    }
    return {name: value for name, value in stated.items() if value}
