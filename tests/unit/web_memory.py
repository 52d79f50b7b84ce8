"""A hotline in memory behind the API's ports, and a checker of answers against the OpenAPI document."""

import re
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from hotline1022.core.acting import Acting
from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId, LineId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.queue.types import AgentState, LineView, Waiting
from hotline1022.web.app import make_app
from hotline1022.web.auth import digest_of
from hotline1022.web.ports import Ports
from hotline1022.web.types import (
    AbandonedView,
    AlarmView,
    CallDetail,
    CallEventView,
    CallFilter,
    CallLegView,
    CallView,
    CrewView,
    DutyView,
    PersonView,
    PlannedView,
    QueueView,
    Scope,
    ShiftTimes,
    ShiftView,
    Token,
    TrackView,
    VoicemailView,
)
from tests.unit.cascade_memory import MemoryCascades
from tests.unit.catalogue_memory import MemoryCatalogue
from tests.unit.citizen_memory import MemoryCitizens
from tests.unit.directory_memory import MemoryDirectory
from tests.unit.disclosure_memory import MemoryDisclosures, MemoryPackages
from tests.unit.links_memory import MemoryLinks
from tests.unit.listening_memory import MemoryListening
from tests.unit.notify_memory import MemoryOutbox
from tests.unit.retention_memory import MemoryRetention
from tests.unit.tickets_memory import MemoryTickets

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
CALLER = "0901234567"
PIN = "4711"
#: one token for each scope, by its name
SECRETS = {scope.value: f"hl_{scope.value}_0123456789abcdef" for scope in Scope}


def a_call(number: int, **changes: Any) -> CallView:
    entered = NOW - timedelta(minutes=number)
    call = CallView(
        id=f"hl1-{int(entered.timestamp())}.{number}",
        entered_at=entered,
        answered_at=entered + timedelta(milliseconds=120),
        ended_at=entered + timedelta(seconds=40),
        did="1022",
        caller_raw=CALLER,
        caller_sent=CALLER,
        caller_e164="+84901234567",
        state=CallState.ENDED,
        result=Result.ANSWERED,
        reason=Reason.AGENT_ANSWERED,
        category="giao-thong",
        mode="service",
        backfilled=False,
        wait_ms=4000,
        talk_ms=30000,
        line="101",
        person="1001",
        has_recording=True,
    )
    return replace(call, **changes)


def a_detail(call: CallView) -> CallDetail:
    at = call.entered_at
    leg = CallLegView(
        channel=call.id,
        kind=LegKind.CITIZEN,
        party=CALLER,
        line="",
        person="",
        started_at=at,
        answered_at=at,
        ended_at=call.ended_at,
        cause=16,
        talk_ms=30000,
        hold_ms=None,
        rtp_received=2000,
    )
    agent = replace(leg, channel="hl1-1.2", kind=LegKind.AGENT, party="101", line="101", person="1001")
    track = TrackView(
        id="t1",
        channel=call.id,
        kind="citizen",
        side="r",
        segment_started_at=at,
        status="stored",
        sha256="0901234567" * 6 + "abcd",
        bytes=640044,
        duration_ms=40000,
        gap_ms=0,
        lost_ms=0,
    )
    events = (
        CallEventView(at=at + timedelta(seconds=1), kind="KeyPressed", channel=call.id, data={"key": "115"}),
        CallEventView(at=at, kind="CallEntered", channel=call.id, data={"caller": CALLER, "did": "1022"}),
    )
    return CallDetail(call=call, legs=(leg, agent), events=events, tracks=(track,))


@dataclass
class MemoryActs:
    """Acts that were noted, and those without the right."""

    done: list[Acting] = field(default_factory=list)
    without_right: list[Acting] = field(default_factory=list)
    fails: Exception | None = None

    async def note(self, act: Acting) -> None:
        if self.fails:
            raise self.fails
        self.done.append(act)

    async def refused(self, act: Acting) -> None:
        self.without_right.append(act)


@dataclass
class MemoryCalls:
    calls: list[CallView]
    asked: list[CallFilter] = field(default_factory=list)
    fails: Exception | None = None

    async def list(self, wanted: CallFilter) -> Sequence[CallView]:
        self.asked.append(wanted)
        if self.fails:
            raise self.fails
        found = [call for call in self.calls if self._fits(call, wanted)]
        found.sort(key=lambda call: (call.entered_at, call.id), reverse=True)
        return found[: wanted.limit]

    def _fits(self, call: CallView, wanted: CallFilter) -> bool:
        before = wanted.before
        return (
            (wanted.since is None or call.entered_at >= wanted.since)
            and (wanted.until is None or call.entered_at < wanted.until)
            and (not wanted.callers or bool({call.caller_raw, call.caller_e164} & set(wanted.callers)))
            and wanted.result in (None, call.result)
            and wanted.line in (None, call.line)
            and wanted.person in (None, call.person)
            and (before is None or (call.entered_at, call.id) < (before.entered_at, before.call))
        )

    async def get(self, call: str) -> CallDetail | None:
        return next((a_detail(known) for known in self.calls if known.id == call), None)


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

    def _set(self, line: str, **changes: Any) -> LineView:
        self.lines[line] = replace(self.lines[line], **changes)
        return self.lines[line]


class MemoryQueue:
    async def now(self) -> QueueView:
        waiting = Waiting(
            call=CallId(ChannelId("hl1-1795470208.58")), queue="hl1022-agents", position=1, since=NOW, number=CALLER
        )
        return QueueView(waiting=(waiting,), ready=2, expected_wait_seconds=None)


class MemoryAbandoned:
    async def list(self, limit: int) -> Sequence[AbandonedView]:
        return [AbandonedView(caller=CALLER, count=2, last_at=NOW, last_call="hl1-1795470208.58")][:limit]


@dataclass
class MemoryVoicemails:
    voicemails: dict[str, VoicemailView]

    async def list(self, heard: bool | None, limit: int) -> Sequence[VoicemailView]:
        found = [v for v in self.voicemails.values() if heard is None or (v.heard_at is not None) is heard]
        return found[:limit]

    async def mark_heard(self, voicemail: str, by: str, at: datetime) -> VoicemailView | None:
        known = self.voicemails.get(voicemail)
        if known and known.heard_at is None:
            self.voicemails[voicemail] = replace(known, heard_at=at, heard_by=by)
        return self.voicemails.get(voicemail)


@dataclass
class MemoryAlarms:
    alarms: dict[str, AlarmView]

    async def list(self, seen: bool | None, limit: int) -> Sequence[AlarmView]:
        found = [a for a in self.alarms.values() if seen is None or (a.seen_at is not None) is seen]
        return found[:limit]

    async def mark_seen(self, alarm: str, by: str, at: datetime) -> AlarmView | None:
        known = self.alarms.get(alarm)
        if known and known.seen_at is None:
            self.alarms[alarm] = replace(known, seen_at=at, seen_by=by)
        return self.alarms.get(alarm)


@dataclass
class MemoryShifts:
    saved: list[ShiftTimes | CrewView | PlannedView] = field(default_factory=list)

    async def times(self) -> Sequence[ShiftTimes]:
        return [one for one in self.saved if isinstance(one, ShiftTimes)]

    async def crews(self) -> Sequence[CrewView]:
        return [one for one in self.saved if isinstance(one, CrewView)]

    async def planned(self, since: date, until: date) -> Sequence[PlannedView]:
        return [one for one in self.saved if isinstance(one, PlannedView) and since <= one.day <= until]

    async def save_times(self, shift: ShiftTimes) -> ShiftTimes:
        self.saved.append(shift)
        return shift

    async def save_crew(self, crew: CrewView) -> CrewView:
        self.saved.append(crew)
        return crew

    async def save_planned(self, planned: PlannedView) -> PlannedView:
        self.saved.append(planned)
        return planned

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


@dataclass
class MemoryTokens:
    tokens: dict[str, Token]
    finds: int = 0
    uses: list[str] = field(default_factory=list)
    fails: Exception | None = None

    async def find(self, digest: str, at: datetime) -> Token | None:
        self.finds += 1
        if self.fails:
            raise self.fails
        return self.tokens.get(digest)

    async def used(self, token: str, at: datetime) -> None:
        self.uses.append(token)


@dataclass
class MemoryCheck:
    name: str
    fails: Exception | None = None
    runs: int = 0

    async def __call__(self) -> None:
        self.runs += 1
        if self.fails:
            raise self.fails


@dataclass
class House:
    """The ports' memories, a client, and the OpenAPI document once it was read."""

    ports: Ports
    calls: MemoryCalls
    lines: MemoryLines
    tokens: MemoryTokens
    people: MemoryPeople
    tickets: MemoryTickets
    checks: list[MemoryCheck]
    outbox: MemoryOutbox
    links: MemoryLinks
    listening: MemoryListening
    disclosures: MemoryDisclosures
    packages: MemoryPackages
    client: TestClient[Any, Any]
    document: dict[str, Any] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, who: str | None = "read", *, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Status and JSON of an answer, checked against the document and for the headers that each must have."""
        sent = {"Authorization": f"Bearer {SECRETS.get(who, who)}"} if who else {}
        async with self.client.request(method, path, headers=sent | (headers or {}), **more) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Server"] == "1022"
            assert response.content_type == "application/json", await response.text()
            value = await response.json()
            self.check(method, str(response.url.path), response.status, value)
            return response.status, value

    def check(self, method: str, path: str, status: int, value: Any) -> None:
        """Assert that the answer is as the document says."""
        if status >= 400 and "checks" not in value:
            assert set(value) == {"error_id", "message", "cure"}, value
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value["error_id"])
            return
        operation = find_operation(self.document, method, path)
        shape = operation["responses"][str(status)]["content"]["application/json"]["schema"]
        assert_fits(value, shape, self.document)


def find_operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            return found
    raise AssertionError(f"{method} {path} is not in the document")


def assert_fits(value: Any, shape: dict[str, Any], document: dict[str, Any]) -> None:
    """The part of JSON Schema that the document uses."""
    known = {"$ref", "anyOf", "type", "enum", "items", "properties", "required", "additionalProperties", "pattern"}
    assert set(shape) <= known | {"description", "format", "minimum", "maximum", "minLength", "maxLength"}, shape
    if "$ref" in shape:
        assert_fits(value, document["components"]["schemas"][shape["$ref"].rpartition("/")[2]], document)
    if "anyOf" in shape:
        null, other = shape["anyOf"][-1], shape["anyOf"][0]
        assert_fits(value, null if value is None else other, document)
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    if "type" in shape:
        assert isinstance(value, kinds[shape["type"]]), (value, shape)
        assert not (shape["type"] in ("integer", "number") and isinstance(value, bool))
    if "enum" in shape:
        assert value in shape["enum"]
    if "pattern" in shape:
        assert re.search(shape["pattern"], value)
    if shape.get("format") == "date-time":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00", value), value
    if "properties" in shape:
        assert set(shape["required"]) <= set(value) <= set(shape["properties"]), (value, shape)
        for key, item in value.items():
            assert_fits(item, shape["properties"][key], document)
    for item in value if "items" in shape else []:
        assert_fits(item, shape["items"], document)


@asynccontextmanager
async def open_house(folder: Path, calls: int = 5) -> AsyncIterator[House]:
    """A hotline with a server on loopback."""
    log = MemoryCalls([a_call(number) for number in range(calls)])
    root = folder / "recordings"
    root.mkdir(exist_ok=True)
    path = root / "copy.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 40)
    outside = folder / "outside.wav"
    outside.write_bytes(b"secret")
    (root / "link.wav").unlink(missing_ok=True)
    (root / "link.wav").symlink_to(outside)
    listening, disclosures, packages = MemoryListening(root), MemoryDisclosures(), MemoryPackages()
    tokens = MemoryTokens(
        {
            digest_of(secret): Token(
                id=f"id-{name}", name=f"{name}-token", digest=digest_of(secret), scopes=frozenset({Scope(name)})
            )
            for name, secret in SECRETS.items()
        }
    )
    message = VoicemailView(
        id="v1",
        call=log.calls[0].id,
        caller=CALLER,
        left_at=NOW,
        duration_ms=9000,
        reason="key",
        heard_at=None,
        heard_by=None,
    )
    alarm = AlarmView(
        id="a1",
        kind="emergency-unanswered",
        call=log.calls[0].id,
        raised_at=NOW,
        detail=f"115 did not answer {CALLER} in hl1-1795470208.58",
        last_repeated_at=None,
        seen_at=None,
        seen_by=None,
        cleared_at=None,
    )
    lines = MemoryLines({number: a_line(number) for number in ("101", "102", "103")})
    people = MemoryPeople({"1001": PersonView(id="1001", name="Nguyễn Thị Ánh", active=True)})
    tickets = MemoryTickets(folder / "attachments", now=NOW)
    checks = [MemoryCheck("sip"), MemoryCheck("database")]
    outbox, links = MemoryOutbox(), MemoryLinks(tickets)
    ports = Ports(
        calls=log,
        listening=listening,
        disclosures=disclosures,
        packages=packages,
        catalogue=MemoryCatalogue(),
        retention=MemoryRetention(),
        citizens=MemoryCitizens(),
        lines=lines,
        queue=MemoryQueue(),
        abandoned=MemoryAbandoned(),
        voicemails=MemoryVoicemails({"v1": message}),
        alarms=MemoryAlarms({"a1": alarm}),
        shifts=MemoryShifts(),
        people=people,
        directory=MemoryDirectory(),
        tickets=tickets,
        attachments_root=folder / "attachments",
        outbox=outbox,
        links=links,
        cascades=MemoryCascades(),
        tokens=tokens,
        acts=MemoryActs(),
        checks=checks,
        registry=CollectorRegistry(),
        clock=lambda: NOW,
    )
    server = TestServer(make_app(ports, version="0.1.0"))
    await server.start_server(
        access_log=None
    )  # as the service does; else aiohttp's own tells tokens when a test left INFO on
    client = TestClient(server)
    async with client:
        house = House(
            ports, log, lines, tokens, people, tickets, checks, outbox, links, listening, disclosures, packages, client
        )
        sent = {"Authorization": f"Bearer {SECRETS['read']}"}
        async with client.get("/api/openapi.json", headers=sent) as response:
            house.document = await response.json()
        yield house
