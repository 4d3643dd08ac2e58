"""What a run leaves for machines: one line of JSON, and the counters of all runs in a file that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from flows.errors import describe
from flows.run_report import as_json
from flows.stderr_messages import is_json, say, write_record
from warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

    from prometheus_client.core import Metric

    from flows.run_report import RunReport
    from flows.settings.settings import Settings
    from warehouse.row_types import Totals


def log_run(report: RunReport, settings: Settings, error: BaseException | None = None) -> None:
    """Write the end of a run as one line of JSON on stderr, where messages are JSON, and update the file of counters.

    Call it when the run is in the ledger and the working file is closed.
    """
    if is_json():
        status = "failed" if error else "done"
        message = describe(error) if error else f"{report.documents:,} documents in {report.seconds:.1f} s"
        write_record("error" if error else "info", message, event="run", status=status, **as_json(report))
    write_metrics(settings)


def write_metrics(settings: Settings) -> None:
    """Write the counters of the home to `metrics_file`, in place of the former ones; do nothing where none is set.

    A failure to write is reported on stderr, and does not raise.
    """
    if settings.metrics_file is None:
        return
    from warehouse.latest_runs import (
        read_totals,
    )  # with all that queries return, for the few who set the file

    try:
        totals = read_totals(settings.home)
        _write(settings.metrics_file, totals)
    except (OSError, WarehouseError) as error:
        say(f"the counters were not written to {settings.metrics_file}: {error}", level="warning")


def _write(path: Path, totals: Totals) -> None:
    from prometheus_client import CollectorRegistry, write_to_textfile

    class Ledger:
        def collect(self) -> Iterator[Metric]:
            return metrics(totals)

    registry = CollectorRegistry()
    registry.register(Ledger())
    write_to_textfile(str(path), registry)  # in one step, by a file of another name
    with suppress(OSError):
        path.chmod(0o644)  # counts alone, and read by another user


def metrics(totals: Totals) -> Iterator[Metric]:
    """Yield the sums over all runs in Prometheus' form: counters by label, then gauges, unknown ones left out."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    for name, what, label, values in (
        ("runs", "Runs by how they ended.", "status", totals.runs),
        ("documents", "Documents by what became of them.", "disposition", totals.documents),
        ("stage_seconds", "Seconds of finished runs by stage.", "stage", totals.stage_seconds),
    ):
        counter = CounterMetricFamily(f"newsfold_{name}", what, labels=[label])
        for key, value in sorted(values.items()):
            counter.add_metric([key], value)
        yield counter
    for name, what, number in (
        ("articles", "Articles in the warehouse.", totals.articles),
        ("stories", "Stories in the warehouse.", totals.stories),
        ("last_run_timestamp_seconds", "End of the last run, however it ended.", totals.last_run_at),
        ("last_success_timestamp_seconds", "End of the last run that did its work.", totals.last_success_at),
        ("newest_article_timestamp_seconds", "When the newest article came in.", totals.newest_article_at),
    ):
        if number is not None:
            yield GaugeMetricFamily(f"newsfold_{name}", what, value=number)
