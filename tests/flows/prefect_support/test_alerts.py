"""What is on the Prefect server is what the settings ask for now, not what they once asked for."""

from __future__ import annotations

from typing import Any

import pytest

from flows.prefect_support import alerts
from flows.settings.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        (
            load_settings(notify_block="slack/desk", quiet_hours=6),
            {alerts.DEAD, alerts.DEAD_REPORT, alerts.SILENT},
        ),
        (load_settings(notify_block="slack/desk", quiet_hours=0), {alerts.DEAD, alerts.DEAD_REPORT}),
        (load_settings(notify_block="", quiet_hours=6), {alerts.DEAD}),
    ],
)
def test_an_alert_that_is_no_longer_asked_for_goes(
    settings: Settings, left: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server = {alerts.DEAD, alerts.DEAD_REPORT, alerts.SILENT}

    def send(chosen: Settings, *_: str) -> list[Any]:
        return [{"type": "do-nothing"}] if chosen.notify_block else []

    monkeypatch.setattr(alerts, "_send_actions", send)
    monkeypatch.setattr(alerts, "_put", lambda name, *_: on_server.add(name))
    monkeypatch.setattr(alerts, "_remove", on_server.discard)
    alerts.install_alerts(settings)
    assert on_server == left
