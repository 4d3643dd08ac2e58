"""Every setting in one typed place: defaults, then newsfold.toml, then NEWSFOLD_*, then flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic_settings
from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.engine.processors import usable_processors
from flows.settings.home_folder import DEFAULT_HOME, NOT_SETTINGS, SETTINGS_FILE
from warehouse.errors import NewsfoldError
from warehouse.object_store import Address, AddressError, Place, parse_place

_PREFIX = "NEWSFOLD_"  # of variables of the environment


class SettingsError(NewsfoldError):
    """A setting is misspelt or has an unusable value; the message names it and its source."""

    advice = "correct the setting; `newsfold config` shows what counts and why"


def _read_place(given: object) -> Place:
    if isinstance(given, Path | Address):
        return given
    if not isinstance(given, str):
        raise ValueError("a path or an address is a text")  # noqa: TRY004 - what pydantic reports
    try:
        return parse_place(given)
    except AddressError as error:
        raise ValueError(str(error)) from error


InputPlace = Annotated[
    Place,
    PlainValidator(_read_place),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "path"}),
]


class Settings(BaseSettings):
    """All settings of newsfold, with their defaults; the comment at a default says what it trades."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="forbid", frozen=True, toml_file=SETTINGS_FILE
    )

    home: Path = Field(DEFAULT_HOME, description="folder with the warehouse")
    inbox: InputPlace = Field(
        Path("inbox"), description="folder, or address of a bucket, that scheduled runs read"
    )
    workers: int = Field(default_factory=usable_processors, ge=1, le=256, description="cleaning processes")
    engine: str = Field(
        "local",
        pattern=r"^(local|(prefect\+)?dask://[^\s/@]+:\d{1,5}|prefect:(threads|processes))$",
        description="where files are cleaned: local, or dask://HOST:PORT (needs newsfold[dask]); as task runs of "
        "Prefect: prefect:threads, prefect:processes or prefect+dask://HOST:PORT",
    )
    engine_spool: InputPlace | None = Field(
        None,
        description="folder or address of a bucket through which nodes hand in results; empty: the home's spool",
    )
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
    home_mode: str = Field(
        "0700",
        pattern="^0?7[0-7]{2}$",
        description="who may enter a home that is made anew, as for chmod; its files follow",
    )  # texts are other people's; 0750 lets a group read
    follow_links: bool = Field(False, description="follow symbolic links inside folders")
    canonical_policy: Literal["original-fullest", "earliest", "longest", "preferred-publishers"] = Field(
        "original-fullest", description="how the article that stands for a story is chosen"
    )
    preferred_publishers: tuple[str, ...] = Field((), description="for canonical_policy preferred-publishers")
    publisher_families: Path | None = Field(
        None, description="TOML file of publishers that are one source, laid over the shipped one"
    )
    agencies: Path | None = Field(
        None, description="TOML file of news agencies and how they are credited, laid over the shipped one"
    )
    semantic_model: Path | None = Field(
        None,
        description="folder of a sentence-embedding model that pair scores use too; needs newsfold[semantic]",
    )  # off: .1 s an article for little; all stories are compared anew when it changes
    other_languages: Literal["off", "names", "encoder"] = Field(
        "off",
        description="names: stories of one event in different languages are related, by names and numbers; encoder: "
        "by what texts mean too, needs newsfold[crosslingual]",
    )  # off: right nine times in ten, and finds one in seven; all stories are compared anew when it changes
    publish_to: InputPlace | None = Field(
        None,
        description="folder or address of a bucket that gets each publication too, as a file and as Parquet by day",
    )
    publish_delta_to: InputPlace | None = Field(
        None,
        description="folder or address of a bucket whose Delta Lake tables get each publication; needs newsfold[delta]",
    )
    publish_iceberg_to: InputPlace | None = Field(
        None,
        description="folder or address of a bucket whose Iceberg tables get each publication; needs newsfold[iceberg]",
    )
    iceberg_catalog: str = Field(
        "", description="catalog of these tables, as PyIceberg is configured; empty: a SQLite file"
    )
    table_history_days: int = Field(
        7, ge=0, description="superseded versions of Delta and Iceberg tables are kept so long; 0: for ever"
    )  # each publication keeps the days that it replaced: a schedule of minutes adds up
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

    @field_validator("field_map")
    @classmethod
    def _check_field_map(cls, chosen: dict[str, str]) -> dict[str, str]:
        from transforms.readers.field_table import explain_unknown_fields

        if message := explain_unknown_fields(chosen):
            raise ValueError(message)
        return chosen

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
    most_rejected_ratio: float = Field(
        1.0,
        ge=0,
        le=1,
        description="a run is abnormal when a larger share of its new documents is rejected; 1: never",
    )
    least_articles: int = Field(
        0, ge=0, description="a run with new documents is abnormal when it brings fewer articles"
    )
    least_stories: int = Field(
        0, ge=0, description="a run with new documents is abnormal when fewer stories are new or changed"
    )
    strict: bool = Field(False, description="an abnormal run fails; else it is marked in its message and log")
    notify_block: str = Field(
        "",
        description="Prefect block notified of a failed run, as in slack-webhook/newsroom; none when empty",
    )
    metrics_file: Path | None = Field(
        None,
        description="file of counters in Prometheus' text format, written after each run; none when unset",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="what is said on stderr: text for people, or one JSON object a line"
    )
    quiet_hours: float = Field(
        24.0, ge=0, description="doctor and alerts speak up when no run succeeded for so many hours; 0: never"
    )  # a quiet night and a lost morning; a schedule of minutes may well set 2

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources by rank: flags, the environment, newsfold.toml; .env and secret files are not read."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """One setting with its value, its source (flag, environment, file or default) and its description."""

    name: str
    value: object
    source: str
    description: str


def load_settings(**flags: object) -> Settings:
    """Return the effective settings: flags, then NEWSFOLD_*, then newsfold.toml of the working folder, then defaults.

    A flag of None counts as not given. Raises SettingsError naming the key and its source when a key is unknown or a
    value does not fit, where a list or map in the environment is no JSON, and where the file is no TOML. Names of the
    environment count in any case.
    """
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    known = set(Settings.model_fields)
    for variable in os.environ:
        if variable.upper().startswith(_PREFIX) and variable.upper() not in NOT_SETTINGS:
            name = variable.lower().removeprefix(_PREFIX.lower())
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
        source = _source_of(str(first["loc"][0]), given) if first["loc"] else "flag"
        raise SettingsError(f"{name}: {first['msg']} (from {source})") from error
    except pydantic_settings.SettingsError as error:  # a value of the environment that it could not parse
        name = next((one for one in Settings.model_fields if f'"{one}"' in str(error)), "")
        raise SettingsError(
            f"{name}: no JSON, which a list or a map has to be: {error.__cause__ or error} "
            f"(from {_variable_of(name) or 'the environment'})"
        ) from error


def stated_value(name: str, given: Mapping[str, object]) -> str:
    """Return one setting as text, as stated in flags, environment or file, even if other settings are invalid.

    An empty or false value counts as not stated; "" where none is.
    """
    stated: object = given.get(name) or os.environ.get(_variable_of(name))
    if not stated:
        with suppress(SettingsError):
            stated = _file_values().get(name)
    return str(stated or "")


def effective_settings(**flags: object) -> list[Effective]:
    """List every setting with its value and source, in the order of declaration; a flag of None counts as not given.

    Raises SettingsError; see `load_settings`.
    """
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
    return _variable_of(name) or (SETTINGS_FILE if name in _file_values() else "default")


def _variable_of(name: str) -> str:
    """Return the variable of the environment that sets this, in any case and the last of several; "" where none is."""
    wanted = f"{_PREFIX}{name.upper()}"
    return next((one for one in reversed(list(os.environ)) if one.upper() == wanted), "")


def _nearest(name: str, known: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]!r}?" if close else ""
