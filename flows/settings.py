"""Every setting in one typed place: defaults, then newsfold.toml, then NEWSFOLD_*, then flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.home import DEFAULT_HOME, NOT_SETTINGS, SETTINGS_FILE
from flows.processors import usable_processors


class SettingsError(ValueError):
    """A setting is misspelt or has a value that cannot be used; the message names it and where it came from."""


class Settings(BaseSettings):
    """What can be chosen about a run; each default's comment says what it trades."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSFOLD_", extra="forbid", frozen=True, toml_file=SETTINGS_FILE
    )

    home: Path = Field(DEFAULT_HOME, description="folder with the warehouse")
    inbox: Path = Field(Path("inbox"), description="folder that scheduled runs read")
    workers: int = Field(default_factory=usable_processors, ge=1, le=256, description="cleaning processes")
    document_seconds: float = Field(
        30.0, gt=0, description="a document that takes longer is rejected: timeout"
    )  # the slowest honest page measured took under 2 s
    worker_memory_mb: int = Field(
        1024, ge=128, description="a document that grows its worker past this is rejected: out_of_memory"
    )
    max_document_mb: int = Field(50, ge=1, description="a larger single document is rejected: too_large")
    batch_mb: int = Field(
        64, ge=1, description="input folded and committed together"
    )  # about 25,000 articles of JSONL; larger: fewer commits; smaller: less memory and less to do again after a crash
    wait_seconds: float = Field(60.0, ge=0, description="how long to wait for another run to finish")
    settle_seconds: float = Field(
        10.0, ge=0, description="a scheduled run leaves files alone that changed less long ago"
    )
    follow_links: bool = Field(False, description="follow symbolic links inside folders")
    canonical_policy: Literal["original-fullest", "earliest", "longest", "preferred-publishers"] = Field(
        "original-fullest", description="how the article that stands for a story is chosen"
    )
    preferred_publishers: tuple[str, ...] = Field((), description="for canonical_policy preferred-publishers")
    publisher_families: Path | None = Field(
        None, description="TOML file of publishers that are one voice, laid over the shipped one"
    )
    agencies: Path | None = Field(
        None, description="TOML file of news agencies and how they are credited, laid over the shipped one"
    )
    semantic_model: Path | None = Field(
        None,
        description="folder of a sentence-embedding model that pair scores use too; needs newsfold[semantic]",
    )  # off: .1 s an article for little; all stories are compared anew when it changes
    keep_published: int = Field(3, ge=0, description="older published files kept")
    keep_text_days: int = Field(
        0, ge=0, description="texts of articles that did not change for longer are dropped; 0 keeps them"
    )  # grouping keeps its evidence, but a dropped text can be compared with nothing new
    keep_unfolded_days: int = Field(
        0, ge=0, description="articles that stayed alone for longer are removed; 0 keeps them"
    )
    field_map: dict[str, str] = Field(
        default_factory=dict, description="our field to theirs, for JSON, CSV and Parquet records"
    )
    prefect: Literal["auto", "always", "never"] = Field(
        "auto", description="report runs to a Prefect server: auto when PREFECT_API_URL is set"
    )
    retry_delays: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        (60.0, 300.0, 900.0),
        description="seconds before a scheduled run tries again what can pass: another run at work, a full disk",
    )  # a quarter of an hour in all but the last: longer, and the next run is as good
    run_seconds: float = Field(
        21_600.0,
        ge=0,
        description="a run in Prefect that takes longer is ended, and goes on next time; 0: no limit",
    )  # six hours: more than a first load of a million articles took, and less than a day of nothing new
    notify_block: str = Field(
        "", description="Prefect block told of a failed run, as in slack-webhook/newsroom; none when empty"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags before the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """A setting's value and where it came from."""

    name: str
    value: object
    source: str
    description: str


def load_settings(**flags: object) -> Settings:
    """Return the effective settings; flags that are None were not given.

    Raises SettingsError naming the key and its source when a key is unknown or a value does not fit.
    """
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    known = set(Settings.model_fields)
    for variable in os.environ:
        if variable.startswith("NEWSFOLD_") and variable not in NOT_SETTINGS:
            name = variable.removeprefix("NEWSFOLD_").lower()
            if name not in known:
                raise SettingsError(f"{variable}: there is no setting {name!r}{_nearest(name, known)}")
    for name in _file_values():
        if name not in known:
            raise SettingsError(f"{SETTINGS_FILE}: there is no setting {name!r}{_nearest(name, known)}")
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{name}: {first['msg']} (from {_source_of(name, given)})") from error


def stated_value(name: str, given: Mapping[str, object]) -> str:
    """Return one setting as it was stated in flags, environment or file, whatever else is wrong there; else ''."""
    stated: object = given.get(name) or os.environ.get(f"NEWSFOLD_{name.upper()}")
    if not stated:
        with suppress(SettingsError):
            stated = _file_values().get(name)
    return str(stated or "")


def effective_settings(**flags: object) -> list[Effective]:
    """List every setting with its value and source, in the order of declaration."""
    settings = load_settings(**flags)
    given = {name: value for name, value in flags.items() if value is not None}
    return [
        Effective(
            name=name,
            value=getattr(settings, name),
            source=_source_of(name, given),
            description=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _file_values() -> dict[str, Any]:
    path = Path(SETTINGS_FILE)
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{SETTINGS_FILE}: {error}") from error


def _source_of(name: str, given: dict[str, Any]) -> str:
    if name in given:
        return "flag"
    if f"NEWSFOLD_{name.upper()}" in os.environ:
        return f"NEWSFOLD_{name.upper()}"
    return SETTINGS_FILE if name in _file_values() else "default"


def _nearest(name: str, known: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]!r}?" if close else ""
