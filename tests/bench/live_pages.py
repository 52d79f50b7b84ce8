"""Pages of the desk as `scripts/bench-live` has them: what their scripts ask for after which event, at once or after the pause that they
make, one question for a piece after the other, over six connections at most. Refuse to count a stream that ended or a piece that is no page.
"""

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass, field
from html import unescape

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector

from hotline1022.web.cookies import PLAIN

#: seconds that pages let pass between two questions for one piece: agent-events.js, by what the last answer took, and supervision.js
LEAST, MOST, TIMES, SPREAD, SUPERVISION = 0.2, 1.0, 6, 0.15, 2.0


@dataclass(slots=True)
class Measured:
    """What all pages have seen: (what, number of the event, when the page heard it, when it asked, when the piece was there)."""

    rows: list[tuple[str, int, float, float, float]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Piece:
    """A part of a page that is asked for anew: at most once in `pause` (None: as the page has it), one question at a time."""

    page: "Page"
    what: str
    pause: float | None
    #: seconds, drawn by lot up to here before each question, because others ask for the same
    spread: float = 0.0
    #: events since the last question, and the address for them
    events: list[tuple[int, float]] = field(default_factory=list)
    address: str = ""
    _last: float = float("-inf")
    _asking: asyncio.Task[None] | None = None

    def wanted(self, number: int, address: str) -> None:
        """Because of this event."""
        self.events.append((number, time.monotonic()))
        self.address = address
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
            self.page.asking.add(self._asking)
            self._asking.add_done_callback(self.page.asking.discard)

    async def _ask(self) -> None:
        while self.events:
            pause = self.page.pause if self.pause is None else self.pause
            await asyncio.sleep(max(random.uniform(0, self.spread), self._last + pause - time.monotonic()))
            asked, self._last = time.monotonic(), time.monotonic()
            events, self.events = self.events, []
            if not await self.page.get(self.address):
                return
            there = time.monotonic()
            self.page.seen.rows += [(self.what, number, heard, asked, there) for number, heard in events]


class Page:
    """A tab: its session, its stream, and what it asks for."""

    path = ""

    def __init__(self, place: str, cookie: str, seen: Measured) -> None:
        self.place, self.seen = place, seen
        jar = CookieJar(unsafe=True)
        jar.update_cookies({PLAIN: cookie})
        self.http = ClientSession(
            place, cookie_jar=jar, connector=TCPConnector(limit=6), timeout=ClientTimeout(total=60)
        )
        self.position = ""
        self.pieces: dict[str, str] = {}
        self.pause = LEAST
        self.asking: set[asyncio.Task[None]] = set()

    async def get(self, address: str) -> bool:
        """A piece, wholly received."""
        begun = time.monotonic()
        async with self.http.get(address, headers={"HX-Request": "true"}) as answer:
            text = await answer.text()
        if answer.status != 200 or "<!doctype" in text[:40].lower():
            self.seen.broken.append(f"{answer.status} {address}")
            return False
        self.pause = min(MOST, max(LEAST, TIMES * (time.monotonic() - begun)))
        return True

    async def load(self) -> None:
        """The page itself; it knows a position from then on."""
        async with self.http.get(self.path) as answer:
            text = await answer.text()
            assert answer.status == 200, (self.path, answer.status, text[:300])
        self.position = text.split('data-position="', 1)[1].split('"', 1)[0]
        #: what makes a piece load → its address, as the page has it
        self.pieces = {
            trigger: unescape(address)
            for address, triggers in re.findall(r'hx-get="(/desk/[^"]+)" hx-trigger="([^"]+)"', text)
            for trigger in re.findall(r"hl-[a-z]+(?= from:body)", triggers)
            if trigger != "hl-all"
        }

    async def listen(self, opened: asyncio.Event) -> None:
        """Until cancelled."""
        async with self.http.get(f"/desk/events?since={self.position}", timeout=ClientTimeout(total=None)) as answer:
            assert answer.status == 200, answer.status
            opened.set()
            name, data, number = "", "", 0
            async for line in answer.content:
                key, _, value = line.decode().rstrip("\n").partition(": ")
                match key:
                    case "id":
                        number = int(value.rpartition("-")[2])
                    case "event":
                        name = value
                    case "data":
                        data = value
                    case "":
                        if name and name not in ("mark", "refresh"):
                            self.heard(name, json.loads(data), number)
                        name = ""
                    case _:
                        pass
        self.seen.broken.append(f"a stream of {self.path} ended")

    def heard(self, topic: str, told: dict[str, object], number: int) -> None:
        """What the page does then."""
        raise NotImplementedError


class AgentPage(Page):
    """web/static/agent-live.js and agent-events.js."""

    path = "/desk/agent"

    def __init__(self, place: str, cookie: str, seen: Measured, line: str) -> None:
        super().__init__(place, cookie, seen)
        self.line, self.form = line, ""
        self.card = Piece(self, "ring → card, form, transfer", 0)
        self.call, self.transfer = Piece(self, "call", 0), Piece(self, "transfer", 0)
        self.state = Piece(self, "own state", None)
        self.queue, self.lists = Piece(self, "who waits", None, SPREAD), Piece(self, "lists", None, SPREAD)
        self._takes: dict[str, tuple[bool, bool]] = {}

    def heard(self, topic: str, told: dict[str, object], number: int) -> None:
        """As the scripts do."""
        match topic, told.get("what"):
            case "call", "ring":
                self.form = str(told["call"])
                self.card.wanted(number, f"/desk/agent/call?ring={self.form}&form={self.form}")
            case "call", _:
                self.call.wanted(number, f"/desk/agent/call?form={self.form}")
                self.transfer.wanted(number, f"/desk/agent/transfer?call={self.form}&category=&area=")
            case "lines", "line":
                if told["line"] == self.line:
                    self.state.wanted(number, "/desk/agent/state")
                takes = (told["state"] == "ready", bool(told["person"] and told["reachable"] and not told["reason"]))
                if self._takes.get(str(told["line"])) != takes:
                    self._takes[str(told["line"])] = takes
                    self.queue.wanted(number, "/desk/agent/queue")
            case "queue", _:
                self.queue.wanted(number, "/desk/agent/queue")
            case "figures", _ if told["ended"] or told["made"] or not told["entered"]:
                self.lists.wanted(number, self.pieces["hl-figures"])
            case _:
                pass


class SupervisionPage(Page):
    """web/static/supervision.js."""

    path = "/desk/supervision"
    #: the day is counted once in two seconds for all who look, so a page asks no more often: said, and not bound
    what = "supervision (counted every 2 s)"

    def __init__(self, place: str, cookie: str, seen: Measured) -> None:
        super().__init__(place, cookie, seen)
        self.now = Piece(self, self.what, SUPERVISION)

    def heard(self, topic: str, told: dict[str, object], number: int) -> None:
        """Whatever happens."""
        if topic in ("lines", "queue", "cascades", "figures", "tickets"):
            self.now.wanted(number, self.pieces["hl-now"])


class TicketsPage(Page):
    """web/static/tickets.js: the event itself is what is shown."""

    path = "/desk/tickets"

    def heard(self, topic: str, told: dict[str, object], number: int) -> None:
        """A bar above the list."""
        if topic == "tickets":
            now = time.monotonic()
            self.seen.rows.append(("tickets: there is a change", number, now, now, now))
