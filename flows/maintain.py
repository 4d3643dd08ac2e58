"""The nightly flow: looks after the warehouse, and says in Prefect what was found and done."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.errors import ChecksFailedError
from flows.operations.maintenance import Maintained, maintain_warehouse
from flows.prefect_tasks import (
    failure_reported,
    frames_cleared,
    name_run,
    notify,
    report_end,
    retried_task,
    termination_kept,
    with_settings,
)
from flows.run_report import as_text
from flows.settings.parameters import RunSettings, settings_of_run
from flows.settings.settings import Settings


@retried_task("maintain")
def maintain_home(settings: Settings) -> Maintained:
    """Maintain the warehouse (`maintain_warehouse`) as a Prefect task, retried where the failure can pass."""
    with frames_cleared():
        return maintain_warehouse(settings)


@flow(
    name="maintain",
    flow_run_name=name_run,
    persist_result=False,
    on_completion=[report_end],
    on_failure=[report_end, notify],
    on_crashed=[report_end, notify],
)
def maintain(home: str | None = None, settings: RunSettings | None = None) -> int:
    """Maintain the warehouse, and return how many data checks were run; 0 where there is none yet.

    Runs that died are marked as crashed, the deep checks read everything back, and a damaged published file is written
    anew. Only where all checks pass are texts and articles older than `keep_text_days` and `keep_unfolded_days`
    deleted, room freed, what a refold would change reported, and further places of publication brought up to date; else
    ChecksFailedError is raised. `home` empty: as the settings say. Also raises Busy when another run holds the
    warehouse too long, Damaged when the working file is, StoreError, SettingsError.
    """
    with failure_reported("newsfold-maintain"), termination_kept():
        chosen = settings_of_run(home, settings)
        maintained = with_settings(maintain_home, chosen)(chosen)
    for line in maintained.lines():
        get_run_logger().info(line)
    create_table_artifact(
        key="newsfold-checks",
        table=[
            {"check": each.rule, "passes": each.passes, "seconds": round(each.seconds, 3)}
            for each in maintained.checks
        ],
        description="The data checks of the warehouse",
    )
    create_table_artifact(
        key="newsfold-refold",
        table=[
            {
                "threshold": round(report.threshold, 3),
                "stories": report.stories_after,
                "merges": report.count("merge"),
                "splits": report.count("split"),
                "regroups": report.count("regroup"),
            }
            for report in maintained.refolds
        ],
        description="What folding again would change, now and a notch to either side",
    )
    create_markdown_artifact(
        key="newsfold-maintain",
        markdown="\n".join(f"- {as_text(line)}" for line in maintained.lines()),
        description="The night's work in words",
    )
    if maintained.broken:
        raise ChecksFailedError("; ".join(maintained.broken))
    return len(maintained.checks)
