"""A language that nobody speaks, made of the Vietnamese catalogue: each text stands in «», days and numbers are written another way.
What a page says outside of «» came from no catalogue.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hotline1022.core.words import Words, shipped, speak

#: how it writes; no day of it looks like `30/11/2026`
FORMATS = {
    "page.language": "qps-Ploc",
    "format.moment": "%Y.%m.%d-%H:%M",
    "format.moment-exact": "%Y.%m.%d-%H:%M:%S",
    "format.moment-short": "%m.%d-%H:%M",
    "format.day": "%Y.%m.%d",
    "format.day-short": "%m.%d",
    "format.thousands": "'",
    "format.decimal": "·",
    "format.holidays": "en_US",
    "format.sheet": "yyyy.mm.dd hh:mm:ss",
}
_INNERMOST = re.compile(r"«[^«»]*»")
_MARKS = re.compile(r"[à-ãè-êìíò-õùúýăđĩũơưạ-ỹ]", re.IGNORECASE)


def pseudo() -> Words:
    """Its catalogue."""
    texts = {key: text if key.startswith("format.") else f"«{text}»" for key, text in shipped().texts.items()}
    return Words(texts=texts | FORMATS)


@contextmanager
def spoken(catalogue: Words) -> Iterator[None]:
    """In force while the block runs."""
    speak(catalogue)
    try:
        yield
    finally:
        speak(shipped())


def as_toml(texts: Mapping[str, str]) -> str:
    """A catalogue as a file; what JSON writes of a text, TOML reads."""
    tables: dict[str, list[str]] = {}
    for key, text in texts.items():
        table, _, name = key.rpartition(".")
        tables.setdefault(table, []).append(f"{name} = {json.dumps(text, ensure_ascii=False)}")
    return "\n".join(f"[{table}]\n" + "\n".join(rows) for table, rows in tables.items())


def outside(text: str) -> str:
    """What of a text is not of the catalogue; what stands between two of its texts stays apart."""
    while (less := _INNERMOST.sub("\n", text)) != text:
        text = less
    return text


def vietnamese(text: str) -> bool:
    """Whether a letter has marks as Vietnamese has them."""
    return bool(_MARKS.search(text))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value: of JSON, of TOML; a text that is JSON itself is looked into."""
    match value:
        case str():
            yield value
            if value[:1] in ("{", "["):
                with suppress(ValueError):
                    yield from strings(json.loads(value))
        case Mapping():
            for one in value.values():
                yield from strings(one)
        case list() | tuple():
            for one in value:
                yield from strings(one)


def written_to(folder: Path, texts: Mapping[str, str]) -> Path:
    """The file of a catalogue."""
    path = folder / "own.toml"
    path.write_text(as_toml(texts), encoding="utf-8")
    return path
