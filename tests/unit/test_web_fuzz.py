"""Whatever is asked of the API or sent to it, it never breaks: no 500."""

import json
import re
import string
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from hotline1022.accounts.types import Permission, Stage
from hotline1022.web.auth import digest_of
from hotline1022.web.cookies import HEADER, PLAIN, form_token
from hotline1022.web.routes import ROUTES
from hotline1022.web.types import Scope, Token
from hotline1022.web.wire import NoInput
from tests.unit.accounts_memory import MemoryDoor, cookie_of
from tests.unit.calls_memory import NOW
from tests.unit.catalogue_memory import FIRST
from tests.unit.listening_memory import KEY
from tests.unit.web_memory import House, open_house

NAMES = sorted({name for route in ROUTES for name in get_type_hints(route.query)})
#: what people and machines type: near misses of good values, and anything else
VALUES = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?([+ -][0-9]{2}:?[0-9]{2}|Z)?)?"),
    st.integers().map(str),
    st.sampled_from(
        [
            "answered",
            "true",
            "0",
            "101",
            "1001",
            "wav",
            "quality",
            "2026-11-24",
            "approve",
            "0:01..0:02",
            "+84901234567",
            "9999-12-31",
            "2199-12-31T23:59:59-23:59",
        ]
    ),
    st.text(string.ascii_letters + string.digits + "-_", min_size=8, max_size=40),
)
#: the cookie of a session whose login is "every"
COOKIE = cookie_of("every")
#: and of one that has shown its password alone
HALF = cookie_of("half")
GETS = sorted(route.path for route in ROUTES if route.method == "GET")
#: everything that takes a JSON body
SENT = {(one.method, one.path): one.body for one in ROUTES if one.body is not NoInput and not one.page}
FIELDS = sorted({name for body in SENT.values() for name in get_type_hints(body)})
#: a token of each scope at once
EVERY = "hl_every_0123456789abcdef"
#: what stands in a path: things that are there, and anything else
PARTS = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from([FIRST.id, FIRST.call, "hl1-1795470208.58", "a1", "v1", "t1", KEY, "101", "..", "%2e%2e"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=6,
)


@st.composite
def filled(draw: st.DrawFn, template: str) -> str:
    """A path with something in each of its places."""
    fixed, *places = re.split(r"\{\w+\}", template)
    return fixed + "".join(quote(draw(PARTS), safe="", errors="replace") + after for after in places)


@st.composite
def posts(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Method, path and body: its own fields, with those of others, no object at all, no JSON."""
    method, template = draw(st.sampled_from(sorted(SENT)))
    own = st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(get_type_hints(SENT[method, template])), JSON))
    body = st.one_of(own, st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), JSON)
    sent = st.one_of(body.map(lambda value: json.dumps(value).encode()), st.binary(max_size=80))
    return method, draw(filled(template)), draw(sent)


async def told(response: ClientResponse, *asked: object) -> None:
    """No answer but those that are foreseen; who may everything is not refused for want of a scope."""
    text = await response.text(errors="replace")
    # the client takes `/../` out of a path: what is left may be another route, of another method
    elsewhere = any(isinstance(one, str) and ".." in one for one in asked)
    assert response.status < 500 and response.status not in ((401,) if elsewhere else (401, 405)), (
        *asked, response.status, text,
    )  # fmt: skip
    assert "scope" not in text or response.status != 403, (*asked, text)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_is_asked_never_breaks(fuzzed: House, data: st.DataObject) -> None:
    path = data.draw(filled(data.draw(st.sampled_from(GETS))))
    pairs = data.draw(st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), VALUES), max_size=4))
    query = "&".join(f"{quote(key, errors='replace')}={quote(value, errors='replace')}" for key, value in pairs)
    headers = shown(path)
    asked = data.draw(st.one_of(st.none(), st.text(string.ascii_letters + string.digits + "=-, ", max_size=20)))
    if asked is not None:
        headers["Range"] = data.draw(
            st.sampled_from([asked, f"bytes={asked}", "bytes=5-2", "bytes=-7", "bytes=99999999-"])
        )
    async with fuzzed.client.get(
        URL(f"{path}?{query}", encoded=True), headers=headers, allow_redirects=False
    ) as response:
        await told(response, path, query, headers)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=posts())
async def test_whatever_is_sent_never_breaks(fuzzed: House, asked: tuple[str, str, bytes]) -> None:
    method, path, body = asked
    headers = shown(path) | {"Content-Type": "application/json"}
    async with fuzzed.client.request(method, URL(path, encoded=True), headers=headers, data=body) as response:
        await told(response, method, path, body)


@pytest.fixture
async def fuzzed(tmp_path: Path) -> Any:
    async with open_house(tmp_path) as house:
        token = Token(id="id-every", name="every-token", digest=digest_of(EVERY), scopes=frozenset(Scope))
        house.tokens.tokens[token.digest] = token
        assert isinstance(house.ports.door, MemoryDoor)
        assert house.ports.door.let_in("every", frozenset(Permission), NOW) == COOKIE
        assert house.ports.door.let_in("half", frozenset(Permission), NOW, stage=Stage.SECOND) == HALF
        yield house


def shown(path: str) -> dict[str, str]:
    """Whoever may do everything: a token, and where only people may, a session."""
    if path == "/api/me/second":
        return {"Cookie": f"{PLAIN}={HALF}", HEADER: form_token(HALF)}
    if path.startswith(("/api/users", "/api/roles", "/api/tokens", "/api/me/")):
        return {"Cookie": f"{PLAIN}={COOKIE}", HEADER: form_token(COOKIE)}
    return {"Authorization": f"Bearer {EVERY}"}
