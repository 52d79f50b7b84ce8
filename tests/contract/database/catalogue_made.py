"""Recordings for the tests of the catalogue: whole calls with tracks, tickets and hunts, on either database."""

from datetime import datetime
from typing import Any

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.types import FiledCall, Side, Status, TrackRow
from hotline1022.tickets.types import Action, Changed, Channel, HistoryRow, State, Ticket, Urgency
from tests.contract.database.made import a_leg, at, over


def a_track(call: str, second: float = 0, side: Side = Side.SAID, **more: Any) -> TrackRow:
    """The citizen's original of ten seconds."""
    stem = f"{call}~{call}~citizen~{round(at(second).timestamp() * 1000):013d}-{side}"
    given: dict[str, Any] = {
        "id": stem,
        "call": CallId(ChannelId(call)),
        "channel": ChannelId(call),
        "kind": LegKind.CITIZEN,
        "segment_started_at": at(second),
        "side": side,
        "status": Status.STORED,
        "path": f"2026/03/02/{call}/{stem}.wav",
        "sha256": "ab" * 32,
        "bytes": 160_044,
        "duration_ms": 10_000,
        "gap_ms": 0,
        "lost_ms": 0,
    }
    return TrackRow(**given | more)


def missing(call: str, second: float = 0) -> TrackRow:
    """A track that nobody found."""
    gone: dict[str, Any] = {"status": Status.MISSING, "path": "", "sha256": "", "bytes": 0, "duration_ms": 0}
    return a_track(call, second, **gone)


async def ended(database: Database, call: str, second: float = 0, **more: Any) -> None:
    """The log tells that a call is over; an agent took it."""
    line, person = more.get("line", "101"), more.get("person", "1001")
    given = {"answered_at": at(second), "line": line, "person": person} | more
    outcome = (given.pop("result", Result.ANSWERED), given.pop("reason", Reason.AGENT_ANSWERED))
    legs = [a_leg(call, second=second, answered_at=at(second))]
    if person:
        told = {"kind": LegKind.AGENT, "party": line, "line": line, "person": person, "answered_at": at(second + 2)}
        legs.append(a_leg(call, f"{call}9", second, **told))
    async with database.transaction() as tx:
        await tx.calls.save(Batch(calls=(over(call, second, *outcome, **given),), legs=tuple(legs)))


async def filed(database: Database, call: str, *tracks: TrackRow, moment: datetime | None = None) -> None:
    """Its originals are stored."""
    rows = tracks or (a_track(call), a_track(call, side=Side.HEARD))
    one = FiledCall(call=CallId(ChannelId(call)), tracks=rows, voicemails=())
    async with database.transaction() as tx:
        await tx.recordings.save([one], moment or at(20))


def a_ticket(code: str, *calls: str, **more: Any) -> Ticket:
    """A new request about a street lamp."""
    given: dict[str, Any] = {
        "id": code * 2,
        "code": code,
        "created_at": at(5),
        "channel": Channel.PHONE,
        "state": State.NEW,
        "urgency": Urgency.ORDINARY,
        "category": "xay-dung",
        "agency": "so-xay-dung",
        "content": "Đèn đường bị hỏng ở phường Phú Hòa",
        "begun_at": at(5),
        "answer_by": at(9999),
        "calls": calls,
    }
    return Ticket(**given | more)


def changed(before: Ticket | None, after: Ticket) -> Changed:
    """A change, with its row of history."""
    row = HistoryRow(
        ticket=after.id,
        number=after.version,
        at=at(6),
        by="test",
        action=Action.OPEN if before is None else Action.COMPLETE,
        before=before.state if before else None,
        after=after.state,
    )
    return Changed(before=before, after=after, row=row)


async def add_ticket(database: Database, ticket: Ticket) -> None:
    """It is written down."""
    async with database.transaction() as tx:
        assert await tx.tickets.add(changed(None, ticket))
