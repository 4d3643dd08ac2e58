"""Take what names erased articles out of the Prefect server: runs whose log or pages hold their headlines."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.prefect_support.server_reachable import answers
from flows.run_report import as_text

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

_PAGE = 200  # what the server gives at a time, at most
_INFO = 20  # what runs say of headlines is said at this level or above


def forget_in_prefect(titles: Sequence[str]) -> tuple[int, str]:
    """Delete artifacts that hold one of these headlines, and runs whose log or artifacts do, with their logs.

    Only artifacts of newsfold and log lines of INFO and above are searched; blank headlines are ignored. Returns the
    number of runs deleted, and in words what could not be reached ("" for nothing); errors of the server do not raise.
    No request is made without PREFECT_API_URL.
    """
    from flows.errors import explain

    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        return 0, "pages and logs of Prefect servers (PREFECT_API_URL names none)"
    if not answers(url):
        return 0, "pages and logs of the Prefect server of PREFECT_API_URL, which does not answer"
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True) as client:
            return _forget(client, [title for title in titles if title.strip()]), ""
    except Exception as error:  # noqa: BLE001 - whatever the server answers: the erasure itself is done
        return 0, f"pages and logs of the Prefect server: {explain(error).happened}"


def _forget(client: SyncPrefectClient, titles: Sequence[str]) -> int:
    from prefect.client.schemas.filters import LogFilter, LogFilterLevel

    runs: set[UUID] = set()
    wanted = {form for title in titles for form in (title, as_text(title))}
    for artifact in _artifacts(client):
        if any(form in str(artifact.get("data") or "") for form in wanted):
            client.request("DELETE", "/artifacts/{id}", path_params={"id": artifact["id"]})
            if artifact.get("flow_run_id"):
                runs.add(UUID(artifact["flow_run_id"]))
    # the server's own search for text fails with the SQLite of many systems
    for offset in count(0, _PAGE):
        page = client.read_logs(LogFilter(level=LogFilterLevel(ge_=_INFO)), limit=_PAGE, offset=offset)
        runs |= {
            line.flow_run_id
            for line in page
            if line.flow_run_id and any(title in line.message for title in titles)
        }
        if len(page) < _PAGE:
            break
    for run in runs:
        client.delete_flow_run(run)  # its logs and artifacts go with the server's next clean-up
    return len(runs)


def _artifacts(client: SyncPrefectClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        asked = {"limit": _PAGE, "offset": len(found), "artifacts": {"key": {"like_": "newsfold-"}}}
        page: list[dict[str, Any]] = client.request("POST", "/artifacts/filter", json=asked).json()
        found += page
        if len(page) < _PAGE:
            return found
