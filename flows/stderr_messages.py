"""Messages on stderr while a command works: lines of text for people, or one JSON object a line for machines."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime

# The setting log_format, read before there are settings: an error in them is reported in this form too.
VARIABLE = "NEWSFOLD_LOG_FORMAT"
# Prefect's own loggers write the same form where these are in the environment before Prefect is imported.
_PREFECT = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
    "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "flows.stderr_messages.JsonLines",
}


def use_format(log_format: str) -> None:
    """Set the form of all messages on stderr from now on, `text` or `json`, also in processes started later.

    It is kept in os.environ. Prefect's own logs follow where Prefect is imported after this call.
    """
    os.environ[VARIABLE] = log_format
    if log_format == "json":
        os.environ.update(_PREFECT)


def is_json() -> bool:
    """Return whether messages on stderr are JSON."""
    return os.environ.get(VARIABLE) == "json"


def say(text: str, *, level: str = "info", prefix: str = "newsfold: ") -> None:
    """Write a message to stderr: `prefix` and text for people, or a JSON object with `level` in that form.

    Line breaks in `text` are kept.
    """
    import click

    if is_json():
        write_record(level, text)
    else:
        click.echo(f"{prefix}{text}", err=True)


def write_record(level: str, message: str, **fields: object) -> None:
    """Write one message to stderr as a JSON object in a line, whatever form is set.

    It holds time (UTC), level, logger (`newsfold`) and message, then `fields`. A value that JSON does not know is
    written as its text.
    """
    print(_record(datetime.now(UTC), level, "newsfold", message, fields), file=sys.stderr, flush=True)


class JsonLines(logging.Formatter):
    """A logging formatter that gives log records the form of `write_record`; a traceback is a field."""

    def __init__(self, *_: object) -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        """Return a log record as one line of JSON, with the names of its Prefect flow run and task run if any."""
        fields: dict[str, object] = {}
        for name in ("flow_run_name", "task_run_name"):
            if value := getattr(record, name, None):
                fields[name] = value
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        time = datetime.fromtimestamp(record.created, UTC)
        return _record(time, record.levelname.lower(), record.name, record.getMessage(), fields)


def _record(time: datetime, level: str, logger: str, message: str, fields: dict[str, object]) -> str:
    said = {"time": time.isoformat(timespec="milliseconds"), "level": level, "logger": logger}
    return json.dumps(said | {"message": message} | fields, ensure_ascii=False, default=str)
