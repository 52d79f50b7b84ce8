"""What the other tables say of a call, as a row of the catalogue. Reads; writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.clock import ms_between
from hotline1022.core.events import LegKind
from hotline1022.core.folding import fold
from hotline1022.core.masking import mask_text
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.ask import Found, Question, among, ask_all, per_dialect
from hotline1022.db.columns import condition
from hotline1022.db.tables import call, leg, track, voicemail
from hotline1022.db.tables_cascade import cascade
from hotline1022.db.tables_tickets import ticket, ticket_call
from hotline1022.recordings.types import (
    About,
    CallKind,
    Side,
    Status,
    Why,
    about_keys,
    duration_keys,
    kind_keys,
    number_keys,
    word_keys,
)

_AUDIO = (Status.STORED, Status.REPAIRED)
EMERGENCIES = frozenset(
    {Reason.EMERGENCY_ANSWERED, Reason.EMERGENCY_BY_AGENT, Reason.EMERGENCY_UNANSWERED, Reason.IN_EMERGENCY}
)
#: what is said of a call without audio, the worst first
_WITHOUT = ((Status.TORN, Why.FILE_TORN), (Status.MISSING, Why.FILE_MISSING), (Status.EMPTY, Why.FILE_EMPTY))
#: fields of a ticket that hold neither name nor number nor address
_OPEN = ("area_name", "category_name", "agency_name", "service_group", "content", "answer")
#: after so long what lies in the spool has been filed
LATE = timedelta(hours=1)
#: of every original that Asterisk writes; another one stands in the track's `detail`
CODEC = "pcm_s16le"
_CODEC = {"sqlite": "json_extract(track.detail, '$.codec')", "postgresql": "track.detail ->> 'codec'"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one call; `row` None when the log has lost it and only its files are there."""

    call: str
    row: Found | None
    legs: Sequence[Found]
    hunts: Sequence[Found]
    tickets: Sequence[Found]
    tracks: Sequence[Found]
    messages: Sequence[Found]

    def over(self, at: datetime) -> bool:
        """Whether so much time has passed since its end that a recording would have been filed."""
        return self.row is not None and at - (self.row["ended_at"] or self.row["entered_at"]) > LATE

    @property
    def started_at(self) -> datetime:
        """When the citizen came in."""
        if self.row is not None:
            begun: datetime = self.row["entered_at"]
            return begun
        first: datetime = min([*(t["segment_started_at"] for t in self.tracks), *(m["left_at"] for m in self.messages)])
        return first


class Made(NamedTuple):
    """A row but for what stays with it."""

    columns: Mapping[str, Any]
    about: About
    keys: tuple[str, ...]
    #: something was filed, audio or not
    filed: bool
    #: originals with audio
    originals: int
    #: files that must be there
    files: int
    #: why there is no audio, if there is none
    why: Why


@per_dialect
def _asked(dialect: Dialect) -> tuple[Question, ...]:
    """What is asked of calls."""

    def of(column: Any, *columns: Any) -> Select[Any]:
        return select(column, *columns).where(among(dialect.name, column))

    c, t, v, l, h, k = call.c, track.c, voicemail.c, leg.c, cascade.c, ticket.c
    return tuple(
        Question(query, dialect)
        for query in (
            of(c.id, c.entered_at, c.answered_at, c.ended_at, c.state, c.result, c.reason).add_columns(
                c.caller_raw, c.caller_e164, c.category, c.line, c.person
            ),
            of(
                t.call_id, t.segment_started_at, t.side, t.status, t.bytes, t.duration_ms, t.gap_ms, t.lost_ms
            ).add_columns(literal_column(_CODEC[dialect.name]).label("codec")),
            of(v.call_id, v.left_at, v.status, v.duration_ms),
            of(l.call_id, l.party, l.line, l.person)
            .where(l.answered_at.is_not(None), condition(f"leg.kind = '{LegKind.AGENT}'"))
            .order_by(l.started_at),
            of(h.call_id, h.agency, h.category).order_by(h.hunt),
            of(ticket_call.c.call_id, k.code, k.agency, k.category, k.phone, k.search, k.closed_at)
            .add_columns(*(k[name] for name in _OPEN))
            .join(ticket, k.id == ticket_call.c.ticket_id)
            .where(condition("ticket.begun_at IS NOT NULL"))
            .order_by(k.created_at, k.id),
        )
    )


async def facts_of(
    connection: AsyncConnection, calls: Sequence[str], also: tuple[Question, ...] = ()
) -> tuple[list[Facts], list[Sequence[Found]]]:
    """The facts of those calls that the catalogue has a row of: answered and ended, or with files; and what else is asked."""
    asked = _asked(connection.dialect)
    own, *others = await ask_all(connection, (*asked, *also), calls)
    others, more = others[: len(asked) - 1], others[len(asked) - 1 :]
    rows = {row["id"]: row for row in own}
    tracks, messages, legs, hunts, tickets = (_by_call(found) for found in others)
    over = {id for id, row in rows.items() if row["state"] is CallState.ENDED and row["answered_at"] is not None}
    facts = [
        Facts(
            call=one,
            row=rows.get(one),
            legs=legs.get(one, ()),
            hunts=hunts.get(one, ()),
            tickets=tickets.get(one, ()),
            tracks=tracks.get(one, ()),
            messages=messages.get(one, ()),
        )
        for one in calls
        if one in over or (one not in rows and (one in tracks or one in messages))
    ]
    return facts, list(more)


def _by_call(rows: Iterable[Found]) -> Mapping[str, list[Found]]:
    found: defaultdict[str, list[Found]] = defaultdict(list)
    for row in rows:
        found[row["call_id"]].append(row)
    return found


def made(of: Facts) -> Made:
    """The row that these facts make."""
    row = of.row or {}
    audio, spoken = [t for t in of.tracks if _had_audio(t)], [m for m in of.messages if _had_audio(m)]
    about = About(
        persons=_each([*(one["person"] for one in of.legs), row.get("person", "")]),
        lines=_each([*(one["line"] or one["party"] for one in of.legs), row.get("line", "")]),
        agencies=_each(one["agency"] for one in (*of.tickets, *of.hunts)),
        categories=_each([*(one["category"] for one in (*of.tickets, *of.hunts)), row.get("category", "")]),
        codes=_each(one["code"] for one in of.tickets),
    )
    caller = row.get("caller_e164") or row.get("caller_raw") or ""
    numbers = number_keys([caller, row.get("caller_raw", ""), *(one["phone"] for one in of.tickets)])
    words = _each(key for one in of.tickets for key in (*word_keys(one["search"]), *_open_words(one)))
    kind = _kind(row, of.tickets)
    length = max([one["duration_ms"] for one in (*audio, *spoken)], default=_length(row))
    return Made(
        columns={
            "started_at": of.started_at,
            "ended_at": row.get("ended_at"),
            "duration_ms": length,
            "bytes": sum(one["bytes"] for one in audio),
            "tracks": len(audio) + len(spoken),
            "codec": " ".join(_each(one["codec"] or CODEC for one in audio)) or (CODEC if spoken else ""),
            "gap_ms": sum(one["gap_ms"] for one in of.tracks),
            "lost_ms": sum(one["lost_ms"] for one in of.tracks if one["side"] is Side.SAID),
            "kind": kind,
            "caller": caller,
        },
        about=about,
        keys=(*numbers, *about_keys(about), *duration_keys(length), *kind_keys(kind), *words),
        filed=bool(of.tracks or of.messages),
        originals=sum(one["status"] in _AUDIO for one in (*audio, *spoken)),
        files=sum(one["status"].promised for one in (*of.tracks, *of.messages)),
        why=_why([*of.tracks, *of.messages]),
    )


def _open_words(ticket: Found) -> tuple[str, ...]:
    """Keys of words that whoever may see no number may look for: none of them is a number either."""
    return word_keys(mask_text(fold(" ".join(ticket[name] for name in _OPEN))), open_to_all=True)


def _had_audio(row: Found) -> bool:
    """Also of a file that has expired: the row tells what it was."""
    return row["status"] in _AUDIO or (row["status"] is Status.EXPIRED and row["duration_ms"] > 0)


def _each(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, in their order, without the empty one; a blank has no place in a key."""
    return tuple(dict.fromkeys(value.replace(" ", "_") for value in values if value))


def _length(row: Found) -> int:
    if not row or row["ended_at"] is None:
        return 0
    ms: int = ms_between(row["entered_at"], row["ended_at"])
    return max(0, ms)


def _kind(row: Found, tickets: Sequence[Found]) -> CallKind:
    if row and (row["result"] is Result.EMERGENCY or row["reason"] in EMERGENCIES):
        return CallKind.EMERGENCY
    return CallKind.TICKET_OPEN if any(one["closed_at"] is None for one in tickets) else CallKind.ORDINARY


def _why(rows: Sequence[Found]) -> Why:
    there = {row["status"] for row in rows}
    return next((why for status, why in _WITHOUT if status in there), Why.LEG_WITHOUT_TRACK)
