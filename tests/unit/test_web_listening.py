"""Listening over HTTP: a right for a reason, then ranges of bytes; other people's rights and forged keys are refused."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
from hotline1022.web.copies_wire import Format
from hotline1022.web.listening_wire import ListenBody
from hotline1022.web.types import Scope
from tests.unit.catalogue_memory import FIRST
from tests.unit.listening_memory import ENDED, KEY
from tests.unit.web_memory import SECRETS, open_house

ASK = f"/api/recordings/{FIRST.id}/listen"
BODY = {"reason": "quality", "text": "Nghe lại cuộc gọi theo kế hoạch tháng."}


async def test_a_reason_then_a_right_then_the_sound(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        whole = (tmp_path / "recordings" / "copy.wav").read_bytes()
        _, found = await house.ask("GET", "/api/listen/reasons", "listen")
        assert found == {"reasons": [{"id": "quality", "name": "Kiểm tra chất lượng"}]}
        status, right = await house.ask("POST", ASK, "listen", json=BODY | {"format": "opus", "levelled": True})
        assert (status, right["url"], right["bytes"]) == (201, f"/api/listen/{KEY}", len(whole))
        wanted = ListenBody(reason="quality", text=BODY["text"], format=Format.OPUS, levelled=True)
        assert house.listening.asked == [(FIRST.id, wanted, "listen-token", "127.0.0.1")]
        async with house.client.get(right["url"]) as response:  # as <audio src> does: without a token
            assert (response.status, await response.read()) == (200, whole)
            assert response.headers["Content-Type"] == "audio/wav"
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Accept-Ranges"] == "bytes"
            assert "ban-sao" in response.headers["Content-Disposition"]
        assert house.listening.opened == ["127.0.0.1"]


async def test_who_may_hear_it_sees_who_is_heard_when(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        found = await house.ask("GET", f"/api/listen/{KEY}/map", None)
        assert found == (
            200,
            {
                "call": FIRST.call,
                "duration_ms": 400,
                "stretches": [
                    {"from_ms": 0, "to_ms": 300, "kind": "citizen"},
                    {"from_ms": 300, "to_ms": 400, "kind": "silence"},
                ],
            },
        )
        assert await house.ask("GET", f"/api/listen/{KEY}/peaks", "listen") == (
            200,
            {"call": FIRST.call, "duration_ms": 400, "step_ms": 100, "citizen": "/yAQAA==", "other": "AAAAAA=="},
        )
        assert house.listening.opened == ["map 127.0.0.1", "peaks 127.0.0.1"]
        for what in ("map", "peaks"):
            forged = f"/api/listen/{KEY[:-1]}{'A' if KEY[-1] != 'A' else 'B'}/{what}"
            for path, who, wanted in (
                (forged, "listen", (404, "listen-unknown")),
                (f"/api/listen/{ENDED}/{what}", "listen", (409, "listen-expired")),
                (f"/api/listen/{KEY}/{what}", "admin", (403, "listen-of-another")),
            ):
                status, told = await house.ask("GET", path, who)
                assert (status, told["error_id"]) == wanted, path
            for guessed in (FIRST.call, FIRST.id):
                assert (await house.ask("GET", f"/api/recordings/{guessed}/{what}", "listen"))[0] == 404
        assert len(house.listening.opened) == 2


async def test_ranges(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        whole = (tmp_path / "recordings" / "copy.wav").read_bytes()
        tag = f'"{sha256(whole).hexdigest()}"'
        path = f"/api/listen/{KEY}"
        for asked, part in (("bytes=44-99", whole[44:100]), ("bytes=-10", whole[-10:]), ("bytes=100-", whole[100:])):
            async with house.client.get(path, headers={"Range": asked, "If-Range": tag}) as response:
                assert (response.status, await response.read()) == (206, part)
                assert response.headers["Content-Range"].endswith(f"/{len(whole)}")
        async with house.client.get(path, headers={"Range": "bytes=1-2", "If-Range": '"of before"'}) as response:
            assert (response.status, await response.read()) == (200, whole)
        async with house.client.get(path, headers={"If-None-Match": tag}) as response:
            assert (response.status, await response.read()) == (304, b"")
        async with house.client.head(path, headers={"Range": "bytes=0-9"}) as response:
            assert (response.status, response.headers["Content-Length"]) == (206, "10")
        for asked in (f"bytes={len(whole)}-", "bytes=9-1", "lines=1-2", "bytes=1-2,4-5"):
            status, told = await house.ask("GET", path, None, headers={"Range": asked})
            assert (status, told["error_id"]) == (416, "range-invalid"), asked


@pytest.mark.parametrize("who", sorted(set(Scope) - {Scope.LISTEN}))
async def test_the_right_of_another_is_refused_and_no_other_scope_gets_one(tmp_path: Path, who: Scope) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/api/listen/{KEY}", who.value)
        assert (status, told["error_id"]) == (403, "listen-of-another")
        assert (await house.ask("POST", ASK, who.value, json=BODY))[0] == 403
        assert house.listening.asked == [] and house.listening.opened == []


@pytest.mark.parametrize(
    ("path", "status", "error_id"),
    [
        (f"/api/listen/{'x' * 43}", 404, "listen-unknown"),
        (f"/api/listen/{ENDED}", 409, "listen-expired"),
        ("/api/listen/..%2F..%2Fetc%2Fpasswd", 404, "key-unknown"),
        ("/api/listen/short", 404, "key-unknown"),
    ],
)
async def test_keys_that_open_nothing(tmp_path: Path, path: str, status: int, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        found = await house.ask("GET", path, None)
        assert (found[0], found[1]["error_id"]) == (status, error_id)


@pytest.mark.parametrize("name", ["link.wav", "gone.wav", "../outside.wav"])
async def test_nothing_outside_the_folder_is_ever_sent(tmp_path: Path, name: str) -> None:
    async with open_house(tmp_path) as house:
        house.listening.name = name
        status, told = await house.ask("GET", f"/api/listen/{KEY}", None)
        assert (status, told["error_id"]) == (503, "recording-missing")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "không có lý do"},
        {"reason": "quality"},
        {"reason": "quality", "text": ""},
        {"reason": "quality", "text": "x" * 501},
        {"reason": "Quality!", "text": "kiểm tra"},
        {"reason": "quality", "text": "kiểm tra", "copy": "original"},
        {"reason": "quality", "text": "kiểm tra", "format": "flac"},
        {"reason": "quality", "text": "kiểm tra", "path": "/etc/passwd"},
    ],
)
async def test_without_a_reason_nobody_listens(tmp_path: Path, body: dict[str, str]) -> None:
    async with open_house(tmp_path) as house:
        assert (await house.ask("POST", ASK, "listen", json=body))[0] == 400
        assert house.listening.asked == []


async def test_a_message_is_heard_by_agents_as_their_work(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert (await house.ask("POST", "/api/voicemails/v1/listen", "agent"))[0] == 201
        assert house.listening.asked == [("v1", None, "agent-token", "127.0.0.1")]
        assert (await house.ask("POST", "/api/voicemails/v2/listen", "agent"))[0] == 404
        for who in ("read", "listen", "metrics"):
            assert (await house.ask("POST", "/api/voicemails/v1/listen", who))[0] == 403


async def test_damage_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.listening.fails = Refused(
            "it is not what was stored (file-changed); tell the office", error_id="recording-damaged"
        )
        for method, path, more in (("POST", ASK, {"json": BODY}), ("GET", f"/api/listen/{KEY}", {})):
            status, told = await house.ask(method, path, "listen", **more)
            assert (status, told["error_id"], told["cure"]) == (409, "recording-damaged", "tell the office")


async def test_the_way_without_a_reason_is_gone_and_keys_are_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="hotline1022.access"):
        async with open_house(tmp_path) as house:
            call = house.calls.calls[0].id
            headers = {"Authorization": f"Bearer {SECRETS['listen']}"}
            async with house.client.get(f"/api/calls/{call}/recording", headers=headers) as response:
                assert response.status == 404
            async with house.client.get(f"/api/listen/{KEY}") as response:
                await response.read()
            async with asyncio.timeout(5):  # it is logged when all of it has gone
                while "/api/listen/{key}" not in caplog.text:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    assert KEY not in caplog.text
