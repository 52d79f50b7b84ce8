"""The people of 1022 in a seeded database: crews in shifts at three lines, whom a call reaches and after how long.

A line has one call at a time. Refuses to let anybody wait longer than the queue does.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline1022.core.clock import PROVINCE, local
from hotline1022.core.ids import PersonId
from hotline1022.db.types import SessionRow, StateChange
from hotline1022.queue.types import AgentState, Person, Shift
from tests.lab.seed.words import a_name

LINES = ("101", "102", "103")
SHIFTS = (
    Shift(id="morning", name="Ca sáng", starts=time(6), ends=time(14), needed=3),
    Shift(id="afternoon", name="Ca chiều", starts=time(14), ends=time(22), needed=3),
    Shift(id="night", name="Ca đêm", starts=time(22), ends=time(6), needed=1),
)
#: ten people in four crews
CREWS = (("1001", "1002", "1003"), ("1004", "1005", "1006"), ("1007", "1008", "1009"), ("1010", "1001", "1004"))
#: nobody's PIN
_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"
#: the queue lets nobody wait longer
LONGEST_WAIT = timedelta(seconds=180)
_RING = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Who answers, and when."""

    line: str
    person: str
    at: datetime


def people(dice: random.Random) -> list[Person]:
    """All of them."""
    ids = sorted({one for crew in CREWS for one in crew})
    return [Person(id=PersonId(one), name=a_name(dice), pin_hash=_HASH, active=True) for one in ids]


def on_shift(at: datetime) -> tuple[date, int]:
    """The shift that runs, 0 to 2, and the day on which it began."""
    now = local(at)
    if now.hour < 6:
        return now.date() - timedelta(days=1), 2
    return now.date(), 0 if now.hour < 14 else 1 if now.hour < 22 else 2


def crew_of(day: date, shift: int) -> tuple[str, ...]:
    """Who has it: all three by day, one at night."""
    crew = CREWS[(day.toordinal() + shift) % len(CREWS)]
    return crew if shift < 2 else (crew[day.toordinal() // len(CREWS) % len(crew)],)


class Floor:
    """Who is free, going on in time."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._free = dict.fromkeys(LINES, datetime.min.replace(tzinfo=PROVINCE))
        self._shift: tuple[date, int] | None = None
        self.sessions: list[SessionRow] = []
        self.changes: list[StateChange] = []

    def reach(self, joined: datetime, patience: timedelta) -> Taken | None:
        """Who answers whoever began to wait then; None: nobody within that patience."""
        crew = self._crew(joined)
        line, person = min(zip(LINES, crew, strict=False), key=lambda one: self._free[one[0]])
        ring = _RING + timedelta(microseconds=self._dice.randrange(5_000_000))
        at = max(joined, self._free[line]) + ring
        return Taken(line=line, person=person, at=at) if at - joined <= min(patience, LONGEST_WAIT) else None

    def talked(self, taken: Taken, until: datetime) -> None:
        """They have talked until then; writing down takes a while."""
        wrap = timedelta(seconds=self._dice.randrange(5, 60))
        self._free[taken.line] = until + wrap
        for state, at in (
            (AgentState.TALKING, taken.at),
            (AgentState.WRAP_UP, until),
            (AgentState.READY, until + wrap),
        ):
            self.changes.append(StateChange(person=taken.person, line=taken.line, state=state, reason="", at=at))

    def _crew(self, at: datetime) -> tuple[str, ...]:
        shift = on_shift(at)
        if self._shift is not None and shift < self._shift:  # who came in before may join after
            shift = self._shift
        crew = crew_of(*shift)
        if shift != self._shift:
            self._shift = shift
            begun = datetime.combine(shift[0], SHIFTS[shift[1]].starts, PROVINCE)
            for line, person in zip(LINES, crew, strict=False):
                self.sessions.append(
                    SessionRow(
                        id=f"{begun:%Y%m%d%H}-{line}",
                        person=person,
                        line=line,
                        logged_in_at=begun,
                        logged_out_at=begun + timedelta(hours=8),
                        end_reason="logout",
                    )
                )
        return crew
