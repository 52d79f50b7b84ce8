"""The call log's memory in the database: calls, legs, facts and the journal's position in one transaction. Refuses to begin with a
history that cannot be read: that call is left out and rung, and all others go on.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

import phonenumbers

from hotline1022.ami_bridge.journal import Position
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.call import Call, fold
from hotline1022.core.events import CascadeStarted, Event, LegKind
from hotline1022.core.ids import CallId
from hotline1022.core.said import said
from hotline1022.db.rows import call_row, cascade_rows, event_of, event_row, leg_rows, step_rows
from hotline1022.db.types import Batch, JournalPosition, LegRow, OpenCall
from hotline1022.db.unit import Database, Work
from hotline1022.service.calls.call_log import SETTLE, Saved
from hotline1022.service.calls.callback_end import end_callbacks
from hotline1022.service.webhooks.notes import note_calls

log = logging.getLogger(__name__)

#: alarm of a call that goes on, and whose history cannot be read
HISTORY_ALARM = "call-unreadable"
JOURNAL = "cel"
COUNTRY = "VN"


@lru_cache(maxsize=4096)
def e164(caller: str) -> str | None:
    """The number in E.164, or None where none can be made of what the carrier sent."""
    if not caller:
        return None
    try:
        number = phonenumbers.parse(caller, COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if _possible(number) else None


async def _tell_transfer(tx: Work, event: CascadeStarted) -> None:
    """An entry of the audit for a transfer that an agent keyed; one by the API has that of its request. Read twice: one entry."""
    session = await tx.agents.session_at(event.line, event.at)
    fact = Fact(
        at=event.at,
        kind=Kind.ACT,
        actor=f"person:{session.person if session else '?'}",
        origin=f"line:{event.line}",
        subject=f"call:{event.call}",
        detail={"act": "keyed transfer", "agency": event.agency, "category": event.category},
    )
    if not await tx.audit.knows(fact):
        tx.audit.add(fact)


def _possible(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number(number)


def _history(one: OpenCall) -> Sequence[Event] | None:
    """What happened in a call; None where somebody spoilt it, or a later version wrote it."""
    try:
        history = [event_of(row) for row in one.events]
        fold(history)
    except (KeyError, ValueError, TypeError, AttributeError):
        log.exception("call %s: its history cannot be read, it is left out", one.call.id)
        return None
    return history


class DatabaseLogStore:
    """service.call_log.LogStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: dict[CallId, int] = {}
        self._backfilled: set[CallId] = set()
        self._people: dict[str, str] = {}

    async def position(self) -> Position:
        """How far the journal was stored."""
        async with self._database.reading() as tx:
            found = await tx.calls.position(JOURNAL)
        return Position(inode=found.inode, offset=found.offset) if found else Position()

    async def open_history(self) -> Sequence[Sequence[Event]]:
        """The events of every call that is not complete."""
        async with self._database.reading() as tx:
            found = await tx.calls.load_open(settling_since=datetime.now(UTC) - 2 * SETTLE)
        histories = list[Sequence[Event]]()
        for one in found:
            history = _history(one)
            if history is None:
                await self._ring(one.call.id)
                continue
            histories.append(history)
            call = CallId(one.call.id)  # type: ignore[arg-type]
            self._next[call] = max((event.seq for event in one.events), default=-1) + 1
            if one.call.backfilled:
                self._backfilled.add(call)
        return histories

    async def _ring(self, call: str) -> None:
        text = said("alarm-said.history")
        async with self._database.transaction() as tx:
            await tx.alarms.raise_alarm(HISTORY_ALARM, text, datetime.now(UTC), call)

    async def save(self, saved: Saved) -> None:
        """One transaction; what is remembered here changes only when it has succeeded."""
        following = dict[CallId, int]()
        events = []
        for event in saved.events:
            seq = following.get(event.call, self._next.get(event.call, 0))
            following[event.call] = seq + 1
            events.append(event_row(event, seq))
        async with self._database.transaction() as tx:
            legs: list[LegRow] = []
            for call in saved.calls:
                legs += [await self._with_person(tx, row) for row in leg_rows(call)]
            await tx.calls.save(
                Batch(
                    calls=tuple(
                        call_row(
                            call,
                            version=following.get(call.id, self._next.get(call.id, 0)),
                            backfilled=call.id in saved.backfilled or call.id in self._backfilled,
                            caller_e164=e164(call.caller),
                        )
                        for call in saved.calls
                    ),
                    legs=tuple(legs),
                    events=tuple(events),
                    positions=(self._position(saved.position),),
                    filed_next=True,
                )
            )
            await tx.cascades.save(
                [row for call in saved.calls for row in cascade_rows(call)],
                [row for call in saved.calls for row in step_rows(call)],
            )
            await end_callbacks(tx, saved.calls)
            await note_calls(tx, saved.calls)
            for event in saved.events:
                if isinstance(event, CascadeStarted) and event.origin == "phone":
                    await _tell_transfer(tx, event)
        self._next.update(following)
        self._backfilled |= saved.backfilled
        for call in saved.calls:
            if call.complete:
                self._forget(call)

    def _position(self, position: Position) -> JournalPosition:
        return JournalPosition(name=JOURNAL, inode=position.inode, offset=position.offset, updated_at=datetime.now(UTC))

    async def _with_person(self, tx: Work, row: LegRow) -> LegRow:
        """Who was logged in at the line when it rang, where nobody answered who could have been named."""
        if row.person or row.kind is not LegKind.AGENT:
            return row
        if row.channel not in self._people:
            session = await tx.agents.session_at(row.line or row.party, row.started_at)
            self._people[row.channel] = session.person if session else ""
        return replace(row, person=self._people[row.channel])

    def _forget(self, call: Call) -> None:
        self._next.pop(call.id, None)
        self._backfilled.discard(call.id)
        for channel in call.legs:
            self._people.pop(channel, None)
