"""Columns of Arrow to Python values: what Python cannot hold costs one field of one row."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}  # microseconds in a unit; nanoseconds are divided
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall times; a zone is written behind them


def batch_rows(batch: pa.RecordBatch) -> list[dict[str, object]]:
    """Return the rows of an Arrow batch in order, as dictionaries by column name; [] for a batch without rows.

    Timestamps in a column of their own are ISO 8601 text, cut to the microsecond, in UTC with "Z" where their column
    has a zone. A value that Python cannot hold, such as a year above 9999, is None and raises nothing. Of columns with
    one name the last counts.
    """
    names = batch.schema.names
    columns = [_values(batch.column(at)) for at in range(len(names))]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _values(column: Any) -> list[object]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        zone = "Z" if column.type.tz else ""
        return [_time(value, column.type.unit, zone) for value in column.cast(pa.int64()).to_pylist()]
    try:
        found: list[object] = column.to_pylist()
    except (ValueError, OverflowError, TypeError, KeyError, pa.ArrowException):
        found = [_value(scalar) for scalar in column]
    if pa.types.is_decimal(column.type):
        return [_number(value) for value in found]
    return [_text(value) for value in found] if _is_binary(column.type) else found


def _is_binary(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def _text(value: object) -> object:
    """Decode a string that was written without its type, as some programs write all; other bytes stay."""
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _number(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def _time(value: int | None, unit: str, zone: str) -> str | None:
    """Write a time; None for one that no calendar holds."""
    if value is None:
        return None
    microseconds = value // 1000 if unit == "ns" else value * _UNITS[unit]
    try:
        return (_EPOCH + timedelta(microseconds=microseconds)).isoformat() + zone
    except OverflowError:
        return None


def _value(scalar: Any) -> object:
    """Convert one value; a structure loses only the members that cannot be converted."""
    import pyarrow as pa

    try:
        found: object = scalar.as_py()
    except (ValueError, OverflowError, TypeError, KeyError, pa.ArrowException):
        if isinstance(scalar, pa.StructScalar) and scalar.is_valid:
            return {name: _value(scalar[name]) for name in scalar.type.names}
        if pa.types.is_timestamp(scalar.type):
            return _time(scalar.value, scalar.type.unit, "Z" if scalar.type.tz else "")
        return None
    return found
