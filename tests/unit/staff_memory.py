"""Lines, queue, messages, alarms, shifts and people in memory, behind the API's ports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.ids import CallId, ChannelId, LineId
from hotline1022.queue.types import AgentState, LineView, Waiting
from hotline1022.web.types import (
    AbandonedView,
    AlarmFilter,
    AlarmView,
    CrewView,
    DutyView,
    PersonView,
    PlannedView,
    QueueView,
    ShiftTimes,
    ShiftView,
    VoicemailView,
)
from tests.unit.calls_memory import CALLER, NOW

PIN = "4711"


def a_line(number: str, **changes: Any) -> LineView:
    line = LineView(
        line=LineId(number), reachable=True, person="", name="", state=AgentState.LOGGED_OUT, since=NOW, reason=""
    )
    return replace(line, **changes)


@dataclass
class MemoryLines:
    lines: dict[str, LineView]

    async def list(self) -> Sequence[LineView]:
        return list(self.lines.values())

    async def reasons(self) -> Mapping[str, str]:
        return {"1": "Giải lao", "2": "Ăn trưa"}

    async def login(self, line: str, person: str, pin: str) -> LineView:
        if (person, pin) != ("1001", PIN):
            raise Refused("person or PIN is wrong; try again", error_id="pin-wrong")
        return self._set(line, person=person, name="Nguyễn Thị Ánh", state=AgentState.READY)

    async def logout(self, line: str) -> LineView:
        return self._set(line, person="", name="", state=AgentState.LOGGED_OUT)

    async def pause(self, line: str, reason: str) -> LineView:
        if reason not in ("1", "2"):
            raise Invalid(f"{reason} is no reason; choose 1 or 2", error_id="reason-unknown")
        if not self.lines[line].person:
            raise Refused("nobody is logged in at this line; log in first", error_id="line-empty")
        return self._set(line, state=AgentState.PAUSED, reason=reason)

    async def unpause(self, line: str) -> LineView:
        return self._set(line, state=AgentState.READY, reason="")

    async def ready(self, line: str) -> LineView:
        if self.lines[line].state not in (AgentState.WRAP_UP, AgentState.READY):
            raise Refused("nothing is written down at this line; look at its state", error_id="wrap-up-none")
        return self._set(line, state=AgentState.READY)

    def _set(self, line: str, **changes: Any) -> LineView:
        self.lines[line] = replace(self.lines[line], **changes)
        return self.lines[line]


class MemoryQueue:
    #: since when Asterisk tells nothing
    lost_at: datetime | None = None

    async def now(self) -> QueueView:
        waiting = Waiting(
            call=CallId(ChannelId("hl1-1795470208.58")), queue="hl1022-agents", position=1, since=NOW, number=CALLER
        )
        return QueueView(waiting=(waiting,), ready=2, expected_wait_seconds=None, lost_at=self.lost_at)


class MemoryAbandoned:
    async def list(self, limit: int) -> Sequence[AbandonedView]:
        return [AbandonedView(caller=CALLER, count=2, last_at=NOW, last_call="hl1-1795470208.58")][:limit]

    async def waiting(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[AbandonedView], int]:
        every = await self.list(1000)
        return (every if latest else every[::-1])[skip : skip + limit], len(every)


@dataclass
class MemoryVoicemails:
    voicemails: dict[str, VoicemailView]

    async def list(self, heard: bool | None, limit: int) -> Sequence[VoicemailView]:
        found = [v for v in self.voicemails.values() if heard is None or (v.heard_at is not None) is heard]
        return found[:limit]

    async def unheard(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[VoicemailView], int]:
        every = sorted(await self.list(False, 1000), key=lambda one: one.left_at, reverse=latest)
        return every[skip : skip + limit], len(every)

    async def mark_heard(self, voicemail: str, by: str, at: datetime) -> VoicemailView | None:
        known = self.voicemails.get(voicemail)
        if known and known.heard_at is None:
            self.voicemails[voicemail] = replace(known, heard_at=at, heard_by=by)
        return self.voicemails.get(voicemail)


@dataclass
class MemoryAlarms:
    alarms: dict[str, AlarmView]

    async def list(self, wanted: AlarmFilter) -> Sequence[AlarmView]:
        found = [
            a
            for a in self.alarms.values()
            if wanted.seen in (None, a.seen_at is not None)
            and wanted.ringing in (None, a.seen_at is None and a.cleared_at is None)
            and wanted.kind in ("", a.kind)
        ]
        return found[wanted.skip : wanted.skip + wanted.limit]

    async def kinds(self) -> Sequence[str]:
        return sorted({a.kind for a in self.alarms.values()})

    async def mark_seen(self, alarm: str, by: str, at: datetime) -> AlarmView | None:
        known = self.alarms.get(alarm)
        if known and known.seen_at is None:
            self.alarms[alarm] = replace(known, seen_at=at, seen_by=by)
        return self.alarms.get(alarm)


@dataclass
class MemoryShifts:
    saved: list[ShiftTimes | CrewView | PlannedView] = field(
        default_factory=lambda: [
            ShiftTimes(id="night", name="Ca đêm", starts=time(22), ends=time(6), needed=1),
            CrewView(id="k1", name="Kíp 1", people=("1001",)),
        ]
    )

    async def times(self) -> Sequence[ShiftTimes]:
        return list({one.id: one for one in self.saved if isinstance(one, ShiftTimes)}.values())

    async def crews(self) -> Sequence[CrewView]:
        return list({one.id: one for one in self.saved if isinstance(one, CrewView)}.values())

    async def planned(self, since: date, until: date) -> Sequence[PlannedView]:
        return [one for one in self.saved if isinstance(one, PlannedView) and since <= one.day <= until]

    async def now(self, at: datetime) -> Sequence[ShiftView]:
        here = DutyView(person="1001", name="Nguyễn Thị Ánh", line="101")
        away = DutyView(person="1002", name="Trần Văn Bình", line=None)
        return [
            ShiftView(
                id="dem",
                name="Ca đêm",
                day=date(2026, 11, 23),
                starts=time(22),
                ends=time(6),
                needed=1,
                expected=(here, away),
                missing=(away,),
                extra=(),
            )
        ]


@dataclass
class MemoryPeople:
    people: dict[str, PersonView]
    pins: dict[str, str] = field(default_factory=dict)

    async def list(self) -> Sequence[PersonView]:
        return list(self.people.values())

    async def create(self, person: str, name: str, pin: str) -> PersonView:
        if person in self.people:
            raise Refused(f"{person} is taken; choose another id", error_id="person-exists")
        self.people[person] = PersonView(id=person, name=name, active=True)
        self.pins[person] = pin
        return self.people[person]

    def _known(self, person: str) -> PersonView:
        if person not in self.people:
            raise NotFound(f"there is no person {person}", error_id="person-not-found")
        return self.people[person]

    async def rename(self, person: str, name: str, before: str | None = None) -> PersonView:
        known = self._known(person)
        if before is not None and known.name != before:
            raise Refused(f"{person} was named {known.name} meanwhile", error_id="person-changed")
        self.people[person] = replace(known, name=name)
        return self.people[person]

    async def end(self, person: str) -> PersonView:
        self.people[person] = replace(self._known(person), active=False)
        return self.people[person]

    async def take_back(self, person: str) -> PersonView:
        self.people[person] = replace(self._known(person), active=True)
        return self.people[person]

    async def new_pin(self, person: str, pin: str) -> PersonView:
        known = self._known(person)
        self.pins[person] = pin
        return known
