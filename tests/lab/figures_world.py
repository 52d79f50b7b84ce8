"""Calls and tickets by lot, of every kind there can be, for tests that count them; the same for the same dice."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from hotline1022.core.ids import PersonId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.types import Batch, CallRow, StateChange
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState, Person, Shift
from hotline1022.tickets.types import (
    CLOSED,
    HIDDEN,
    Action,
    Changed,
    Channel,
    HistoryRow,
    State,
    Ticket,
)

#: of a PIN
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"
#: a moment in the middle of what is made: Thursday, 9 in the morning in the province
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
CATEGORIES = ("", "traffic", "environment-land", "other", "-")
AGENCIES = ("", "so-xay-dung", "cong-an-tinh")
SERVICES = ("", "-", "Cấp phép", "Hạ tầng")
AREAS = ("", "di-an", "thuan-an")
WORDS = ("mất nước", "ổ gà", "đèn đường", "rác thải", "100%_đúng")
#: of calls that came in
_OF_RESULT = {
    Result.ANSWERED: (Reason.AGENT_ANSWERED,),
    Result.EMERGENCY: (Reason.EMERGENCY_ANSWERED, Reason.EMERGENCY_BY_AGENT, Reason.EMERGENCY_UNANSWERED),
    Result.VOICEMAIL: (Reason.MESSAGE_LEFT, Reason.NO_MESSAGE),
    Result.INFORMED: (Reason.HEARD_INFORMATION,),
    Result.ABANDONED: (Reason.IN_MENU, Reason.IN_QUEUE, Reason.IN_EMERGENCY),
    Result.REFUSED: (Reason.LINES_FULL, Reason.UNKNOWN_NUMBER),
    Result.FAILED: (Reason.END_UNKNOWN,),
}
#: often one who waits
_GOING_ON = (*(one for one in CallState if one is not CallState.ENDED), *(CallState.WAITING,) * 10)


def a_moment(dice: random.Random) -> datetime:
    """Within two weeks of NOW, to the microsecond."""
    return NOW + timedelta(microseconds=dice.randrange(-14 * 86_400_000_000, 86_400_000_000))


def a_call(dice: random.Random, number: int) -> CallRow:
    """Any call: also such as the fold would hardly make."""
    at = a_moment(dice)
    ended = dice.random() < 0.9
    result = dice.choice(list(_OF_RESULT)) if ended else None
    by_agent = dice.random() < 0.6
    return CallRow(
        id=f"hl1-{int(at.timestamp())}.{number}",
        entered_at=at,
        ended_at=at + timedelta(minutes=3) if ended else None,
        did="1022",
        caller_raw=f"09{dice.randrange(10**8):08d}",
        state=CallState.ENDED if ended else dice.choice(_GOING_ON),
        result=result,
        reason=dice.choice(_OF_RESULT[result]) if result else None,
        category=dice.choice(CATEGORIES),
        wait_ms=dice.choice((None, 0, 900, 5000, 5001, 20_000, 20_001, dice.randrange(300_000))),
        talk_ms=dice.randrange(600_000) if by_agent else 0,
        line=dice.choice(("101", "102")) if by_agent else "",
        person=dice.choice(("1001", "1002")) if by_agent else "",
        version=1,
    )


def a_ticket(dice: random.Random, number: int, calls: tuple[str, ...]) -> Changed:
    """Any ticket that the tables allow."""
    at = a_moment(dice)
    state = dice.choice(list(State))
    begun, closed = state not in HIDDEN, state in CLOSED
    due = at + timedelta(hours=dice.randrange(200))
    answered = dice.random() < 0.6
    ticket = Ticket(
        id=f"{number:016x}",
        code=f"{number:08d}",
        created_at=at,
        channel=dice.choice(list(Channel)),
        state=state,
        category=dice.choice(CATEGORIES[:4]),
        service_group=dice.choice(SERVICES),
        agency=dice.choice(AGENCIES),
        area=dice.choice(AREAS),
        content=" ".join(dice.sample(WORDS, 2)),
        answer="Đã xử lý.",
        begun_at=at if begun else None,
        forward_by=at + timedelta(minutes=5) if begun else None,
        accept_by=at + timedelta(hours=4) if begun and dice.random() < 0.5 else None,
        answer_by=due if begun else None,
        original_answer_by=due - timedelta(hours=50) if begun and dice.random() < 0.3 else None,
        answered_at=at + timedelta(hours=dice.randrange(150)) if begun and answered else None,
        closed_at=at + timedelta(hours=dice.randrange(150, 250)) if closed else None,
        stopped_at=at if state is State.WAITING else None,
        calls=calls,
    )
    row = HistoryRow(ticket=ticket.id, number=1, at=at, by="test", action=Action.OPEN, before=None, after=state)
    return Changed(before=None, after=ticket, row=row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was put in."""

    calls: tuple[CallRow, ...]
    tickets: tuple[Ticket, ...]


async def fill(database: Database, dice: random.Random, *, calls: int, tickets: int) -> Made:
    """Calls, tickets on some of them, shifts that overlap, and people who write down after calls."""
    rows = tuple(a_call(dice, number) for number in range(calls))
    await database.save(Batch(calls=rows))
    made = []
    async with database.transaction() as tx:
        for number in range(tickets):
            linked = dice.sample([row.id for row in rows], dice.choice((0, 1, 1, 2)))
            change = a_ticket(dice, number, tuple(linked))
            assert await tx.tickets.add(change)
            made.append(change.after)
        day, night = time(5, 45), time(22, 15)
        await tx.shifts.save_shifts(
            [
                Shift(id="day", name="Ca ngày", starts=day, ends=night, needed=3),
                Shift(id="night", name="Ca đêm", starts=night, ends=day, needed=1),
                Shift(id="whole", name="Cả ngày", starts=day, ends=time(6), needed=1),
            ]
        )
        for one in ("1001", "1002"):
            await tx.agents.add_person(Person(id=PersonId(one), name="Lan", pin_hash=HASH, active=True))
        for one, seconds, state in (
            ("1001", 0, AgentState.WRAP_UP),
            ("1002", 5, AgentState.WRAP_UP),
            ("1001", 30, AgentState.READY),
            ("1002", 25, AgentState.PAUSED),
            ("1001", 90, AgentState.WRAP_UP),
        ):
            at = NOW - timedelta(hours=1) + timedelta(seconds=seconds)
            await tx.agents.note_state(StateChange(person=one, line="101", state=state, reason="", at=at))
    return Made(calls=rows, tickets=tuple(made))
