"""Whose voice a report is: the shipped lists of publishers and agencies, with a file of one's own laid over each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings import SettingsError
from transforms.agencies import Agencies, read_agencies, shipped_agencies
from transforms.ids import hash_text
from transforms.publishers import Families, read_families, shipped_families
from transforms.types import format_id

if TYPE_CHECKING:
    from flows.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """Publishers by family, and agencies by what they are credited with."""

    families: Families
    agencies: Agencies

    @property
    def version(self) -> str:
        """Name the lists by their content: what stories tell of independent voices changes with it."""
        families, agencies = self.families, self.agencies
        maps = (families.hosts, families.names, agencies.hosts, agencies.names, agencies.codes)
        sets = (families.aggregators, families.hosting)
        return format_id(hash_text(repr([sorted(some.items()) for some in maps] + [sorted(s) for s in sets])))


def load_voices(settings: Settings) -> Voices:
    """Return the lists of these settings; raises SettingsError naming the file and what is wrong with it."""
    families, agencies = shipped_families(), shipped_agencies()
    if settings.publisher_families is not None:
        values = _parse(settings.publisher_families, "publisher_families", "family", "aggregators", "hosting")
        with _told_of("publisher_families", settings.publisher_families):
            families = read_families(values, over=families)
    if settings.agencies is not None:
        values = _parse(settings.agencies, "agencies", "agency")
        with _told_of("agencies", settings.agencies):
            agencies = read_agencies(values, over=agencies)
    return Voices(families=families, agencies=agencies)


@contextmanager
def _told_of(setting: str, path: Path) -> Iterator[None]:
    """Say which setting and file an error is about."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{setting}: {path}: {error.strerror}") from error
    except ValueError as error:  # of form, of TOML or of UTF-8
        raise SettingsError(f"{setting}: {path}: {error}") from error


def _parse(path: Path, setting: str, *known: str) -> Mapping[str, object]:
    with _told_of(setting, path):
        values: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
        if unknown := sorted(values.keys() - set(known)):
            raise ValueError(f"{unknown[0]!r} is not known here; known are {', '.join(known)}")
    return values
