"""Listening from the browser's first byte to the chain: ranges over HTTP, a listener who hangs up in the middle, and entries that
tell exactly what went out.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestClient

from hotline1022.audit.played import joined
from hotline1022.service.disclosure.links import CountedSource
from hotline1022.service.recordings.listening_book import NotedSource
from hotline1022.web import stream
from tests.contract.database.test_listening import WORDS, House, house, parts
from tests.lab.evidence_world import long_message
from tests.lab.real_api import Api, Served, api

__all__ = ["house"]
pytestmark = pytest.mark.parametrize("ring", ["plain"], indirect=True)
#: more than all buffers between two sockets hold
LONG = 24 * 1024**2


class Wire:
    """What the server handed to the network, by the path of the request, and listenings that are over."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, kind: type[NotedSource] | type[CountedSource] = NotedSource
    ) -> None:
        self.sent: dict[str, list[tuple[int, int]]] = {}
        self.over = asyncio.Semaphore(0)
        close: Any
        prepare, write, close = web.StreamResponse.prepare, web.StreamResponse.write, kind.close
        places: dict[web.StreamResponse, tuple[str, int]] = {}

        async def prepares(response: web.StreamResponse, request: Any) -> Any:
            content = response.headers.get("Content-Range", "bytes 0-")
            places[response] = (request.path, int(content.removeprefix("bytes ").partition("-")[0]))
            return await prepare(response, request)

        async def writes(response: web.StreamResponse, data: bytes) -> None:
            path, first = places[response]
            self.sent.setdefault(path, []).append((first, first + len(data)))
            places[response] = (path, first + len(data))
            await write(response, data)

        async def closes(source: Any) -> None:
            await close(source)
            self.over.release()

        monkeypatch.setattr(web.StreamResponse, "prepare", prepares)
        monkeypatch.setattr(web.StreamResponse, "write", writes)
        monkeypatch.setattr(kind, "close", closes)

    async def ended(self, count: int) -> None:
        """So many listenings more have ended on the server's side."""
        async with asyncio.timeout(30):
            for _ in range(count):
                await self.over.acquire()


def browser(house: House, folder: Path) -> AbstractAsyncContextManager[Api]:
    """A client of the API whose desk and tokens are the real ones, and the header of somebody who may listen."""
    return api(house.world.database, folder, "nghe-qua-web", ["listen", "agent"], served=Served, listening=house.desk)


async def granted(client: TestClient[Any, Any], token: dict[str, str], path: str, **more: Any) -> dict[str, Any]:
    """The right that is asked for."""
    async with client.post(path, headers=token, **more) as answer:
        assert answer.status == 201, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def told(house: House) -> list[tuple[int, int]]:
    """What the entries say was heard, after what waits has been brought into the chain."""
    await house.book.flush()
    heard = [one for one in await house.played() if one.detail["step"] == "heard"]
    assert all(one.origin == "127.0.0.1" and one.actor == "token:nghe-qua-web" for one in heard)
    return joined((one["first"], one["after"]) for entry in heard for one in parts(entry.detail["ranges"]))


async def test_ranges_in_the_entries_are_those_that_went_out(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(monkeypatch)
    async with browser(house, tmp_path / "http") as (client, token):
        wanted = {"reason": "complaint", "text": WORDS}
        right = await granted(client, token, f"/api/recordings/{house.recording}/listen", json=wanted)
        url, size = right["url"], right["bytes"]

        async def get(asked: str = "", method: str = "GET", **headers: str) -> tuple[int, bytes]:
            given = headers | ({"Range": asked} if asked else {})
            async with client.request(method, url, headers=given) as answer:
                data = await answer.read()
            return answer.status, data

        # what sends no byte is no listening
        assert (await get(method="HEAD"))[0] == 200
        assert (await get(**{"If-None-Match": f'"{right["sha256"]}"'}))[0] == 304
        assert (await get(f"bytes={size}-"))[0] == 416
        await wire.ended(3)
        assert wire.sent == {} and await house.book.flush() == 0 and await house.played() == []

        # parts of it, some twice; each flush tells of what came since
        heard: list[tuple[int, int]] = []
        for asked, first, after in (
            ("bytes=100-199", 100, 200),
            ("bytes=150-299", 150, 300),
            ("bytes=70000-139999", 70_000, 140_000),
            ("bytes=-50", size - 50, size),
            (f"bytes={size - 60}-{size + 1000}", size - 60, size),
        ):
            status, data = await get(asked)
            assert (status, len(data)) == (206, after - first)
            heard.append((first, after))
            await wire.ended(1)
            assert await told(house) == joined(heard) == joined(wire.sent[url])
        begun = [one for one in await house.played() if one.detail["step"] == "begun"]
        assert len(begun) == 1 and begun[0].detail["sha256"] == right["sha256"]
        status, data = await get()
        assert status == 200 and sha256(data).hexdigest() == right["sha256"]
        await wire.ended(1)
        assert await told(house) == [(0, size)] == joined(wire.sent[url])
    assert [one.fault for one in await house.world.findings() if one.seq] == []


async def test_who_hangs_up_in_the_middle_has_heard_what_went_out_and_no_more(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = (house.world.root / await long_message(house.world, LONG)).read_bytes()
    wire = Wire(monkeypatch)
    async with browser(house, tmp_path / "http") as (client, token):
        url = (await granted(client, token, "/api/voicemails/vm1/listen"))["url"]
        first, got = 2_000_000, 1_500_000
        answer = await client.get(url, headers={"Range": f"bytes={first}-"})
        data = await answer.content.readexactly(got)
        assert answer.status == 206 and data == sound[first : first + got]
        answer.close()
        await wire.ended(1)
        ((start, after),) = joined(wire.sent[url])
        assert start == first and first + got <= after < len(sound), "it was broken off"
        assert await told(house) == [(start, after)]
        # it goes on where the listener is, and breaks off once more
        again = await client.get(url, headers={"Range": f"bytes={first + got}-"})
        await again.content.readexactly(10)
        again.close()
        await wire.ended(1)
        assert await told(house) == joined(wire.sent[url])
    begun = [one for one in await house.played() if one.detail["step"] == "begun"]
    assert len(begun) == 1 and begun[0].detail["reason"] == "voicemail"


async def revoked(house: House) -> None:
    async with house.world.database.transaction() as tx:
        (mine,) = [one for one in await tx.tokens.all() if one.name == "nghe-qua-web"]
        await tx.tokens.revoke(mine.id, datetime.now(UTC))


async def over(house: House) -> None:
    await house.world.attack("UPDATE listening SET expires_at = asked_at")


@pytest.mark.parametrize("takes", [True, False], ids=["slow", "stalled"])
@pytest.mark.parametrize("ends", [revoked, over])
async def test_a_running_listening_ends_with_its_right(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: Any, takes: bool
) -> None:
    monkeypatch.setattr(stream, "EVERY_SECONDS", 0.2)
    sound = (house.world.root / await long_message(house.world, LONG)).read_bytes()
    wire = Wire(monkeypatch)
    async with browser(house, tmp_path / "http") as (client, token):
        url = (await granted(client, token, "/api/voicemails/vm1/listen"))["url"]
        answer = await client.get(url)
        got = len(await answer.content.readexactly(1_000_000))
        await ends(house)
        if not takes:
            await wire.ended(1)  # it is broken off while nobody reads
        with pytest.raises(ClientError):
            while piece := await answer.content.read(50_000):
                got += len(piece)
        if takes:
            await wire.ended(1)
        assert 1_000_000 <= got < len(sound)
        ((first, after),) = joined(wire.sent[url])
        assert first == 0 and got <= after < len(sound) and await told(house) == [(0, after)]
        async with client.get(url) as refused:
            assert refused.status in (404, 409), "and nothing more is given"
