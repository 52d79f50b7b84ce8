"""HTTP gateways against servers that answer as the gateways' documents say, errors and throttling included."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline1022.core.errors import ConfigError
from hotline1022.notify.answers import Accepted, Arrived, NoAnswer, NotTaken, RefusedForGood, StillOpen, Undeliverable
from hotline1022.notify.http_profile import Account, Profile, number_of, pick
from hotline1022.notify.profile_load import SHIPPED, load_profile
from hotline1022.notify.types import Encoding
from hotline1022.service.notify.sms_http import HttpGateway
from tests.unit.notify_memory import AT, a_message

ACCOUNT = Account(account="khoa", secret="bi-mat", sender="TD1022")
PROFILES = Path(__file__).parents[2] / "notify" / "profiles"


@dataclass
class Gateway:
    """A gateway's server: what it was asked, and what it answers next."""

    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    #: an answer, at once or after so many seconds; seconds alone: 500 after them
    answers: list[web.Response | float | tuple[float, web.Response]] = field(default_factory=list)
    auth: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.seen.append((request.path, dict(request.query), json.loads(body) if body else None))
        self.auth.append(request.headers.get("Authorization", ""))
        answer = self.answers.pop(0)
        if isinstance(answer, float):
            answer = (answer, web.Response(status=500))
        if isinstance(answer, tuple):
            seconds, answer = answer
            await asyncio.sleep(seconds)
        if answer.status == 0:
            assert request.transport is not None
            request.transport.abort()
        return answer


def says(value: Any, status: int = 200, **headers: str) -> web.Response:
    return web.json_response(value, status=status, headers=headers)


CUT = web.Response(status=200)
CUT.set_status(0)


@asynccontextmanager
async def gateway(name: str, seconds: float = 2.0) -> AsyncIterator[tuple[Gateway, HttpGateway]]:
    """The shipped profile's gateway at a server on loopback."""
    server = Gateway()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    async with TestServer(app) as running:
        profile = at(load_profile(name), f"http://127.0.0.1:{running.port}")
        yield server, HttpGateway(profile, ACCOUNT, price=400, seconds=seconds, clock=lambda: AT)


def at(profile: Profile, address: str) -> Profile:
    def moved(url: str) -> str:
        return address + "/" + url.partition("://")[2].partition("/")[2]

    assert profile.status is not None
    status = replace(profile.status, call=replace(profile.status.call, url=moved(profile.status.call.url)))
    return replace(profile, send=replace(profile.send, url=moved(profile.send.url)), status=status)


async def test_speedsms_as_it_answers() -> None:
    async with gateway("speedsms") as (server, ours):
        data = {"tranId": 123456, "totalSMS": 1, "totalPrice": 250, "invalidPhone": []}
        server.answers = [says({"status": "success", "code": "00", "data": data})]
        assert await ours.send(a_message(text="Ma phieu 4711")) == Accepted(ids=("123456",))
        path, _, body = server.seen[0]
        assert path == "/index.php/sms/send"
        assert body == {"to": ["84901234567"], "content": "Ma phieu 4711", "sms_type": 3, "sender": "TD1022"}
        assert server.auth == ["Basic " + base64.b64encode(b"bi-mat:x").decode()]


@pytest.mark.parametrize(
    ("code", "away", "for_good"),
    [
        ("007", True, False),
        ("008", True, False),
        ("009", True, False),
        ("300", True, False),
        ("500", False, False),
        ("101", False, True),
        ("105", False, True),
        ("110", False, True),
        ("113", False, True),
    ],
)
async def test_speedsms_errors(code: str, away: bool, for_good: bool) -> None:
    async with gateway("speedsms") as (server, ours):
        server.answers = [says({"status": "error", "code": code, "message": "error description", "invalidPhone": []})]
        said = await ours.send(a_message())
        if for_good:
            assert isinstance(said, RefusedForGood)
        else:
            assert isinstance(said, NotTaken) and said.away is away
        assert said.error_id == f"gateway-{code}" and "error description" in said.reason


async def test_speedsms_throttles_and_says_until_when() -> None:
    async with gateway("speedsms") as (server, ours):
        reset = {"X-Rate-Limit-Limit": "60", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "17"}
        server.answers = [
            says({"name": "Too Many Requests"}, 429, **reset),
            says({}, 429, **reset | {"X-Rate-Limit-Reset": str(int(AT.timestamp()) + 9)}),
            says({}, 429),
        ]
        for seconds in (17.0, 9.0, None):
            said = await ours.send(a_message())
            assert isinstance(said, NotTaken)
            assert (said.error_id, said.away, said.seconds) == ("gateway-throttled", False, seconds)


async def test_speedsms_takes_the_request_and_refuses_the_number() -> None:
    async with gateway("speedsms") as (server, ours):
        data = {"tranId": 1, "totalSMS": 0, "totalPrice": 0, "invalidPhone": ["84901234567"]}
        server.answers = [says({"status": "success", "code": "00", "data": data})]
        assert isinstance(await ours.send(a_message()), RefusedForGood)


async def test_speedsms_is_asked_what_became_of_it() -> None:
    async with gateway("speedsms") as (server, ours):
        assert (ours.can_ask, ours.can_follow) == (False, True)
        for status, wanted in ((0, Arrived), (1, StillOpen), (63, StillOpen), (64, Undeliverable)):
            server.answers = [says({"status": "success", "data": [{"phone": "84901234567", "status": status}]})]
            assert isinstance(await ours.ask(a_message(), ("123456",)), wanted)
        assert server.seen[0][0] == "/index.php/sms/status/123456"
        server.answers = [says({"status": "error", "code": "101"}), says({}, 500), 3.0]
        for _ in range(3):
            assert await ours.ask(a_message(), ("123456",)) == StillOpen()
        assert await ours.ask(a_message(), ()) == StillOpen(), "without an id there is nothing to ask by"
        assert len(server.seen) == 7


@pytest.mark.parametrize("name", SHIPPED)
async def test_what_no_document_describes(name: str) -> None:
    async with gateway(name, seconds=0.4) as (server, ours):
        for answer in (
            web.Response(status=500, text="<html>"),
            web.Response(status=502),
            web.Response(text="<html>Bảo trì"),
            web.Response(text="[]"),
            says({"hello": 1}),
            web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
            CUT,
            2.0,
        ):
            server.answers = [answer]
            assert isinstance(await ours.send(a_message()), NoAnswer), answer
        for status in (401, 403, 503):
            server.answers = [web.Response(status=status)]
            said = await ours.send(a_message())
            assert isinstance(said, NotTaken) and said.away
        server.answers = [web.Response(status=404)]
        assert isinstance(await ours.send(a_message()), RefusedForGood)
        assert len(server.seen) == 12, "each was asked once"


@pytest.mark.parametrize("name", ["esms", "speedsms"])
async def test_keys_and_numbers_are_in_no_log_and_in_no_answer_of_ours(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answers = [
        says({"CodeResult": "101", "ErrorMessage": "wrong key", "status": "error", "code": "007"}),
        says({"CodeResult": "99", "status": "error", "code": "500"}),
        says({"nothing": "known"}),
        web.Response(status=500, text="broken"),
        web.Response(status=200, text="no JSON"),
        CUT,
    ]
    async with gateway(name) as (server, ours):
        for answer in answers:
            server.answers = [answer]
            said = await ours.send(a_message())
            assert not isinstance(said, Accepted)
            assert "bi-mat" not in repr(said) and "901234567" not in repr(said)
        assert len(server.seen) == len(answers), "each left"
    assert "bi-mat" not in caplog.text and "901234567" not in caplog.text


async def test_a_port_where_nobody_listens_is_away(caplog: pytest.LogCaptureFixture) -> None:
    ours = HttpGateway(at(load_profile("esms"), "http://127.0.0.1:9"), ACCOUNT, seconds=2)
    said = await ours.send(a_message())
    assert isinstance(said, NotTaken) and said.away
    assert "bi-mat" not in repr(said) + caplog.text
    assert "bi-mat" not in repr(ACCOUNT)


async def test_texts_that_a_gateway_does_not_take_never_leave() -> None:
    picky = replace(load_profile("speedsms"), encodings=(Encoding.GSM7,), characters=20, forbidden="#&")
    ours = HttpGateway(picky, ACCOUNT)
    for changes, error_id in (
        ({"text": "a & b"}, "text-forbidden"),
        ({"text": "x" * 21}, "text-long"),
        ({"encoding": Encoding.UCS2}, "text-encoding"),
    ):
        said = await ours.send(a_message(**changes))
        assert isinstance(said, RefusedForGood) and said.error_id == error_id


# ---------------------------------------------------------------- profiles


def test_numbers_and_paths() -> None:
    assert [number_of(replace(load_profile("esms"), numbers=form), "+84901234567") for form in ("84", "0", "+84")] == [
        "84901234567",
        "0901234567",
        "+84901234567",
    ]
    assert number_of(load_profile("esms"), "+66812345678") == "0066812345678"
    tree = {"data": [{"id": 7, "ok": True}], "none": None}
    assert [pick(tree, path) for path in ("data.0.id", "data.0.ok", "data.1.id", "data", "none", "", "x.y")] == [
        "7",
        "true",
        None,
        None,
        None,
        None,
        None,
    ]


GENERIC = """
name = "tinh"
numbers = "+84"
client_key = true
[send]
url = "https://sms.example.vn/send?to={number}"
method = "PUT"
headers = { "X-Key" = "{secret}" }
form = { text = "{text}", id = "{key}" }
[answer]
result = "ok"
good = ["true"]
known = ["exists"]
id = "id"
"""


def test_an_own_profile(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(GENERIC, encoding="utf-8")
    profile = load_profile(file)
    assert (profile.name, profile.numbers, profile.send.method, profile.status) == ("tinh", "+84", "PUT", None)
    assert profile.answer.known == ("exists",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("https://", "http://", "in the clear"),
        ("https://sms.example.vn", "http://[::1]:80@evil.example", "in the clear"),
        ("https://sms.example.vn", "ftp://sms.example.vn", "in the clear"),
        ("{text}", "{txt}", "{txt} is no placeholder"),
        ('numbers = "+84"', 'numbers = "84 "', "numbers is none of"),
        ('name = "tinh"', "", "name is missing"),
        ("known =", "knwon =", "knwon is unknown"),
        ("[send]", "[snd]", "send is missing"),
        ('name = "tinh"', "name = tinh", "is not TOML"),
        (
            "[answer]",
            '[status]\nurl = "https://a/{text}"\nresult = "a"\ngood = []\n[answer]',
            "{text} is no placeholder",
        ),
        ("[answer]", '[limits]\nencodings = ["utf8"]\n[answer]', "is not a profile"),
    ],
)
def test_a_profile_with_a_fault_is_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "own.toml"
    assert old in GENERIC
    file.write_text(GENERIC.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_profile(file)
    assert caught.value.error_id == "profile-invalid"
    assert says in str(caught.value) and "; " in str(caught.value)


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_profile(tmp_path / "none.toml")


def test_every_shipped_profile_is_named() -> None:
    assert {path.stem for path in PROFILES.glob("*.toml")} == set(SHIPPED)
