"""Which source a report counts as: shipped lists of publishers and agencies, with files of one's own laid over them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings.settings import SettingsError
from transforms.cleaning.agency_credits import Agencies, read_agencies, shipped_agencies
from transforms.stories.publishers import Families, read_families, shipped_families
from transforms.text.ids import hash_text
from transforms.types import format_id

if TYPE_CHECKING:
    from flows.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLists:
    """The lists by which sources are counted: publisher families, and agencies with their credits."""

    families: Families
    agencies: Agencies

    @property
    def version(self) -> str:
        """Return a hash of the lists' content as text: the counts of independent sources change with it."""
        families, agencies = self.families, self.agencies
        maps = (families.hosts, families.names, agencies.hosts, agencies.names, agencies.codes)
        sets = (families.aggregators, families.hosting)
        return format_id(hash_text(repr([sorted(some.items()) for some in maps] + [sorted(s) for s in sets])))


def load_source_lists(settings: Settings) -> SourceLists:
    """Return the shipped lists of publishers and agencies, merged with the files that these settings name.

    An entry of a file replaces the shipped one of its id. Raises SettingsError naming the file and what is wrong with
    it.
    """
    families, agencies = shipped_families(), shipped_agencies()
    if settings.publisher_families is not None:
        values = _parse(settings.publisher_families, "publisher_families", "family", "aggregators", "hosting")
        with _naming_file("publisher_families", settings.publisher_families):
            families = read_families(values, over=families)
    if settings.agencies is not None:
        values = _parse(settings.agencies, "agencies", "agency")
        with _naming_file("agencies", settings.agencies):
            agencies = read_agencies(values, over=agencies)
    return SourceLists(families=families, agencies=agencies)


@contextmanager
def _naming_file(setting: str, path: Path) -> Iterator[None]:
    """Add the setting and the file to an error."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{setting}: {path}: {error.strerror}") from error
    except ValueError as error:  # of form, of TOML or of UTF-8
        raise SettingsError(f"{setting}: {path}: {error}") from error


def _parse(path: Path, setting: str, *known: str) -> Mapping[str, object]:
    with _naming_file(setting, path):
        values: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
        if unknown := sorted(values.keys() - set(known)):
            raise ValueError(f"{unknown[0]!r} is not known here; known are {', '.join(known)}")
    return values
