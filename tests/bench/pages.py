"""Every page of the desk at a million calls and 200,000 tickets, as each role sees it, timed; exit code 1 over the bound.

The service itself runs, on PostgreSQL, without an Asterisk; a browser without scripts follows each link and sends each search
that it finds. Refuses an answer that is no page: a page that fails is a miss, whatever it took.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from statistics import median
from urllib.parse import parse_qsl, urlencode, urlsplit

import click
from aiohttp import ClientSession, ClientTimeout, CookieJar

from hotline1022.accounts.rules import one_time_password
from hotline1022.accounts.types import From, Wanted
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.directory.numbers import Numbers
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.prepare import prepare
from hotline1022.service.settings.config import load
from hotline1022.tickets.policy import load_policy
from hotline1022.web.desk.routes import ROUTES
from tests.bench.catalogue import Timed, report, say
from tests.bench.cluster import cluster
from tests.bench.counting import copied
from tests.lab.ports import free_port
from tests.lab.prompts import kept_prompts
from tests.lab.seed.main import PER_DAY, make
from tests.lab.seed.portions import Wanted as History

BOUND_MS = 200.0
#: who is at the desk, and of which contact point
ROLES = {
    "agent": "",
    "shift-manager": "",
    "specialist": "so-xay-dung-cv",
    "leader": "so-giao-thong-van-tai-ld",
    "supervisor": "",
    "auditor": "",
    "admin": "",
}
#: what people type into a search
WORDS = "ổ gà"
#: addresses of one route that are opened at most, each another question
AT_MOST = 3
#: routes that are no pages for reading: a stream, and files that are made for long
NO_PAGES = ("/desk/events", "/assets/")


class Seen(HTMLParser):
    """The links of a page, and its searches with what is chosen and typed."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self._form: str | None = None
        self._fields: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what leads on."""
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a":
                self.links.append(given.get("href", ""))
            case "form" if given.get("method", "get").lower() == "get":
                self._form, self._fields = given.get("action", ""), []
            case "input" if self._form is not None and given.get("name") and "disabled" not in given:
                self._typed(given)
            case "select" if self._form is not None:
                self._select = given.get("name", "")
            case "option" if self._select and "selected" in given:
                self._fields.append((self._select, given.get("value", "")))
            case _:
                if given.get("hx-get"):
                    self.links.append(given["hx-get"])

    def _typed(self, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        words = given["name"] in ("q", "words", "text") and kind in ("text", "search")
        self._fields.append((given["name"], WORDS if words else given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """A search is whole."""
        if tag == "select":
            self._select = ""
        elif tag == "form" and self._form is not None:
            self.links.append(f"{self._form}?{urlencode(self._fields)}")
            self._form = None


@dataclass(slots=True)
class Walk:
    """What one role has seen."""

    http: ClientSession
    role: str
    #: address → milliseconds of each time
    taken: dict[str, list[float]] = field(default_factory=dict)
    #: address → characters
    size: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    _kinds: Counter[str] = field(default_factory=Counter)
    _asked: set[str] = field(default_factory=set)

    async def all(self, times: int) -> None:
        """From the first page, breadth first, then everything again."""
        waiting = ["/desk"]
        while waiting:
            address = waiting.pop(0)
            if self._new(address):
                waiting += [link for link in await self.open(address) if link.startswith("/desk")]
        for _ in range(times - 1):
            for address in list(self.taken):
                await self.open(address)

    def _new(self, address: str) -> bool:
        path = urlsplit(address)
        if address in self._asked or path.path.startswith(NO_PAGES) or path.path.endswith("/export"):
            return False
        self._asked.add(address)
        kind = self._kind(path.path) + "?" + ",".join(sorted(key for key, value in parse_qsl(path.query) if value))
        self._kinds[kind] += 1
        return self._kinds[kind] <= AT_MOST

    @staticmethod
    def _kind(path: str) -> str:
        """The route of an address."""
        parts = path.split("/")
        for route in ROUTES:
            names = route.path.split("/")
            same = len(names) == len(parts) and all(
                name == part or name.startswith("{") for name, part in zip(names, parts, strict=True)
            )
            if route.method == "GET" and same:
                return route.path
        return path

    async def open(self, address: str) -> list[str]:
        """One page; where it leads."""
        begun = time.perf_counter()
        async with self.http.get(address, allow_redirects=False) as answer:
            if answer.status in (302, 303):
                return [answer.headers["Location"]]
            if answer.content_type != "text/html":
                return []
            text = await answer.text()
        took = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            self.failed.append(f"{self.role}: {answer.status} {address}")
            return []
        self.taken.setdefault(address, []).append(took)
        self.size[address] = len(text)
        seen = Seen()
        seen.feed(text)
        return [urlsplit(link)._replace(fragment="").geturl() for link in seen.links]

    def timed(self) -> list[Timed]:
        """Each kind of page by its slowest address."""
        slowest: dict[str, Timed] = {}
        for address, ms in self.taken.items():
            path = urlsplit(address)
            asked = ",".join(sorted({key for key, value in parse_qsl(path.query) if value}))
            name = f"{self.role}: {self._kind(path.path)}{'?' if asked else ''}{asked}"
            one = Timed(name, self.size[address], False, tuple(ms))
            if name not in slowest or median(slowest[name].ms) < median(ms):
                slowest[name] = one
        return list(slowest.values())


async def people(address: str, key: str) -> dict[str, str]:
    """Somebody of each role; their passwords by role."""
    found: dict[str, str] = {}
    here = From(address="127.0.0.1", browser="scripts/bench-pages")
    async with Database(address) as database:
        admin, door = UserAdmin(database, utc_now), AccountDesk(database, key, utc_now)
        with by_the_service():
            for role, contact in ROLES.items():
                wanted = Wanted(login=role, name=f"Người {role}", roles=frozenset({role}), contact=contact)
                there = role in {one.login for one in await admin.users()}
                given, own = await (admin.reset(role) if there else admin.add(wanted)), one_time_password()
                entered = await door.sign_in(role, given.password, here)
                entered = await door.change_password(entered.signed, given.password, own, here)
                await door.sign_out(entered.signed, here)
                found[role] = own
    return found


@asynccontextmanager
async def service(folder: Path, address: str) -> AsyncIterator[tuple[str, str]]:
    """The service at this database; its address, and the key of its accounts."""
    data = folder / "data"
    data.mkdir()
    (data / "prompts").symlink_to(kept_prompts())
    config = folder / "1022.toml"
    http = free_port("tcp")
    config.write_text(
        f'[paths]\ndata = "{data}"\n[database]\nurl = "{address}"\n'
        f"[service]\nhttp_port = {http}\nagi_port = {free_port('tcp')}\n[asterisk]\nami_port = {free_port('tcp')}\n",
        encoding="utf-8",
    )
    prepared = await asyncio.to_thread(lambda: prepare(load(config, {})))
    with (folder / "service.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline1022", "serve", "--config", str(config),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env={**os.environ, "TELL_READY": "stdout"},
        )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(120):
            if (await process.stdout.readline()).strip() != b"ready":
                raise AssertionError((folder / "service.log").read_text(encoding="utf-8")[-4000:])
        yield f"http://127.0.0.1:{http}", prepared.secrets.accounts
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def walked(place: str, passwords: Mapping[str, str], times: int) -> tuple[list[Timed], list[str]]:
    """All roles, one after the other."""
    timed, failed = [], []
    for role, password in passwords.items():
        async with ClientSession(place, cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(total=60)) as http:
            async with http.post(
                "/desk/sign-in", data={"login": role, "password": password}, allow_redirects=False
            ) as at:
                if at.headers.get("Location") != "/desk":
                    raise AssertionError(f"{role} does not come in: {at.status}")
            walk = Walk(http, role)
            await walk.all(times)
        found = walk.timed()
        slowest = max(found, key=lambda one: median(one.ms))
        say(f"{role}: {len(walk.taken)} pages, the slowest {slowest.name}: {median(slowest.ms):.0f} ms")
        timed += found
        failed += walk.failed
    return timed, failed


async def on_postgres(calls: int, tickets: int, copies: int, times: int, bound: float | None) -> bool:
    """In a cluster of its own."""
    async with cluster() as address:
        await migrate(address)
        say(f"PostgreSQL runs; {calls} calls and {tickets} tickets are made")
        days = max(31, calls // PER_DAY)
        until = datetime.now(UTC).replace(second=0, microsecond=0)
        wanted = History(calls=calls, tickets=tickets, days=days, until=until, fact_days=31)
        await make(address, wanted, Numbers(area_code="274"), load_policy())
        await copied(address, copies, days)
        say("the service starts")
        with tempfile.TemporaryDirectory(prefix="hl1022-bench-") as folder:
            async with service(Path(folder), address) as (place, key):
                timed, failed = await walked(place, await people(address, key), times)
        title = f"PostgreSQL, {calls * copies} calls, {tickets * copies} tickets: slowest address of a page"
        holds = report(timed, title, bound, column="characters")
        for one in failed:
            click.echo(f"FAILED: {one}")
        return holds and not failed


@click.command()
@click.option("--calls", default=40_000, show_default=True, help="Calls with recordings and audit.")
@click.option("--tickets", default=None, type=int, help="Tickets; a fifth of the calls.")
@click.option("--copies", default=25, show_default=True, help="So many times as many: the years before are copies.")
@click.option("--times", default=3, show_default=True, help="How often each page is opened.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(calls: int, tickets: int | None, copies: int, times: int, no_bound: bool) -> None:
    """Time every page of the desk with many calls and tickets, as each role.

    \b
    Example: scripts/bench-pages --calls 4000 --copies 10
    """
    tickets = calls // 5 if tickets is None else tickets
    bound = None if no_bound else BOUND_MS
    sys.exit(0 if asyncio.run(on_postgres(calls, tickets, copies, times, bound)) else 1)


if __name__ == "__main__":
    main()
