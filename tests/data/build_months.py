"""Write the names of the months into the language files, out of Unicode CLDR as Babel carries it.

Babel comes with trafilatura; CLDR is under the Unicode License v3 (https://www.unicode.org/license.txt). Run
`python -m tests.data.build_months` after a new release of Babel, or after adding a language file.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from babel import Locale

LANGUAGES = Path(__file__).parents[2] / "transforms" / "data" / "languages"
# Where a file covers more than the locale of its own tag: other countries, other written standards.
LOCALES = {
    "ar": ("ar", "ar_SY", "ar_DZ", "ar_MA"),
    "de": ("de", "de_AT"),
    "en": ("en", "en_GB", "en_AU"),
    "es": ("es", "es_MX"),
    "fr": ("fr", "fr_CA"),
    "nb": ("nb", "nn"),
    "pt": ("pt", "pt_PT"),
    "sh": ("hr", "sr_Latn", "bs_Latn", "sr"),
}
_MONTHS = re.compile(r"^months = \[\n(?:  .*\n)*\]\n", re.MULTILINE)
_SECTION = re.compile(r"^\[calendar\]\n", re.MULTILINE)
_NUMBERED = re.compile(r"\d")


def month_names(tag: str) -> list[list[str]]:
    """Return the names of each month in small letters, in full and then short; empty lists where months are numbered.

    Each locale is read in a process of its own: Babel 2.18 lets names of one locale into those that are read after it.
    """
    with ProcessPoolExecutor(1, max_tasks_per_child=1) as pool:
        locales = list(pool.map(_names_in, LOCALES.get(tag, (tag,))))
    return [list(dict.fromkeys(name for names in locales for name in names[month])) for month in range(12)]


def _names_in(locale_name: str) -> list[list[str]]:
    locale: Any = Locale.parse(locale_name)
    months: list[list[str]] = [[] for _ in range(12)]
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, stated in locale.months[context][width].items():
                months[number - 1].append(stated.lower().strip("\u200f ."))
    return [[name for name in names if name and not _NUMBERED.search(name)] for names in months]


def write_months(path: Path) -> None:
    """Replace the list `months` of a language file; take it out where months are numbered."""
    months = month_names(path.stem)
    rows = "".join(
        f"  [{', '.join(json.dumps(name, ensure_ascii=False) for name in names)}],\n" for names in months
    )
    written = f"months = [\n{rows}]\n" if all(months) else ""
    text = _MONTHS.sub("", path.read_text(encoding="utf-8"))
    if written and not _SECTION.search(text):
        text += "\n[calendar]\n"
    text = _SECTION.sub(lambda match: match.group() + written, text)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for language_file in sorted(LANGUAGES.glob("*.toml")):
        write_months(language_file)
