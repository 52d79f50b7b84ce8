"""A document of a call as PDF, from texts that are ready to print. Refuses fonts of the machine: its own are embedded."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files

import typst


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows below their titles; all are as long."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is printed."""

    #: two or three letters
    language: str
    author: str
    #: the word before the number of a page
    page: str
    title: str
    footer: str
    #: name and value
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Table]


def pdf(page: Page, at: datetime) -> bytes:
    """The document; the same page and time give the same bytes. Blocks for a second or two."""
    source = (files("hotline1022.evidence") / "timeline.typ").read_bytes()
    made = typst.compile(
        source,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(asdict(page), ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("a document of several files was made")
    return made
