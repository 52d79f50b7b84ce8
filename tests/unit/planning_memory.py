"""The plan's changes, reasons for a pause and deadlines in memory, behind the API's ports."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.queue.types import Double, PauseKind, Short
from hotline1022.service.tickets.deadlines_view import days_of, plain, wire
from hotline1022.tickets.policy import load_document, policy_of
from hotline1022.tickets.ports import DayChange, DayMove, DayWord, PolicyVersion
from hotline1022.tickets.types import Urgency
from hotline1022.web.deadlines_wire import DayOff, DeadlinesBody, DeadlinesDetail, DeadlinesNow, DueView
from hotline1022.web.pauses_wire import PausePast, PauseWas
from hotline1022.web.roster_wire import (
    Copied,
    CopyBody,
    CrewBody,
    PlannedBody,
    PlannedChange,
    PlannedPast,
    RosterCheck,
    RosterEnded,
    RosterGap,
    ShiftBody,
    SwapBody,
    UndoPlannedBody,
)
from hotline1022.web.types import CrewView, PlannedView, ShiftTimes
from tests.unit.calls_memory import NOW
from tests.unit.staff_memory import MemoryShifts

MARK = "d" * 64
#: bodies of routes that change what the house decides
BODIES: dict[str, dict[str, object]] = {
    "/api/pause-reasons": {"code": "5", "name": "Hỗ trợ kỹ thuật"},
    "/api/pause-reasons/{reason}": {"version": 0, "name": "Giải lao"},
    "/api/pause-reasons/{reason}/end": {"version": 1},
    "/api/pause-reasons/{reason}/resume": {"version": 2},
    "/api/days-off/changes/{version}/undo": {"seen": 1},
    "/api/roster": {"day": "2026-11-24", "shift": "night", "who": ["k1", "1003"]},
    "/api/roster/swap": {"day": "2026-11-24", "shift": "night", "out": "1001", "into": "1003"},
    "/api/roster/copy": {"week": "2026-11-24", "weeks": 4},
    "/api/shifts/{shift}/end": {},
    "/api/crews/{crew}/end": {"day": "2026-12-01"},
    "/api/roster/undo": {"day": "2026-11-24", "shift": "night", "number": 7},
}
QUERIES = {"/api/roster/changes": {"day": "2026-11-24", "shift": "night"}}


@dataclass
class MemoryRoster:
    shifts: MemoryShifts

    async def check(self, since: date, until: date) -> RosterCheck:
        return RosterCheck(
            gaps=(RosterGap(start=NOW, end=NOW),),
            short=(Short(day=since, shift="night", planned=0, needed=1),),
            doubles=(Double(day=since, shift="night", person="1001", other_day=since, other_shift="night"),),
        )

    async def save_times(self, shift: ShiftBody) -> ShiftTimes:
        saved = ShiftTimes(**{name: getattr(shift, name) for name in ("id", "name", "starts", "ends", "needed")})
        self.shifts.saved.append(saved)
        return saved

    async def save_crew(self, crew: CrewBody) -> CrewView:
        saved = CrewView(id=crew.id, name=crew.name, people=crew.people)
        self.shifts.saved.append(saved)
        return saved

    async def end_shift(self, shift: str, day: date) -> RosterEnded:
        return RosterEnded(id=shift, day=day, taken_out=2)

    async def end_crew(self, crew: str, day: date) -> RosterEnded:
        return RosterEnded(id=crew, day=day, taken_out=0)

    async def save_planned(self, planned: PlannedBody) -> PlannedView:
        saved = PlannedView(day=planned.day, shift=planned.shift, who=planned.who)
        self.shifts.saved.append(saved)
        return saved

    async def swap(self, wanted: SwapBody) -> PlannedView:
        return PlannedView(day=wanted.day, shift=wanted.shift, who=(wanted.into,))

    async def changes(self, day: date, shift: str) -> Sequence[PlannedPast]:
        past = PlannedPast(number=7, at=NOW, by="user:lan", copied=False, before=(), after=("1001",), stands=True)
        return [past]

    async def undo(self, wanted: UndoPlannedBody) -> PlannedView:
        if wanted.number != 7:
            raise Refused("somebody else changed the plan; look at it again", error_id="roster-changed")
        return PlannedView(day=wanted.day, shift=wanted.shift, who=())

    async def copy(self, wanted: CopyBody) -> Copied:
        if wanted.mark not in ("", MARK):
            raise Refused("somebody else changed the plan; look at it again", error_id="roster-changed")
        change = PlannedChange(day=wanted.week, shift="night", before=(), after=("1001",))
        return Copied(changes=(change,), mark=MARK, written=bool(wanted.mark))


@dataclass
class MemoryPauses:
    reasons: dict[str, PauseKind] = field(
        default_factory=lambda: {
            "1": PauseKind(code="1", name="Giải lao", by="settings", at=None, version=0),
            "9": PauseKind(code="9", name="Tập huấn", by="user:lan", at=NOW, version=3, ended_at=NOW),
        }
    )

    async def list(self) -> Sequence[PauseKind]:
        return list(self.reasons.values())

    async def changes(self, code: str) -> Sequence[PausePast]:
        was, now = PauseWas(name="Tập huấn", ended=False), PauseWas(name="Tập huấn", ended=True)
        return [PausePast(at=NOW, by="user:lan", before=was, after=now)]

    async def add(self, code: str, name: str, by: str) -> PauseKind:
        if code in self.reasons:
            raise Refused(f"{code} is taken; choose another one", error_id="reason-exists")
        self.reasons[code] = PauseKind(code=code, name=name, by=by, at=NOW, version=1)
        return self.reasons[code]

    async def rename(self, code: str, name: str, seen: int, by: str) -> PauseKind:
        return self._set(code, replace(self._one(code), name=name, by=by))

    async def end(self, code: str, seen: int, by: str) -> PauseKind:
        return self._set(code, replace(self._one(code), ended_at=NOW, by=by))

    async def bring_back(self, code: str, seen: int, by: str) -> PauseKind:
        return self._set(code, replace(self._one(code), ended_at=None, by=by))

    def _one(self, code: str) -> PauseKind:
        if code not in self.reasons:
            raise NotFound(f"there is no pause reason {code}; look in the list", error_id="reason-unknown")
        return self.reasons[code]

    def _set(self, code: str, reason: PauseKind) -> PauseKind:
        self.reasons[code] = replace(reason, version=reason.version + 1, at=NOW)
        return self.reasons[code]


def _first() -> PolicyVersion:
    at = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    return PolicyVersion(number=1, sha256="a" * 64, note="", by="settings", at=at, from_file=True)


@dataclass
class MemoryDeadlines:
    rows: list[PolicyVersion] = field(default_factory=lambda: [_first()])

    def __post_init__(self) -> None:
        self.document = load_document()

    async def now(self) -> DeadlinesNow:
        due = DueView(category="", urgency=Urgency.ORDINARY, accept_by=NOW, answer_by=NOW)
        return DeadlinesNow(version=self.rows[-1], document=wire(self.document), due=(due,))

    async def versions(self, limit: int) -> Sequence[PolicyVersion]:
        return self.rows[::-1][:limit]

    async def version(self, number: int) -> DeadlinesDetail:
        if not 1 <= number <= len(self.rows):
            raise NotFound(f"there is no version {number}; look in the list", error_id="deadlines-version-unknown")
        return DeadlinesDetail(version=self.rows[number - 1], document=wire(self.document))

    async def save(self, wanted: DeadlinesBody, by: str) -> DeadlinesNow:
        if wanted.seen != len(self.rows):
            raise Refused("somebody else changed them; look at them again", error_id="deadlines-changed")
        if wanted.document is None:
            raise Invalid("give a document", error_id="deadlines-invalid")
        self.document = plain(wanted.document)
        self.rows.append(replace(_first(), number=wanted.seen + 1, by=by, from_file=False))
        return await self.now()

    async def day_changes(self) -> Sequence[DayChange]:
        move = DayMove(day=date(2026, 12, 31), before=DayWord.NONE, after=DayWord.CLOSED)
        return [DayChange(version=self.rows[0], moves=(move,), stands=True)]

    async def undo_days(self, number: int, *, seen: int, note: str, by: str) -> DeadlinesNow:
        if number != 1:
            raise NotFound(f"version {number} changed no day off", error_id="days-change-unknown")
        # whatever was seen: where every route is asked once, others were put in force before
        wanted = DeadlinesBody(seen=len(self.rows), document=wire(self.document), note=note)
        return await self.save(wanted, by)

    async def days(self, since: date, until: date) -> Sequence[DayOff]:
        return days_of(policy_of(self.document, "memory"), since, until)
