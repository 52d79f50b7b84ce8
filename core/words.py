"""The words of the house: one catalogue of one language, in force for the whole process; also how it writes days, moments and
numbers. Refuses keys that are not in it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

#: what is in force until `speak` says otherwise, and stands where another catalogue has no words
SHIPPED = "vi"
#: where catalogues lie, a file for each language
_PAGES = files("hotline1022") / "web" / "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one language by keys such as `form.accept`."""

    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text with these values put in; KeyError for a key that the catalogue does not have."""
        return self.texts[key].format_map(values)

    def or_itself(self, table: str, word: str) -> str:
        """The text of a word in a table; a word that the table does not know stays as it is."""
        return self.texts.get(f"{table}.{word}", word)


@cache
def shipped(language: str = SHIPPED) -> Words:
    """The catalogue of a language that comes with the product; FileNotFoundError where none does."""
    text = (_PAGES / f"{language}.toml").read_text(encoding="utf-8")
    return Words(texts=flat(tomllib.loads(text)))


def languages() -> tuple[str, ...]:
    """Those that come with the product."""
    return tuple(sorted(one.name.removesuffix(".toml") for one in _PAGES.iterdir() if one.name.endswith(".toml")))


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """The texts of a catalogue's tables by their whole keys."""
    found: dict[str, str] = {}
    for key, value in table.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return found


#: one object for good, which templates keep: `speak` changes what is in it
_TEXTS: dict[str, str] = {}
_IN_FORCE = Words(texts=_TEXTS)


def words() -> Words:
    """The catalogue in force."""
    if not _TEXTS:
        speak(shipped())
    return _IN_FORCE


def speak(catalogue: Words) -> None:
    """Put a whole catalogue in force; once, before anything is said."""
    texts = dict(catalogue.texts)
    _TEXTS.update(texts)
    for key in _TEXTS.keys() - texts.keys():
        del _TEXTS[key]


def day_written(day: date) -> str:
    """`30/11/2026`, as the language writes it."""
    return day.strftime(words()("format.day"))


def day_short(day: date) -> str:
    """`30/11`, where the year is plain."""
    return day.strftime(words()("format.day-short"))


def time_written(at: time | datetime, *, exactly: bool = False) -> str:
    """`14:05`, or `14:05:07` exactly; of a moment on its own clock."""
    return at.strftime(words()("format.time-exact" if exactly else "format.time"))


def number_written(number: int) -> str:
    """`1.523.345`."""
    return f"{number:,}".replace(",", words()("format.thousands"))


def decimal_written(text: str) -> str:
    """`3,2` of `3.2`."""
    return text.replace(".", words()("format.decimal"))
