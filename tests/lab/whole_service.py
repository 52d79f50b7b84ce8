"""The service as it is put together, over a database with something of everything in it, or with nothing yet, in a thread of its own:
whoever asks it waits as a client does. Asterisk is away, and no background work runs; no sound is made of a published menu.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests
from aiohttp.test_utils import TestServer

from hotline1022.accounts.types import Permission, Session, Stage, Wanted
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.core.watching import Severity
from hotline1022.db.migrate import migrate
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.notify.templates import load as load_templates
from hotline1022.service import app as app_module
from hotline1022.service.app import App
from hotline1022.service.directory.desk import numbers_of
from hotline1022.service.http_api import http_of
from hotline1022.service.menu.desk import MenuDesk
from hotline1022.service.notify.alarm_teller import teller_of
from hotline1022.service.notify.watcher_desk import WatcherDesk
from hotline1022.service.prepare import folders
from hotline1022.service.settings.config import load
from hotline1022.service.settings.tree import Settings
from hotline1022.tickets.policy import load_policy
from hotline1022.web.cookies import HEADER, PLAIN, form_token
from hotline1022.web.types import Scope
from hotline1022.web.watching_port import Wanted as Told
from tests.contract.database.made import answered, at
from tests.lab.evidence_world import build, thread_pool
from tests.lab.migrated import migrated
from tests.lab.seed.main import make
from tests.lab.seed.portions import Wanted as Seeded
from tests.unit.recordings_world import CALL

#: an agency, and who answers for it
AGENCY, SPECIALIST, LEADER = "so-xay-dung", "so-xay-dung-cv", "so-xay-dung-ld"
#: who signs in: role, and of which contact point
PEOPLE = {"admin": "", "agent": "", "shift-manager": "", "auditor": "", "supervisor": ""}
PEOPLE |= {"specialist": SPECIALIST, "leader": LEADER, "everybody": ""}
#: where ids are read: part of a path → a list
LISTS = {
    "call": "/api/calls",
    "recording": "/api/recordings",
    "voicemail": "/api/voicemails",
    "alarm": "/api/alarms",
    "ticket": "/api/tickets",
    "message": "/api/outbox",
    "disclosure": "/api/disclosures",
    "hold": "/api/holds",
    "entry": "/api/faq",
    "miss": "/api/faq/misses",
    "webhook": "/api/webhooks",
    "wallboard": "/api/wallboards",
}


@dataclass
class Whole:
    """Where it listens, how each who asks shows who that is, and what is there."""

    app: App
    base: str
    #: of database: sqlite, postgresql
    kind: str
    #: who → headers; "nobody" has none
    who: Mapping[str, Mapping[str, str]]
    #: part of a path, or key of a query or body → values that mean something
    known: dict[str, Sequence[str]] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, who: str = "every-token", **more: Any) -> Any:
        """The answer's JSON; it must be a success."""
        given = self.session.request(method, self.base + path, headers=dict(self.who[who]), timeout=120, **more)
        assert given.status_code < 300, (method, path, given.status_code, given.text)
        return given.json()


@contextmanager
def served(request: pytest.FixtureRequest, folder: Path, name: str) -> Iterator[Whole]:
    """Over the database that a fixture with the parameters sqlite and postgresql asks for."""
    cluster = request.getfixturevalue("cluster") if request.param == "postgresql" else None

    async def address() -> str:
        if cluster is None:
            return f"sqlite:///{await migrated(folder / 'hotline.sqlite')}"
        made: str = await cluster.make(name)
        await migrate(made)
        return made

    with whole_service(address, folder) as made:
        yield made
    if cluster is not None:
        asyncio.run(cluster.drop(name))


@contextmanager
def whole_service(
    address: Callable[[], Coroutine[Any, Any, str]], folder: Path, *, bare: bool = False, **more: str
) -> Iterator[Whole]:
    """It serves while the block runs. `address` makes the database, which is migrated and empty; a `bare` house stays so, but for
    its people. `more` are settings by the names of the environment, without `HOTLINE1022_`.
    """
    ready: list[Whole | BaseException] = []
    there, over = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def live() -> None:
        loops.append(asyncio.get_running_loop())
        try:
            async with _opened(await address(), folder, bare, more) as made:
                ready.append(made)
                there.set()
                await over.wait()
        except BaseException as fault:
            ready.append(fault)
            raise
        finally:
            there.set()

    thread = threading.Thread(target=lambda: asyncio.run(live()), name="whole-service")
    thread.start()
    try:
        assert there.wait(240)
        made = ready[0]
        if isinstance(made, BaseException):
            raise made
        with made.session:
            if not bare:
                _fill(made)
            yield made
    finally:
        loops[0].call_soon_threadsafe(over.set)
        thread.join(60)
        assert not thread.is_alive()
    assert isinstance(ready[-1], Whole), ready[-1]


@asynccontextmanager
async def _opened(address: str, folder: Path, bare: bool, more: Mapping[str, str]) -> AsyncIterator[Whole]:
    own = {"PATHS_DATA": str(folder / "data"), "DATABASE_URL": address, "BACKUP_FOLDER": str(folder / "shelf")}
    own["DISCLOSURE_LINK_ADDRESS"] = "https://1022.example.vn/g/"
    settings = load(None, {f"HOTLINE1022_{name}": value for name, value in (own | {**more}).items()})
    if not bare:
        await _rows(address, folder)
    folders(settings)
    if not bare:
        await _days(address, settings)
    with mock.patch.object(app_module, "HeavyPool", lambda **_: thread_pool()):
        app = App(settings)  # what hashes and cuts does it in a thread: another process takes a second to start

    async def mute(_: object) -> int:
        return 0

    async def unchanged(_: object) -> None:
        return None

    app.menus = MenuDesk(
        app.database, settings=lambda: app.settings, menu=lambda: app.menu, speak=mute, use=unchanged, clock=utc_now
    )
    await app.evidence.start()
    await app.menus.start()
    await app.directory.start()
    await app.call_log.start()
    known: dict[str, Sequence[str]] = {"limit": ["disk.alarm_percent"]}
    if not bare:
        known["watcher"] = [await _watcher(app)]
        await app.bell.ring("disk-full", "12 GiB are free on the disk of recordings", CALL)
        await teller_of(app).look()
    server = TestServer(http_of(app))
    await server.start_server(access_log=None)
    try:
        base = str(server.make_url("")).rstrip("/")
        who: dict[str, dict[str, str]] = {"nobody": {}} | await _tokens(app) | await _people(app)
        yield Whole(app, base, address.partition(":")[0], who, known=known)
    finally:
        await server.close()
        await app.evidence.end()
        await app.pool.close()
        await app.copying.close(seconds=0.5)
        await app.database.close()


async def _rows(address: str, folder: Path) -> None:
    """A call whose recording is whole."""
    async with Database(address) as database:
        await build(address, database, folder)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))


async def _days(address: str, settings: Settings) -> None:
    """Some days of the seed."""
    wanted = Seeded(calls=40, tickets=12, days=3, until=datetime.now(UTC).replace(second=0, microsecond=0))
    await make(address, wanted, numbers_of(settings), load_policy(settings.paths.ticket_policy))


async def _watcher(app: App) -> str:
    """Somebody who is told of alarms."""
    wanted = Told(name="Nguyễn Thị Lan", sms="0901234567", email="lan@example.vn", least=Severity.NOTICE, ends=True)
    with by_the_service():
        return (await WatcherDesk(app.database, load_templates(), utc_now).add(wanted, by="user:admin")).id


async def _tokens(app: App) -> dict[str, dict[str, str]]:
    wanted = {f"{one.value}-token": [one.value] for one in Scope} | {"every-token": [one.value for one in Scope]}
    made = {}
    with by_the_service():
        async with app.database.transaction() as tx:
            for name, scopes in wanted.items():
                made[name] = (await tx.tokens.create(name, scopes, utc_now()))[1]
            made["officer-token"] = (await tx.tokens.create("o", ["read", "agent"], utc_now(), contact=SPECIALIST))[1]
    return {name: {"Authorization": f"Bearer {secret}"} for name, secret in made.items()}


async def _people(app: App) -> dict[str, dict[str, str]]:
    """A session of somebody of each role, as if the door had been passed: passwords take their time."""
    made = {}
    for number, (role, contact) in enumerate(PEOPLE.items()):
        if role == "everybody":
            await app.users.add_role(role, "Người làm tất cả", list(Permission))
        given = await app.users.add(
            Wanted(login=f"nguoi-{role}", name=f"Người {role}", roles=frozenset({role}), contact=contact)
        )
        now, cookie = utc_now(), f"{number}" * 43
        session = Session(
            id=f"{number}" * 16, user=given.user.id, stage=Stage.FULL, made_at=now, seen_at=now,
            ends_at=now + timedelta(hours=12), origin="127.0.0.1", browser="",
        )  # fmt: skip
        with by_the_service():
            async with app.database.transaction() as tx:
                await tx.sessions.add(session, cookie)
        made[role] = {"Cookie": f"{PLAIN}={cookie}", HEADER: form_token(cookie)}
    return made


def _fill(made: Whole) -> None:
    """What only the API makes; then the ids of everything are read."""
    ask = made.ask
    answer = ask(
        "POST", "/api/faq", json={"agency": AGENCY, "question": "Xin phép xây dựng ở đâu?", "answer": "Tại Sở."}
    )
    ask("POST", f"/api/faq/{answer['id']}/propose", json={"revision": answer["revision"]})
    ask("GET", "/api/faq/search", params={"words": "sổ hộ nghèo "})
    for phone in ("0901234567", "02743822333"):
        sent = {"name": "Lê Thị Cúc", "phone": phone, "agency": AGENCY, "content": "Mất nước từ sáng."}
        ask("POST", "/api/tickets", json=sent)
    ask("POST", "/api/webhooks", json={"name": "Cổng", "url": "https://example.vn/1022", "kinds": ["ticket.made"]})
    wall = ask("POST", "/api/wallboards", json={"name": "Tầng 2"})
    ask("POST", "/api/roles", "admin", json={"id": "thu", "name": "Thử", "permissions": ["look"]})
    user = ask("POST", "/api/users", "admin", json={"login": "thu", "name": "Thử", "roles": ["thu"]})
    listed = ask("GET", "/api/recordings", params={"limit": "200"})["recordings"]
    recording = next(one["id"] for one in listed if one["call"] == CALL)
    message = _ids(ask("GET", "/api/voicemails"))[0]
    right = ask("POST", f"/api/voicemails/{message}/listen")
    for letter in ("12/CV-CAT", "13/CV-CAT"):
        ask("POST", f"/api/recordings/{recording}/holds", json={"letter": letter, "why": "điều tra"})
    wanted = {"unit": "Công an tỉnh", "letter": "12/CSĐT", "letter_date": "2026-11-24", "person": "Trần Văn Bình"}
    ask("POST", "/api/disclosures", json=wanted | {"why": "Xác minh tin báo", "recordings": [recording]})
    made.known |= {part: _ids(ask("GET", path)) for part, path in LISTS.items()}
    made.known |= {
        "line": ["101"],
        "template": ["citizen.made.sms"],
        "channel": ["sms"],
        "shift": ["night"],
        "crew": ["k1"],
        "reason": ["1"],
        "day": ["2026-11-24"],
        "agency": ["so-y-te", "so-tu-phap"],
        "area": ["di-an"],
        "category": ["other", "education"],
        "contact": ["so-y-te-ld", "so-y-te-cv"],
        "person": [one["id"] for one in ask("GET", "/api/people")["people"]],
        "user": [user["user"]["id"]],
        "role": ["thu"],
        "recording": [recording, *(one["id"] for one in listed[:2])],
        "key": [right["url"].rpartition("/")[2], wall["path"].rpartition("/")[2]],
        "version": ["1"],
        "step": ["more", "root"],
        "spoken": ["prompts.greeting", "information.look-up"],
        "draft": ["none"],
    }


def _ids(told: Mapping[str, Any]) -> list[str]:
    """Ids of whatever the list is of."""
    rows = next((some for some in told.values() if isinstance(some, list) and some and "id" in some[0]), [])
    assert rows, told
    return [str(one["id"]) for one in rows]
