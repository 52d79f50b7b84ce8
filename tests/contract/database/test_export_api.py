"""Originals over the API, on both databases, sealed and not: what stock tools make of the ZIP, the entry before the first byte, and
nothing whole of what is not what was stored.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError, web

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.errors import HotlineError
from hotline1022.db.migrate import migrate
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.recordings.export import Exporter
from hotline1022.service.recordings.export_desk import ExportDesk
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.recordings.zip_source import MOST, ZipSource
from hotline1022.web import stream
from hotline1022.web.asker import of_token
from hotline1022.web.listening_wire import WhyBody
from hotline1022.web.types import Scope, Token
from tests.contract.database.made import answered, at
from tests.lab.chain import entries
from tests.lab.evidence_world import World, build, everything_now, long_message
from tests.lab.real_api import Api, api
from tests.lab.waiting import until
from tests.unit.recordings_world import CALL

TOKEN = of_token(Token(id="a" * 16, name="khac", digest="", scopes=frozenset({Scope.LISTEN})))
WORDS = "Công văn 12/CSĐT ngày 24.11.2026"
WHY = {"reason": "authority", "text": WORDS}
#: more than all buffers between two sockets hold
LONG = 24 * 1024**2
PLAIN = pytest.mark.parametrize("ring", ["plain"], indirect=True)


@dataclass
class House:
    """An export desk over a filed call."""

    world: World
    desk: ExportDesk
    recording: str
    folder: Path

    @property
    def path(self) -> str:
        """Where it is asked for."""
        return f"/api/recordings/{self.recording}/export"

    def api(self, scope: str = "listen") -> AbstractAsyncContextManager[Api]:
        """A client with a token of this scope."""
        return api(self.world.database, self.folder / "http", "thanh-tra", [scope], exports=self.desk)

    async def entries(self, kind: Kind) -> list[Entry]:
        """Of this kind, in their order."""
        return [one for one in await entries(self.world.database) if one.kind == kind]


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[House]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        world = await build(address, database, tmp_path, ring=ring)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        async with database.reading() as tx:
            recording = (await tx.catalogue.get(CALL)).id
        exporter = Exporter(
            database=database,
            root=world.root,
            data=tmp_path / "data",
            originals=OriginalCheck(database, world.examiner(), world.bells),
            bell=world.bells,
            reasons=load_reasons(),
            keys=ring,
        )
        yield House(world, ExportDesk(exporter), recording, tmp_path)


async def stock(*words: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(subprocess.run, words, cwd=cwd, capture_output=True, check=False)


def open_originals(house: House) -> list[str]:
    """Files of recordings that this process has open."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        try:
            target = str(one.readlink())
        except FileNotFoundError:  # the listing's own
            continue
        if target.startswith(f"{house.world.root}/") and target.endswith(".wav"):
            found.append(target)
    return found


async def test_stock_tools_check_what_comes_and_the_entry_is_there_before_the_first_byte(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[list[Entry]] = []
    prepare = web.StreamResponse.prepare

    async def prepares(response: web.StreamResponse, request: Any) -> Any:
        if request.path == house.path:
            before.append(await house.entries(Kind.RECORDING_EXPORTED))
        return await prepare(response, request)

    async with house.api() as (client, token):
        monkeypatch.setattr(web.StreamResponse, "prepare", prepares)
        async with client.post(house.path, headers=token, json=WHY) as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip")
            (tmp_path / "goc.zip").write_bytes(await answer.read())
    ((entry,), *_) = before
    assert (entry.actor, entry.origin, entry.detail["reason"]) == ("token:thanh-tra", "127.0.0.1", "authority")
    assert entry.subject == f"call:{CALL}" and WORDS not in repr(entry)
    async with house.world.database.reading() as tx:
        right = await tx.listening.get(str(entry.detail["listening"]))
    assert right is not None and (right.words, right.what, right.expires_at) == (WORDS, "originals", None)
    acts = [one for one in await house.entries(Kind.ACT) if "export" in str(one.detail["act"])]
    assert [(one.actor, one.subject) for one in acts] == [("token:thanh-tra", f"recording:{house.recording}")]
    unzipped = await stock("unzip", "-q", "-d", "goc", "goc.zip", cwd=tmp_path)
    assert unzipped.returncode == 0, unzipped
    checked = await stock("sha256sum", "-c", "--strict", "SHA256SUMS", cwd=tmp_path / "goc")
    assert checked.returncode == 0 and checked.stdout.count(b": OK") == 7, checked
    for one in house.world.originals:
        out = tmp_path / "goc" / Path(one.path).name
        assert sha256(out.read_bytes()).hexdigest() == one.sha256 and out.stat().st_mode & 0o777 == 0o640
    assert len(list((tmp_path / "goc").iterdir())) == 8
    assert await house.world.findings() == [] and open_originals(house) == []


async def test_what_is_damaged_is_refused_before_it_begins(house: House) -> None:
    (house.world.root / house.world.filed.tracks[0].path).unlink()
    async with house.api() as (client, token):
        async with client.post(house.path, headers=token, json=WHY) as answer:
            told = await answer.json()
        assert (answer.status, told["error_id"]) == (409, "recording-damaged")
        for body, error_id in (
            ({**WHY, "reason": "curious"}, "reason-unknown"),
            ({**WHY, "text": "CV"}, "reason-too-short"),
        ):
            async with client.post(house.path, headers=token, json=body) as answer:
                assert (answer.status, (await answer.json())["error_id"]) == (400, error_id)
    assert await house.entries(Kind.RECORDING_EXPORTED) == []
    assert len(await house.entries(Kind.RECORDING_DAMAGED)) == 1
    assert [kind for kind, _, _ in house.world.bells.rung] == ["recording-damaged"]
    one = WhyBody(reason="authority", text=WORDS)
    for _ in range(MOST + 1):  # none of those who were refused keeps a place
        with pytest.raises(HotlineError) as caught:
            await house.desk.open(house.recording, one, TOKEN)
        assert caught.value.error_id == "recording-damaged"


async def test_what_changes_meanwhile_is_cut_off_and_noted(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = await long_message(house.world, LONG)
    step = ZipSource._next
    steps: list[int] = []

    async def steps_on(source: ZipSource) -> bytes:
        piece = await step(source)
        steps.append(len(piece))
        if len(steps) == 1:  # in place, after it was looked at and while others are sent
            fd = os.open(house.world.root / changed, os.O_RDWR)
            middle = os.fstat(fd).st_size // 2
            os.pwrite(fd, bytes([os.pread(fd, 1, middle)[0] ^ 1]), middle)
            os.close(fd)
        return piece

    monkeypatch.setattr(ZipSource, "_next", steps_on)
    got = b""
    async with house.api() as (client, token):
        async with client.post(house.path, headers=token, json=WHY) as answer:
            assert answer.status == 200
            with pytest.raises(ClientPayloadError):
                async for piece in answer.content.iter_any():
                    got += piece
        assert b"SHA256SUMS" not in got and b"error_id" not in got
        (tmp_path / "half.zip").write_bytes(got)
        assert (await stock("unzip", "-t", "half.zip", cwd=tmp_path)).returncode != 0
        async with client.post(house.path, headers=token, json=WHY) as answer:
            assert (await answer.json())["error_id"] == "recording-damaged"
    assert len(await house.entries(Kind.RECORDING_EXPORTED)) == 1
    (damage,) = await house.entries(Kind.RECORDING_DAMAGED)
    assert damage.actor == "service" and changed in repr(damage.detail)
    assert {kind for kind, _, _ in house.world.bells.rung} == {"recording-damaged"} and open_originals(house) == []


@PLAIN
async def test_who_goes_away_in_the_middle_frees_the_files_and_the_place(house: House) -> None:
    await long_message(house.world, LONG)
    async with house.api() as (client, token):
        for _ in range(MOST + 1):
            answer = await client.post(house.path, headers=token, json=WHY)
            await answer.content.readexactly(100_000)
            assert answer.status == 200 and len(open_originals(house)) == 8
            answer.close()
            await until(lambda: open_originals(house) == [], "every file is closed")
        assert len(await house.entries(Kind.RECORDING_EXPORTED)) == MOST + 1
        async with client.post(house.path, headers=token, json=WHY) as answer:
            assert answer.status == 200 and len(await answer.read()) > LONG


async def another(house: House, name: str) -> dict[str, str]:
    """The header of one more token."""
    async with house.world.database.transaction() as tx:
        _, secret = await tx.tokens.create(name, ["listen"], at(0))
    return {"Authorization": f"Bearer {secret}"}


@PLAIN
async def test_a_running_one_ends_with_its_token(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EVERY_SECONDS", 0.1)
    await long_message(house.world, LONG)
    async with house.api() as (client, token):
        answer = await client.post(house.path, headers=token, json=WHY)
        await answer.content.readexactly(100_000)
        async with house.world.database.transaction() as tx:
            (mine,) = await tx.tokens.all()
            await tx.tokens.revoke(mine.id, at(0))
        await until(lambda: open_originals(house) == [], "it is ended while nobody reads")
        with pytest.raises(ClientPayloadError):
            await answer.read()


@PLAIN
async def test_a_third_one_waits_its_turn(house: House) -> None:
    await long_message(house.world, LONG)
    async with house.api() as (client, token):
        others = [await another(house, name) for name in ("mot", "hai")]
        running = [await client.post(house.path, headers=token, json=WHY)]
        async with client.post(house.path, headers=token, json=WHY) as second:  # of the same token
            assert (second.status, (await second.json())["error_id"]) == (503, "export-busy")
        running.append(await client.post(house.path, headers=others[0], json=WHY))
        assert [one.status for one in running] == [200] * MOST
        async with client.post(house.path, headers=others[1], json=WHY) as third:
            told = await third.json()
        assert (third.status, told["error_id"]) == (503, "export-busy") and "wait" in told["cure"]
        assert len(await house.entries(Kind.RECORDING_EXPORTED)) == MOST
        assert len(await running[0].read()) > LONG
        async with client.post(house.path, headers=token, json=WHY) as again:
            assert again.status == 200 and len(await again.read()) > LONG
        running[1].close()
        await until(lambda: open_originals(house) == [])


@PLAIN
@pytest.mark.parametrize("scope", ["read", "agent", "admin", "metrics"])
async def test_without_the_right_nothing_leaves_and_that_is_noted(house: House, scope: str) -> None:
    async with house.api(scope) as (client, token), client.post(house.path, headers=token, json=WHY) as answer:
        assert answer.status == 403
    assert await house.entries(Kind.RECORDING_EXPORTED) == []
    (refused,) = await house.entries(Kind.RECORDING_REFUSED)
    assert (refused.actor, refused.subject) == ("token:thanh-tra", f"recording:{house.recording}")
