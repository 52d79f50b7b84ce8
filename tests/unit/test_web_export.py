"""Originals over HTTP: what the client gets, what it is refused, and that an answer that breaks in the middle never looks whole."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.recordings.stream import Stream
from hotline1022.web import stream
from hotline1022.web.listening_wire import WhyBody
from tests.lab.waiting import until
from tests.unit.backup_memory import MemoryExports, MemoryPieces
from tests.unit.catalogue_memory import FIRST
from tests.unit.listening_memory import KEY
from tests.unit.web_memory import SECRETS, House, open_house

PATH = f"/api/recordings/{FIRST.id}/export"
WHY = {"reason": "authority", "text": "Công văn 12/CSĐT"}
TOKEN = {"Authorization": f"Bearer {SECRETS['listen']}"}
#: more than all buffers between two sockets hold
LONG = [bytes(1 << 20)] * 64


def exports(house: House, source: MemoryPieces | None = None) -> MemoryExports:
    found = house.ports.exports
    assert isinstance(found, MemoryExports)
    if source is not None:
        found.source = source
    return found


async def test_all_of_it_comes_as_a_file_and_a_range_is_not_offered(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        memory = exports(house)
        async with house.client.post(PATH, headers={**TOKEN, "Range": "bytes=1-2"}, json=WHY) as answer:
            assert (answer.status, await answer.read()) == (200, b"PK...")
            assert answer.headers["Content-Type"] == "application/zip"
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{FIRST.call}-goc.zip"'
            assert answer.headers["Accept-Ranges"] == "none" and answer.headers["Cache-Control"] == "no-store"
        assert memory.asked == [(FIRST.id, WhyBody(reason="authority", text="Công văn 12/CSĐT"))]
        assert memory.source.closed == 1
        async with house.client.head(PATH, headers=TOKEN) as answer:
            assert answer.status == 405


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("it is not what was stored; tell somebody", error_id="recording-damaged"), 409),
        (Unavailable("2 exports run already; wait", error_id="export-busy"), 503),
    ],
)
async def test_what_is_refused_is_told_as_json(tmp_path: Path, error: HotlineError, status: int) -> None:
    async with open_house(tmp_path) as house:
        memory = exports(house, MemoryPieces([], error))
        for _ in range(2):  # before its first byte, and before it begins
            found, told = await house.ask("POST", PATH, "listen", json=WHY)
            assert (found, told["error_id"]) == (status, error.error_id) and told["cure"]
            memory.fails = error
        assert memory.source.closed == 1
        for body in ({}, {"reason": "authority"}, {**WHY, "copy": "track"}, {**WHY, "text": "x" * 501}):
            assert (await house.ask("POST", PATH, "listen", json=body))[0] == 400
        assert (await house.ask("POST", f"/api/recordings/{'e' * 16}/export", "listen", json=WHY))[0] == 404


async def received(answer: Any) -> tuple[bytes, bool]:
    """What came, and whether the client takes it for the whole."""
    got = b""
    try:
        async for piece in answer.content.iter_any():
            got += piece
    except ClientPayloadError:
        return got, False
    return got, True


@pytest.mark.parametrize(
    "error", [Refused("changed; stop", error_id="recording-damaged"), ValueError("a fault of ours")]
)
async def test_what_breaks_in_the_middle_never_looks_whole(tmp_path: Path, error: Exception) -> None:
    async with open_house(tmp_path) as house:
        memory = exports(house, MemoryPieces([b"PK", b"..."], error))
        async with house.client.post(PATH, headers=TOKEN, json=WHY) as answer:
            got, whole = await received(answer)
        assert not whole and b"PK...".startswith(got), "nor is the error's text a part of it"
        assert memory.source.closed == 1
        assert (await house.ask("GET", "/api/calls"))[0] == 200


async def test_a_recording_that_cannot_be_read_on_is_cut_off_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(self: Stream, first: int, after: int) -> Any:
        yield b"RIFF"
        raise Unavailable("the disk is away; bring it back", error_id="recording-io")

    monkeypatch.setattr(Stream, "read", breaks)
    async with open_house(tmp_path) as house, house.client.get(f"/api/listen/{KEY}", headers=TOKEN) as answer:
        assert answer.status == 200
        got, whole = await received(answer)
    assert not whole and b"RIFF".startswith(got)


async def test_who_goes_away_or_takes_nothing_frees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(tmp_path) as house:
        gone = exports(house, MemoryPieces(LONG)).source
        answer = await house.client.post(PATH, headers=TOKEN, json=WHY)
        await answer.content.readexactly(1000)
        assert gone.closed == 0
        answer.close()
        await until(lambda: gone.closed == 1)
        monkeypatch.setattr(stream, "STALLED", 0.2)
        asleep = exports(house, MemoryPieces(LONG)).source
        async with asyncio.timeout(20), house.client.post(PATH, headers=TOKEN, json=WHY) as answer:
            await until(lambda: asleep.closed == 1)
            assert not (await received(answer))[1]


async def test_who_takes_too_little_loses_the_place_and_who_waits_for_pieces_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        monkeypatch.setattr(stream, "STALLED", 0.3)
        monkeypatch.setattr(stream, "SLOWEST", 1 << 40)
        slow = exports(house, MemoryPieces(LONG * 8)).source
        async with asyncio.timeout(20), house.client.post(PATH, headers=TOKEN, json=WHY) as answer:
            got, whole = await received(answer)
        assert not whole and 0 < len(got) < 512 << 20 and slow.closed == 1, "it took all the time, and was too slow"

        class Making(MemoryPieces):
            """Each piece takes longer to be made than a listener may."""

            async def pieces(self) -> AsyncIterator[bytes]:
                async for piece in MemoryPieces(self.sent).pieces():
                    await asyncio.sleep(0.2)
                    yield piece

        exports(house, Making([b"P", b"K", b"."]))
        async with house.client.post(PATH, headers=TOKEN, json=WHY) as answer:
            assert await received(answer) == (b"PK.", True)
