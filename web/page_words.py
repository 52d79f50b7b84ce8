"""The words of pages: one catalogue file for a language, read once. Refuses keys that are not in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGE = "vi"


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
def words(language: str = LANGUAGE) -> Words:
    """The catalogue of a language."""
    text = (files("hotline1022.web") / "pages" / f"{language}.toml").read_text(encoding="utf-8")
    return Words(texts=_flat(tomllib.loads(text)))


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        found |= _flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return found
