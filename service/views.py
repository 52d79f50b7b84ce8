"""The API's ports over database and live state: conversions, and nothing else."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from hotline1022.core.clock import local_day
from hotline1022.core.ids import PersonId
from hotline1022.core.notice import notice_of
from hotline1022.db import types as rows
from hotline1022.db.unit import Database
from hotline1022.directory.lookup import had_by
from hotline1022.directory.types import Directory
from hotline1022.queue.agents import MAIN, Agents
from hotline1022.queue.expected_wait import ExpectedWait
from hotline1022.queue.shifts import on_duty
from hotline1022.queue.types import AgentState, LineView
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.lines.shift_plan import by_shift
from hotline1022.web import types as web
from hotline1022.web.types import Belongs


def _pick(_kind: type[Any], source: Any, /, **more: Any) -> Any:
    """A web value from a row that has fields of the same names."""
    names = [f.name for f in fields(_kind) if f.name not in more]
    return _kind(**{name: getattr(source, name) for name in names}, **more)


def call_filter(wanted: web.CallFilter) -> rows.CallFilter:
    """The filter as the database takes it."""
    before = wanted.before
    return rows.CallFilter(
        since=wanted.since,
        until=wanted.until,
        callers=wanted.callers,
        result=wanted.result,
        direction=wanted.direction,
        line=wanted.line or "",
        person=wanted.person or "",
        narrow=wanted.narrow,
        before=rows.Cursor(entered_at=before.entered_at, call=before.call) if before else None,
        limit=wanted.limit,
    )


class CallsView:
    """web.ports.Calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, wanted: web.CallFilter) -> Sequence[web.CallView]:
        """A page, newest first."""
        async with self._database.reading() as tx:
            page = await tx.calls.list(call_filter(wanted))
        return [_pick(web.CallView, c.call, has_recording=c.has_recording) for c in page.calls]

    async def get(self, call: str) -> web.CallDetail | None:
        """One call, or None."""
        async with self._database.reading() as tx:
            found = await tx.calls.load([call])
            if not found:
                return None
            detail = await tx.calls.get(call)
            told = notice_of(detail.events)
            version = await tx.notices.version(told.prompt, told.started_at) if told else ""
        return web.CallDetail(
            call=_pick(web.CallView, detail.call, has_recording=any(t.status.promised for t in detail.tracks)),
            legs=tuple(_pick(web.CallLegView, leg) for leg in detail.legs),
            events=tuple(_pick(web.CallEventView, event) for event in detail.events),
            tracks=tuple(
                _pick(web.TrackView, t, kind=t.kind.value, side=t.side.value, status=t.status.value)
                for t in detail.tracks
            ),
            notice=_pick(web.NoticeView, told, version=version) if told else None,
        )


class LinesView:
    """web.ports.AgentLines."""

    def __init__(self, agents: Agents, reasons: Callable[[], Mapping[str, str]]) -> None:
        self._agents, self._reasons = agents, reasons

    async def list(self) -> Sequence[LineView]:
        """All lines."""
        return self._agents.views()

    async def reasons(self) -> Mapping[str, str]:
        """Why one may pause."""
        return self._reasons()

    async def login(self, line: str, person: str, pin: str) -> LineView:
        """Log in."""
        return await self._agents.login(line, person, pin)

    async def logout(self, line: str) -> LineView:
        """Log out; nobody there is no error."""
        if not self._agents.view(line).person:
            return self._agents.view(line)
        return await self._agents.logout(line)

    async def pause(self, line: str, reason: str) -> LineView:
        """Pause."""
        return await self._agents.pause(line, reason)

    async def unpause(self, line: str) -> LineView:
        """Take back."""
        return await self._agents.unpause(line)

    async def ready(self, line: str) -> LineView:
        """End the wrap-up."""
        return await self._agents.ready(line)


class QueueNowView:
    """web.ports.WaitingCallers."""

    def __init__(
        self,
        waiting: WaitingRoom,
        agents: Agents,
        expected: ExpectedWait,
        lost_at: Callable[[], datetime | None],
    ) -> None:
        """`lost_at`: since when Asterisk has not told who waits; None: it does."""
        self._waiting, self._agents, self._expected, self._lost_at = waiting, agents, expected, lost_at

    async def now(self) -> web.QueueView:
        """Who waits."""
        waiting = self._waiting.now()
        position = sum(1 for w in waiting if w.queue == MAIN) + 1
        expected = self._expected.at(position, self._agents.on())
        ready = sum(1 for v in self._agents.views() if v.state is AgentState.READY)
        seconds = None if expected is None else round(expected.total_seconds())
        return web.QueueView(
            waiting=tuple(waiting), ready=ready, expected_wait_seconds=seconds, lost_at=self._lost_at()
        )


class VoicemailList:
    """web.ports.Voicemails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, heard: bool | None, limit: int) -> Sequence[web.VoicemailView]:
        """Latest first."""
        async with self._database.reading() as tx:
            return [self._view(row) for row in await tx.recordings.voicemails(heard=heard, limit=limit)]

    async def unheard(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[web.VoicemailView], int]:
        """A part of those that nobody has heard, and how many there are."""
        async with self._database.reading() as tx:
            rows, total = await tx.recordings.unheard(skip=skip, limit=limit, latest=latest)
        return [self._view(row) for row in rows], total

    async def mark_heard(self, voicemail: str, by: str, at: datetime) -> web.VoicemailView | None:
        """The first mark stays."""
        async with self._database.transaction() as tx:
            row = await tx.recordings.mark_heard(voicemail, by, at)
        return self._view(row) if row else None

    def _view(self, row: rows.VoicemailView) -> web.VoicemailView:
        return _pick(web.VoicemailView, row, call=row.call_id, heard_by=row.heard_by or None)  # type: ignore[no-any-return]


class AlarmList:
    """web.ports.Alarms. `told`: of each that somebody has seen."""

    def __init__(self, database: Database, told: Callable[[rows.AlarmRow], None] = lambda alarm: None) -> None:
        self._database, self._told = database, told

    async def list(self, wanted: web.AlarmFilter) -> Sequence[web.AlarmView]:
        """Latest first."""
        given = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
        async with self._database.reading() as tx:
            return [self._view(row) for row in await tx.alarms.list(**given)]

    async def kinds(self) -> Sequence[str]:
        """Those that were ever raised."""
        async with self._database.reading() as tx:
            return await tx.alarms.kinds()

    async def mark_seen(self, alarm: str, by: str, at: datetime) -> web.AlarmView | None:
        """Ends the repeating."""
        async with self._database.transaction() as tx:
            row = await tx.alarms.mark_seen(alarm, by, at)
        if row:
            self._told(row)
        return self._view(row) if row else None

    def _view(self, row: rows.AlarmRow) -> web.AlarmView:
        return _pick(web.AlarmView, row, call=row.call_id, seen_by=row.seen_by or None)  # type: ignore[no-any-return]


class ShiftsView:
    """web.ports.Shifts."""

    def __init__(self, database: Database, agents: Agents) -> None:
        self._database, self._agents = database, agents

    async def now(self, at: datetime) -> Sequence[web.ShiftView]:
        """Who should be on, who is missing."""
        today = local_day(at)
        async with self._database.reading() as tx:
            shifts = await tx.shifts.shifts()
            duties = await tx.shifts.duties(today - timedelta(days=1), today)
            names = {p.id: p.name for p in await tx.agents.people()}
        lines = {v.person: v.line for v in self._agents.views() if v.person}

        def people(ids: Sequence[str]) -> tuple[web.DutyView, ...]:
            return tuple(
                web.DutyView(person=one, name=names.get(PersonId(one), ""), line=lines.get(one)) for one in ids
            )

        return [
            _pick(
                web.ShiftView,
                duty.shift,
                day=duty.day,
                expected=people(duty.expected),
                missing=people(duty.missing),
                extra=people(duty.extra),
            )
            for duty in on_duty(at, shifts, duties, self._agents.present())
        ]

    async def times(self) -> Sequence[web.ShiftTimes]:
        """All shifts."""
        async with self._database.reading() as tx:
            return [_pick(web.ShiftTimes, one) for one in await tx.shifts.shifts()]

    async def crews(self) -> Sequence[web.CrewView]:
        """All crews."""
        async with self._database.reading() as tx:
            return [_pick(web.CrewView, one) for one in await tx.shifts.crews()]

    async def planned(self, since: date, until: date) -> Sequence[web.PlannedView]:
        """Who has which day."""
        async with self._database.reading() as tx:
            rows = await tx.shifts.planned(since, until)
        return [web.PlannedView(day=day, shift=shift, who=who) for (day, shift), who in by_shift(rows).items()]


class TokensView:
    """web.ports.Tokens."""

    def __init__(self, database: Database, directory: Callable[[], Awaitable[Directory]]) -> None:
        self._database, self._directory = database, directory

    async def find(self, digest: str, at: datetime) -> web.Token | None:
        """The token of this digest that is valid now."""
        async with self._database.reading() as tx:
            row = await tx.tokens.find(digest)
        belongs = await self.belongs(row.contact, at) if row and row.contact else None
        if row is None or (row.contact and belongs is None):
            return None
        return web.Token(
            id=row.id,
            name=row.name,
            digest=row.sha256,
            scopes=frozenset(web.Scope(s) for s in row.scopes),
            contact=row.contact,
            agency=belongs.agency if belongs else "",
            agencies=belongs.agencies if belongs else frozenset(),
        )

    async def belongs(self, contact: str, at: datetime) -> Belongs | None:
        """Of which agency a contact point is that day, and whose tickets it has."""
        day = local_day(at)
        async with self._database.reading() as tx:
            agency = await tx.tokens.agency_of(contact, day)
        if agency is None:
            return None
        return Belongs(agency=agency, agencies=had_by(await self._directory(), agency, day))

    async def used(self, token: str, at: datetime) -> None:
        """Note the use."""
        async with self._database.transaction() as tx:
            await tx.tokens.used(token, at)
