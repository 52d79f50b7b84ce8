"""What strangers write is text on every page, whatever they send is small or refused, what is not there is not found, and no form
of another site is taken: tried on every route of the whole service, as the tables of routes have them.
"""

import asyncio
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from html.parser import HTMLParser
from typing import Any
from zlib import crc32

import pytest
import requests

from hotline1022.accounts.types import Stage
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.notify.types import Piece
from hotline1022.web.cookies import FIELD, HEADER
from hotline1022.web.desk.routes import ROUTES as DESK
from hotline1022.web.examples import NONE, examples
from hotline1022.web.route import Route
from hotline1022.web.routes import ROUTES
from hotline1022.web.wire import NoInput
from tests.contract.database.made import answered, gave_up
from tests.lab.whole_service import Whole, served

#: closes whatever it may stand in, and is an element of its own then
EVIL = "\"'></textarea></title></script><xss-mark onx=1>{{7*7}}"
#: for what may be no longer
SHORT = "\"'><xss-mark onx=1>"
HUGE = 10 * 1024 * 1024
#: sessions whose pages are looked at: who may everything, and who sees an agency's own
SEE = ("everybody", "specialist", "leader")
#: what is made by a request, by its address: what is written into it is looked at first
MADE = {
    "/api/tickets": "ticket",
    "/api/faq": "entry",
    "/api/webhooks": "webhook",
    "/api/disclosures": "disclosure",
    "/api/roles": "role",
    "/api/directory/agencies": "agency",
    "/api/directory/areas": "area",
    "/api/directory/categories": "category",
    "/api/directory/contacts": "contact",
}
#: an address of earlier messages leads on to today's, where the page says that there is nothing; what somebody types in a call
#: is that person's alone, and is kept before the call is in the log
NO_ROWS = ("/phieu/", "/api/drafts/")
#: one door for whoever guesses keys
DOOR = ("/l/", "/g/", "/wall/", "/api/link/")
#: parts of paths that name no row: words of a closed list, files of ours
WORDS = {
    "chart": "states-week",
    "action": "accept",
    "act": "accept",
    "digest": "0123456789ab",
    "file": "tabler.css",
    "channel": "sms",
}
#: what is decided before any database is asked
ONE = pytest.mark.parametrize("whole", ["sqlite"], indirect=True)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with served(request, tmp_path_factory.mktemp("whole"), "every_page") as made:
        _write(made)
        yield made


# ---------------------------------------------------------------- what strangers write


def _write(whole: Whole) -> None:
    """In every text of every request that is taken, and where people who telephone or write to us may put it."""
    taken = 0
    for route in ROUTES:
        body = examples()[f"{route.method} {route.path}"].body
        if not isinstance(body, dict) or route.page:
            continue
        for key in (key for key, value in body.items() if isinstance(value, str)):
            for evil in (EVIL, SHORT):
                sent = {**_fresh(body), key: evil}
                answer = _ask(whole, route, "everybody", json=sent)
                assert answer.status_code < 500 or answer.json()["error_id"] == "ami-link-down", answer.text
                if answer.status_code < 300:
                    taken += 1
                    if route.path in MADE:
                        part = MADE[route.path]
                        told = answer.json()
                        whole.known[part] = [str(told.get(part, told)["id"]), *whole.known[part]]
                    break
    assert taken > 20, taken
    for ticket in whole.known["ticket"][:2]:
        name = {"name": f"{SHORT}.txt"}
        whole.session.post(
            f"{whole.base}/api/tickets/{ticket}/attachments",
            data=b"x",
            params=name,
            headers=dict(whole.who["everybody"]),
        )

    async def by_telephone() -> None:
        async with Database(whole.app.settings.database_url) as database:
            rows = (
                gave_up("hl1-1795470208.1", 0, caller_raw=EVIL, caller_e164=None),
                answered("hl1-1795470208.2", 60, caller_raw=SHORT, caller_e164=None),
            )
            await database.save(Batch(calls=rows))
            whole.known["call"] = [*(row.id for row in rows), *whole.known["call"]]
            piece = Piece(sender=SHORT, recipient="1022", text=EVIL, raw="00", coding=8)
            with by_the_service():
                async with database.transaction() as tx:
                    await tx.inbound.store("g1", piece, utc_now())

    asyncio.run(by_telephone())


def _fresh(body: Mapping[str, Any]) -> dict[str, Any]:
    """The example under another id or name to sign in with: that one may be there already."""
    number = str(10_000 + crc32(json.dumps(body).encode()) % 90_000)
    keys = {key: number if body[key].isdigit() else f"x{number}" for key in ("id", "login") if key in body}
    return {**body, **keys}


class Parts(HTMLParser):
    """Elements of a page, what its attributes say, and its forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        #: action → fields that are sent as they stand, and fields that people fill in
        self.forms: dict[str, tuple[dict[str, str], set[str]]] = {}
        self._form: tuple[dict[str, str], set[str]] = ({}, set())
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in given.items()]
        name = given.get("name", "")
        match tag:
            case "form":
                self._form = self.forms.setdefault(given.get("action") or given.get("hx-post", ""), ({}, set()))
            case "input" if given.get("type") == "hidden":
                self._form[0][name] = given.get("value", "")
            case "input" | "textarea" | "select" if name:
                self._form[1].add(name)
            case _:
                pass


def harmless(where: object, text: str) -> Parts:
    """Nothing of what strangers wrote is an element, an attribute or an address that runs."""
    read = Parts(text)
    assert "xss-mark" not in read.tags, where
    for tag, name, value in read.attributes:
        assert name != "onx" and not name.startswith("on"), (where, tag, name)
        assert not value.lower().lstrip().startswith(("javascript:", "vbscript:")), (where, tag, name, value)
    return read


def pages() -> list[Route]:
    return [one for one in (*ROUTES, *DESK) if one.method == "GET" and (one.media == "text/html") and one.seconds]


def test_what_strangers_write_is_text_on_every_page(whole: Whole) -> None:
    shown: set[str] = set()
    for route in pages():
        for who in SEE if route.desk else ("nobody",):
            for path in _paths(whole, route):
                answer = _get(whole, path, who)
                assert answer.status_code < 500, (path, answer.text)
                harmless((who, path), answer.text)
                if "&lt;xss-mark" in answer.text:
                    shown.add(route.path)
    assert len(shown) > 20, shown


def test_what_stands_in_an_address_is_text_on_every_page(whole: Whole) -> None:
    shown = set()
    for route in pages():
        for one in fields(route.query):
            for path in _paths(whole, route)[:1]:
                answer = _get(whole, path, "everybody", params={one.name: EVIL})
                assert answer.status_code < 500, (path, one.name, answer.text)
                harmless((path, one.name), answer.text)
                if "&lt;xss-mark" in answer.text:
                    shown.add((route.path, one.name))
    assert shown


# ---------------------------------------------------------------- forms


@pytest.fixture(scope="module")
def forms(whole: Whole) -> dict[str, tuple[dict[str, str], set[str]]]:
    """Every form of every page: where it is sent to, what it carries."""
    found: dict[str, tuple[dict[str, str], set[str]]] = {}
    for route in pages():
        for path in _paths(whole, route) if route.desk else ():
            for action, form in Parts(_get(whole, path, "everybody").text).forms.items():
                found.setdefault(action or path, form)
    return found


#: what nobody types who only wants to have something done
TYPED = {
    "markup": EVIL,
    "nul": "a\0b",
    "number": "9" * 40,
    "arabic-number": "٣٣",
    "day": "2026-02-30T25:61",
    "far-day": "9999-12-31",
    "long": "ứ" * 6000,
    "lines": "a\r\nb\u2028c\x1b[31m",
}


@pytest.mark.parametrize("typed", TYPED)
def test_whatever_is_typed_into_the_forms_comes_back_as_text(
    whole: Whole, forms: dict[str, tuple[dict[str, str], set[str]]], typed: str
) -> None:
    """Every form of every page, all its fields filled in with it; those that sign out or end sessions excepted."""
    sent = set()
    for action, (hidden, names) in forms.items():
        route = next((one for one in DESK if one.method == "POST" and _fits(one.path, action)), None)
        if route is None or "sign-out" in action or "sessions/end" in action or not names:
            continue
        body = {**hidden, **dict.fromkeys(names, TYPED[typed])}
        headers = dict(whole.who["everybody"])
        answer = whole.session.post(whole.base + action, data=body, headers=headers, timeout=60, allow_redirects=False)
        assert answer.status_code < 500, (action, answer.text)
        assert "không thuộc phiên" not in answer.text, action
        harmless(action, answer.text)
        sent.add(route.path)
    assert len(sent) > 25, sent


def posts() -> list[Route]:
    """What changes something, for who is signed in."""
    return [
        one
        for one in (*ROUTES, *DESK)
        if one.method == "POST"
        and (Stage.FULL in one.desk.stages if one.desk else not one.open and Stage.FULL in one.stages)
    ]


@ONE
def test_no_form_of_another_site_is_taken(whole: Whole) -> None:
    mine, others = whole.who["everybody"], whole.who["admin"]
    cookie = {"Cookie": mine["Cookie"]}
    before = _acts(whole)
    for route in posts():
        assert len(_paths(whole, route)) > 0
        for headers, given in (
            (cookie, ""),
            (cookie, "0" * 64),
            (cookie, others[HEADER]),
            ({**cookie, "Sec-Fetch-Site": "cross-site"}, mine[HEADER]),
            ({**cookie, "Sec-Fetch-Site": "same-site"}, mine[HEADER]),
            ({**cookie, "Origin": "https://example.org"}, mine[HEADER]),
        ):
            if route.desk:
                answer = _ask(whole, route, headers, data={FIELD: given, "name": "x"})
            else:
                body = examples()[f"{route.method} {route.path}"].body
                more = {"json": body} if isinstance(body, dict) else {"data": b"x"} if route.upload else {}
                answer = _ask(whole, route, {**headers, **({HEADER: given} if given else {})}, **more)
            assert answer.status_code == 403, (route.path, headers, answer.text)
            assert ("không thuộc phiên" if route.desk else "form-foreign") in answer.text, route.path
    assert _acts(whole) == before


# ---------------------------------------------------------------- too much, and what is not there


@ONE
@pytest.mark.parametrize("packed", [False, True])
def test_ten_megabytes_are_too_much_for_every_form_and_request(whole: Whole, packed: bool) -> None:
    asked = 0
    for route in (one for one in (*ROUTES, *DESK) if one.method == "POST"):
        text = "a" * HUGE
        if route.body is not NoInput and not route.page:
            data, kind = json.dumps({"name": text}).encode(), "application/json"
        else:
            data, kind = f"{FIELD}=x&name={text}".encode(), "application/x-www-form-urlencoded"
        headers = {**whole.who["everybody"], "Content-Type": kind}
        if packed:
            data, headers["Content-Encoding"] = gzip.compress(data, 1), "gzip"
        answer = _ask(whole, route, headers, data=data)
        if route.desk and Stage.FULL not in route.desk.stages and route.desk.stages:
            assert answer.status_code == 303, route.path
        elif not route.desk and Stage.FULL not in route.stages:
            assert answer.status_code == 401, route.path
        elif route.upload and not route.desk:
            assert answer.status_code < 500, (route.path, answer.text)
        else:
            assert answer.status_code == 413, (route.path, answer.status_code, answer.text[:300])
        asked += 1
    assert asked > 100
    whole.ask("GET", "/api/health/live")


def test_what_is_not_there_is_not_found(whole: Whole) -> None:
    """Whoever guesses an id, and may everything, sees nothing and does nothing: each is asked as if it were there."""
    wrong, asked = [], 0
    for route in (*ROUTES, *DESK):
        parts = set(re.findall(r"\{(\w+)\}", route.path)) - set(WORDS)
        if not parts or route.path.startswith(NO_ROWS):
            continue
        example = examples().get(f"{route.method} {route.path}", NONE)
        headers, more = dict(whole.who["everybody"]), dict[str, Any](params=dict(example.query))
        if route.desk and route.method == "POST":
            more["data"] = {FIELD: headers[HEADER], "version": "1", "name": "x", "seen": "1", "why": "x"}
        elif isinstance(example.body, dict):
            more["data" if route.page else "json"] = example.body
        elif route.upload:
            more["data"] = b"x"
        path = route.path
        for part in re.findall(r"\{(\w+)\}", route.path):
            path = path.replace(f"{{{part}}}", WORDS.get(part) or _guess(part))
        answer = whole.session.request(
            route.method, whole.base + path, headers=headers, timeout=60, allow_redirects=False, **more
        )
        asked += 1
        # who guesses keys of links has to wait: links of tickets, packages and televisions have one door
        if answer.status_code != 404 and not (route.path.startswith(DOOR) and answer.status_code == 429):
            wrong.append((route.method, path, answer.status_code, answer.text[:200]))
    assert not wrong, wrong
    assert asked > 100


def _guess(part: str) -> str:
    """An id of the right form that nothing has."""
    match part:
        case "call" | "draft":
            return "hl1-1795470208.999999"
        case "line":
            return "999"
        case "code":
            return "99999999"
        case "version":
            return "999999"
        case "key":
            return "A" * 43
        case "token":
            return "A" * 60
        case "backup":
            return "20250101T020000Z"
        case "template":
            return "citizen.khong-co.sms"
        case "reason":
            return "9"
        case "agency" | "area" | "category" | "contact" | "role" | "shift" | "crew":
            return "khong-co"
        case _:
            return "fedcba9876543210"


# ---------------------------------------------------------------- asking


def _paths(whole: Whole, route: Route) -> list[str]:
    """The route with everything that is there in its braces, some of each."""
    paths = [route.path]
    for part in re.findall(r"\{(\w+)\}", route.path):
        values = [WORDS[part]] if part in WORDS else list(whole.known.get(part, [_guess(part)]))[:2]
        paths = [path.replace(f"{{{part}}}", value) for path in paths for value in values]
    return paths


def _ask(whole: Whole, route: Route, who: str | Mapping[str, str], **more: Any) -> requests.Response:
    headers = whole.who[who] if isinstance(who, str) else who
    path = _paths(whole, route)[0]
    return whole.session.request(
        route.method, whole.base + path, headers=dict(headers), timeout=60, allow_redirects=False, **more
    )


def _get(whole: Whole, path: str, who: str, **more: Any) -> requests.Response:
    return whole.session.get(whole.base + path, headers=dict(whole.who[who]), timeout=60, allow_redirects=False, **more)


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path.partition("?")[0]) is not None


def _acts(whole: Whole) -> int:
    """Acts that the audit tells of."""

    async def count() -> int:
        async with Database(whole.app.settings.database_url) as database, database.reading() as tx:
            return sum([len(some) async for some in tx.audit.entries()])

    return asyncio.run(count())
