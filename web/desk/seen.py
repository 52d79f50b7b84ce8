"""How pages of the evidence write things for people: moments, lengths, names, who did something. Refuses to show a number to whoever
may not see it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local, written
from hotline1022.core.masking import mask, mask_text
from hotline1022.core.words import decimal_written, time_written
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.route import Ask

_SECONDS = 1000
#: what of a route stands in its address for a thing: its subject tells which
_PART = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ids are called; an id that nobody knows is shown as it is."""

    agencies: Mapping[str, str]
    categories: Mapping[str, str]
    areas: Mapping[str, str]
    people: Mapping[str, str]

    def person(self, id: str) -> str:
        """`Nguyễn Thị Ánh (1001)`."""
        return f"{self.people[id]} ({id})" if id in self.people else id


async def names_of(ask: Ask) -> Names:
    """All of them, of what has ended too."""
    return Names(
        agencies={one.id: one.name for one in await ask.ports.directory.agencies(None)},
        categories={one.id: one.name for one in await ask.ports.directory.categories(None)},
        areas={one.id: one.name for one in await ask.ports.directory.areas(None)},
        people={one.id: one.name for one in await ask.ports.people.list()},
    )


def sees_numbers(ask: Ask) -> bool:
    """Whether telephone numbers are shown in full."""
    return ask.signed is not None and ask.signed.may(Permission.NUMBERS)


def number(ask: Ask, text: str) -> str:
    """A telephone number for who looks; words where there is none."""
    if not text:
        return words()("audit.withheld")
    return said_number(text if sees_numbers(ask) else mask(text))


def free(ask: Ask, text: str) -> str:
    """Text of people, in which numbers may be."""
    return text if sees_numbers(ask) else mask_text(text)


def instant(at: datetime | None) -> str:
    """`09:31:05 30/11/2026`, on the province's clock."""
    return written(at, exactly=True) if at else words()("audit.unknown")


def clock(at: datetime) -> str:
    """`09:31:05`."""
    return time_written(local(at), exactly=True)


def length(ms: int) -> str:
    """`1:02:05`, `0:07`: hours where there are some."""
    minutes, seconds = divmod(ms // _SECONDS, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def about(seconds: int) -> str:
    """A wait as an office says it, to ten seconds, from ten minutes on to the minute: `khoảng 2 phút 20 giây`."""
    say = words()
    step = 10 if seconds < 10 * 60 else 60
    minutes, rest = divmod(-(-seconds // step) * step, 60)
    if not minutes:
        return say("about.seconds", seconds=rest or step)
    return say("about.both", minutes=minutes, seconds=rest) if rest else say("about.minutes", minutes=minutes)


def size(count: int) -> str:
    """`1,4 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{decimal_written(f'{count / factor:.1f}')} {unit}"
    return f"{count} B"


def who(actor: str, people: Mapping[str, str] | None = None) -> str:
    """Who did something, as the audit writes it, in words: `user:lan` is a user, `cli:root` somebody at the machine."""
    say = words()
    kind, _, name = actor.partition(":")
    known = f"actor.{kind}"
    if known not in say.texts:
        return actor
    called = (people or {}).get(name, "") if kind == "person" else ""
    return say(known, name=f"{called} ({name})" if called else name)


def entries_of(entries: Sequence[AuditEntryView], people: Mapping[str, str] | None = None) -> list[dict[str, object]]:
    """Entries of the chain for a table, the latest first."""
    say = words()
    return [
        {
            "seq": one.seq,
            "at": instant(one.at),
            "what": say.or_itself("entry", one.kind),
            "which": _which(one),
            "who": who(one.actor, people),
            "origin": "" if one.origin == one.actor else say.or_itself("origin", one.origin),
            "subject": one.subject,
            "detail": [f"{_name(name)}: {_told(value)}" for name, value in one.detail.items() if name != "act"],
            "sha256": one.sha256,
            "written_at": one.written_at,
        }
        for one in reversed(entries)
    ]


def _which(one: AuditEntryView) -> str:
    """What kind of act it was, or how far a listening had come."""
    if one.kind == "act":
        return _PART.sub("…", str(one.detail.get("act", "")))
    step = one.detail.get("step")
    return words().or_itself("played", step) if isinstance(step, str) else ""


def _name(name: str) -> str:
    return words().or_itself("detail", name)


def _told(value: object) -> str:
    """A value of an entry's detail, short: lists of things are counted."""
    match value:
        case bool():
            return words()("audit.yes" if value else "audit.no")
        case None | "" | []:
            return words()("page.none")
        case list() if value and not all(isinstance(one, str | int) for one in value):
            return words()("audit.things", count=len(value))
        case list():
            return ", ".join(map(str, value))
        case Mapping():
            return ", ".join(f"{_name(name)} {_told(one)}" for name, one in value.items())
        case _:
            return str(value)
