"""A hotline in memory behind the API's ports, and a checker of answers against the OpenAPI document."""

import json
import re
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from hotline1022.core.acting import Acting
from hotline1022.web.app import make_app
from hotline1022.web.auth import digest_of
from hotline1022.web.openapi import document
from hotline1022.web.ports import Ports
from hotline1022.web.routes import ROUTES
from hotline1022.web.rules import dump
from hotline1022.web.types import (
    AlarmView,
    Belongs,
    PersonView,
    Scope,
    Token,
    VoicemailView,
)
from tests.unit.accounts_memory import MemoryDoor, MemoryUsers
from tests.unit.api_tokens_memory import MemoryApiTokens
from tests.unit.backup_memory import MemoryBackups, MemoryExports
from tests.unit.callback_memory import MemoryCallbacks
from tests.unit.calls_memory import CALLER, NOW, MemoryCalls, a_call
from tests.unit.cascade_memory import MemoryCascades
from tests.unit.catalogue_memory import MemoryCatalogue
from tests.unit.chores_memory import MemoryChores
from tests.unit.citizen_memory import MemoryCitizens
from tests.unit.directory_memory import MemoryDirectory
from tests.unit.disclosure_memory import MemoryDisclosures, MemoryPackages, MemoryPacks
from tests.unit.drafts_memory import MemoryDrafts
from tests.unit.evidence_memory import MemoryEvidence
from tests.unit.faq_memory import MemoryFaq
from tests.unit.figures_memory import MemoryFigures
from tests.unit.gateways_memory import MemoryGateways
from tests.unit.letters_memory import MemoryLetters
from tests.unit.limits_memory import MemoryLimits
from tests.unit.links_memory import MemoryLinks
from tests.unit.listening_memory import MemoryListening
from tests.unit.live_memory import MemoryCallers, MemoryLive
from tests.unit.menu_memory import MemoryMenu
from tests.unit.notify_memory import MemoryOutbox
from tests.unit.planning_memory import MemoryDeadlines, MemoryPauses, MemoryRoster
from tests.unit.retention_memory import MemoryRetention
from tests.unit.staff_memory import (
    MemoryAbandoned,
    MemoryAlarms,
    MemoryLines,
    MemoryPeople,
    MemoryQueue,
    MemoryShifts,
    MemoryVoicemails,
    a_line,
)
from tests.unit.templates_memory import MemoryTemplates
from tests.unit.tickets_made import AGENCY
from tests.unit.tickets_memory import MemoryTickets
from tests.unit.wall_memory import MemoryWallboards
from tests.unit.watching_memory import MemoryWatch
from tests.unit.webhooks_memory import MemoryWebhooks

VERSION = "0.1.0"
#: one token for each scope, by its name
SECRETS = {scope.value: f"hl_{scope.value}_0123456789abcdef" for scope in Scope}


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

    async def belongs(self, contact: str, at: datetime) -> Belongs | None:
        return Belongs(agency=AGENCY.id, agencies=frozenset({AGENCY.id})) if contact else None

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
    """The ports' memories, a client, and the OpenAPI document as it is served."""

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
    figures: MemoryFigures
    client: TestClient[Any, Any]
    document: dict[str, Any]

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


@cache
def served_document() -> dict[str, Any]:
    """What /api/openapi.json answers, once a process: it is a megabyte. That it is this one is asked in test_web_door.py."""
    made: dict[str, Any] = json.loads(json.dumps(dump(document(ROUTES, VERSION))))
    return made


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
    figures = MemoryFigures()
    outbox, links = MemoryOutbox(), MemoryLinks(tickets)
    door: Any = MemoryDoor()
    shifts = MemoryShifts()
    ports = Ports(
        calls=log,
        listening=listening,
        disclosures=disclosures,
        packs=MemoryPacks(),
        exports=MemoryExports(),
        backups=MemoryBackups(),
        chores=MemoryChores(),
        packages=packages,
        catalogue=MemoryCatalogue(),
        retention=MemoryRetention(),
        evidence=MemoryEvidence(),
        citizens=MemoryCitizens(),
        lines=lines,
        callers=MemoryCallers(lines),
        live=MemoryLive(),
        queue=MemoryQueue(),
        abandoned=MemoryAbandoned(),
        voicemails=MemoryVoicemails({"v1": message}),
        alarms=MemoryAlarms({"a1": alarm}),
        watch=MemoryWatch(),
        limits=MemoryLimits(),
        shifts=shifts,
        roster=MemoryRoster(shifts),
        pauses=MemoryPauses(),
        deadlines=MemoryDeadlines(),
        people=people,
        directory=MemoryDirectory(),
        letters=MemoryLetters(folder / "attachments"),
        menu=MemoryMenu(),
        tickets=tickets,
        figures=figures,
        faq=MemoryFaq(),
        drafts=MemoryDrafts(tickets),
        webhooks=MemoryWebhooks(),
        templates=MemoryTemplates(),
        gateways=MemoryGateways(),
        attachments_root=folder / "attachments",
        outbox=outbox,
        links=links,
        callbacks=MemoryCallbacks(),
        cascades=MemoryCascades(),
        tokens=tokens,
        api_tokens=MemoryApiTokens(),
        door=door,
        users=MemoryUsers(),
        wallboards=MemoryWallboards(),
        acts=MemoryActs(),
        checks=checks,
        registry=CollectorRegistry(),
        clock=lambda: NOW,
    )
    server = TestServer(make_app(ports, version=VERSION))
    await server.start_server(
        access_log=None
    )  # as the service does; else aiohttp's own tells tokens when a test left INFO on
    client = TestClient(server)
    async with client:
        house = House(
            ports,
            log,
            lines,
            tokens,
            people,
            tickets,
            checks,
            outbox,
            links,
            listening,
            disclosures,
            packages,
            figures,
            client,
            served_document(),
        )
        yield house
