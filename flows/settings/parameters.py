"""Parameters of the flows, as a form: each setting with its description and choices, all of them optional."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    model_serializer,
)

from flows.settings.home_folder import DEFAULT_HOME
from flows.settings.settings import Settings, SettingsError, load_settings, stated_value
from flows.stderr_messages import use_format
from warehouse.failed_attempts import note_attempt

# Every setting may be left empty: newsfold.toml, NEWSFOLD_* and the defaults count then.
_FIELDS: Any = {
    name: (field.rebuild_annotation() | None, Field(None, description=_description))
    for name, field in Settings.model_fields.items()
    for _description in [f"{field.description}; empty: as newsfold.toml, NEWSFOLD_* or the default say"]
}
_Optional: Any = create_model("_Optional", __base__=BaseModel, **_FIELDS)


class RunSettings(_Optional):  # type: ignore[misc]  # its fields are made of those of Settings
    """The settings of one run, as a form of the Prefect server.

    Each is optional; an empty one counts as `newsfold config` shows it.
    """

    model_config = ConfigDict(
        extra="allow",  # load_settings names a misspelt setting, and the nearest right one
        title="Settings of this run",
    )

    @model_serializer(mode="wrap")
    def _only_stated(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Keep what somebody chose: so the parameters of a run read well, and defaults are those of today."""
        return {name: value for name, value in handler(self).items() if value is not None}


def settings_of_run(home: str | None, given: RunSettings | None) -> Settings:
    """Return the effective settings of a run with these parameters, and use their log format from now on.

    `home` wins over that of `given`; None or "" counts as not given. Raises SettingsError, also for a relative home
    that does not exist in a deployed run; the error is noted in the home, where that exists, as a failed attempt at
    `ingest`.
    """
    stated: dict[str, object] = given.model_dump() if given else {}
    try:
        settings = load_settings(**(stated | ({"home": home} if home else {})))
        _refuse_passing_home(settings)
    except SettingsError as error:
        place = Path(home or stated_value("home", stated) or DEFAULT_HOME)
        note_attempt(
            place,
            command="ingest",
            message=f"SettingsError: {error}",
            now=datetime.now(UTC).replace(tzinfo=None),
        )
        raise
    use_format(settings.log_format)
    return settings


def _refuse_passing_home(settings: Settings) -> None:
    """Refuse a home that would lie in the folder which a worker makes for one run, and deletes after it."""
    from prefect.runtime import deployment

    if deployment.id and not settings.home.is_absolute() and not settings.home.exists():
        raise SettingsError(
            f"home: {settings.home} is no absolute path, and a deployed run begins in a folder of its own: give the "
            "deployment the parameter home, or set NEWSFOLD_HOME where its worker runs"
        )
