"""A package over a real line with a slow reader: what is fetched stops soon after the link, or the package, is taken back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from aiohttp import ClientError
from aiohttp.test_utils import TestClient
from prometheus_client import CollectorRegistry

from hotline1022.evidence.states import Move
from hotline1022.service.disclosure.links import CountedSource, Made
from hotline1022.web import stream
from hotline1022.web.app import make_app
from tests.contract.database.disclosure_house import plain_house
from tests.contract.database.test_listening_http import LONG, Wire
from tests.lab.disclosure_world import ADDRESS, ALLOWS, NOW, House
from tests.lab.real_api import Served
from tests.unit.web_memory import open_house

__all__ = ["plain_house"]


async def a_large_package(house: House) -> tuple[Made, bytes]:
    """A link to a package longer than what waits between two sockets."""
    one = await house.packed()
    large = Random(1022).randbytes(LONG)
    house.desk.path(one).write_bytes(large)
    before, now = one.sha256, sha256(large).hexdigest()
    text = "detail" if house.world.database.dialect == "sqlite" else "CAST(detail AS text)"
    changed = f"replace({text}, '{before}', '{now}')"
    if house.world.database.dialect == "postgresql":
        changed = f"CAST({changed} AS jsonb)"
    await house.world.attack(  # row and chain, as if that had been packed
        f"UPDATE disclosure SET sha256 = '{now}', bytes = {LONG} WHERE id = '{one.id}'",
        f"UPDATE audit_entry SET detail = {changed} WHERE kind = 'disclosure-packed'",
    )
    return await house.links.make(one.id, "Trần Văn Bình", ALLOWS, NOW), large


async def withdrawn(house: House, made: Made) -> None:
    await house.desk.decide(made.link.disclosure, Move.WITHDRAW, ALLOWS, NOW, "Nhầm cuộc gọi")


async def over(house: House, made: Made) -> None:
    async with house.world.database.reading() as tx:
        one = await tx.disclosures.get(made.link.disclosure)
    async with house.world.database.transaction() as tx:
        await tx.disclosures.move(one, replace(one, expires_at=NOW - timedelta(seconds=1)))


@pytest.mark.parametrize("takes", [True, False], ids=["slow", "stalled"])
@pytest.mark.parametrize("ends", [withdrawn, over])
async def test_a_running_download_ends_with_its_link(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ends: Callable[[House, Made], Awaitable[None]],
    takes: bool,
) -> None:
    monkeypatch.setattr(stream, "EVERY_SECONDS", 0.2)
    made, large = await a_large_package(house)
    url = f"/g/{made.address.removeprefix(ADDRESS)}.zip"
    wire = Wire(monkeypatch, CountedSource)
    (tmp_path / "http").mkdir()
    async with open_house(tmp_path / "http") as memory:
        ports = replace(memory.ports, packages=house.links, clock=lambda: NOW, registry=CollectorRegistry())
        async with TestClient(Served(make_app(ports, version="0"))) as client:
            answer = await client.get(url)
            got = await answer.content.readexactly(1_000_000)
            assert answer.status == 200 and got == large[:1_000_000]
            await ends(house, made)
            if not takes:
                await wire.ended(1)  # it is broken off while nobody reads
            count = len(got)
            with pytest.raises(ClientError):
                while piece := await answer.content.read(50_000):
                    count += len(piece)
            if takes:
                await wire.ended(1)
            sent = wire.sent[url][-1][1]
            assert 1_000_000 <= count <= sent < LONG
            async with client.get(url) as refused:
                assert refused.status == 404, "and nothing more is given"
    async with house.world.database.reading() as tx:
        (link,) = await tx.disclosures.links(made.link.disclosure)
    assert link.sent == sent, "what was counted and not sent is given back"


async def test_who_reads_slowly_and_may_gets_all_of_it(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(stream, "EVERY_BYTES", 1 << 18)
    made, large = await a_large_package(house)
    (tmp_path / "http").mkdir()
    async with open_house(tmp_path / "http") as memory:
        ports = replace(memory.ports, packages=house.links, clock=lambda: NOW, registry=CollectorRegistry())
        async with TestClient(Served(make_app(ports, version="0"))) as client:
            url = f"/g/{made.address.removeprefix(ADDRESS)}.zip"
            async with client.get(url) as answer:
                digest = sha256()
                while piece := await answer.content.read(1 << 20):
                    digest.update(piece)
    assert digest.hexdigest() == sha256(large).hexdigest()
