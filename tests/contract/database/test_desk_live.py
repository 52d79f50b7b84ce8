"""The live stream of the desk over a real database: whose events reach whom, and that leaving ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.core.ids import PersonId
from hotline1022.core.live import Event, Topic, Viewer
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person
from hotline1022.service.accounts.desk import AccountDesk, Terms
from hotline1022.service.directory.desk import fill
from hotline1022.service.live.bus import LiveBus
from hotline1022.service.tickets.join import stored
from hotline1022.service.views import TokensView
from hotline1022.web import live
from tests.contract.database.desk_world import OWN, Browser, World, open_desk
from tests.contract.database.made import HASH, T0
from tests.lab.sse import Listener, listening
from tests.unit.directory_memory import NUMBERS
from tests.unit.live_memory import MemoryLive, streams

__all__ = ["streams"]

NUMBER = "0901234567"
TICKETS = [("tickets", "so-xay-dung"), ("tickets", "so-y-te")]


@pytest.fixture
async def world(
    database: Database, tmp_path: Path, streams: MemoryLive, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)
    async with database.transaction() as tx:
        for one in ("1001", "1002"):
            await tx.agents.add_person(Person(id=PersonId(one), name=one, pin_hash=HASH, active=True))
    await fill(database, NUMBERS, T0)
    tokens = TokensView(database, stored(database))
    async with open_desk(database, tmp_path, live=streams, tokens=tokens) as made:
        yield made


@asynccontextmanager
async def signed_in(world: World, login: str, *roles: str, **more: str) -> AsyncIterator[Browser]:
    wanted = replace(Wanted(login=login, name=login, roles=frozenset(roles)), **more)  # type: ignore[arg-type]
    given = await world.admin.add(wanted)
    async with world.browser() as browser:
        await browser.enter(login, given.password)
        done = await browser.send("/desk/password", "/desk/password", old=given.password, new=OWN, again=OWN)
        assert done.status == 303
        yield browser


def at_desk(browser: Browser, query: str = "") -> Any:
    return listening(browser.client, f"/desk/events{query}")


async def heard(stream: Listener, bus: LiveBus) -> list[tuple[str, Any]]:
    """What a stream tells of one event of each kind."""
    ring = {"number": NUMBER}
    for line, person in (("101", "1001"), ("102", "1002")):
        more: dict[str, Any] = {"line": line, "people": frozenset({person})}
        bus.publish(Event(topic=Topic.CALL, what="ring", facts={**ring, "at": line}, **more))
        bus.publish(Event(topic=Topic.LINES, what="line", facts={"at": line}, **more))
    bus.publish(Event(topic=Topic.QUEUE, what="joined", facts=ring))
    for topic in (Topic.CASCADES, Topic.ALARMS, Topic.FIGURES):
        bus.publish(Event(topic=topic, what="x", facts={}))
    for agency in ("so-xay-dung", "so-y-te"):
        bus.publish(Event(topic=Topic.TICKETS, what="ticket", facts={"at": agency}, agencies=frozenset({agency})))
    told = [said for said in await stream.until(bus.position()) if said.name != "refresh"]
    return [(said.name, said.data.get("at") or said.data.get("number")) for said in told]


def looks(number: str) -> list[tuple[str, Any]]:
    """What `look` shows."""
    lists = [("lines", "101"), ("lines", "102"), ("queue", number)]
    return [*lists, *((name, None) for name in ("cascades", "alarms", "figures")), *TICKETS]


async def test_each_role_hears_what_it_may_and_an_agent_the_own_ring(world: World, streams: MemoryLive) -> None:
    async with signed_in(world, "lan", "agent", person="1001") as lan, at_desk(lan) as stream:
        assert await heard(stream, streams.bus) == [("call", "101"), *looks(NUMBER)]
    async with signed_in(world, "binh", "agent") as binh, at_desk(binh) as stream:
        assert "call" not in dict(await heard(stream, streams.bus)), "who is no person of the queue has no line"
    async with signed_in(world, "cuc", "supervisor") as cuc, at_desk(cuc) as stream:
        assert await heard(stream, streams.bus) == looks("090****567")
    async with signed_in(world, "dung", "specialist", contact="so-y-te-cv") as dung, at_desk(dung) as stream:
        assert await heard(stream, streams.bus) == [("tickets", "so-y-te")]
    async with signed_in(world, "em", "specialist") as em, at_desk(em) as stream:
        assert await heard(stream, streams.bus) == [], "a specialist of no agency has no tickets"


async def test_the_api_tells_a_session_the_same(world: World, streams: MemoryLive) -> None:
    async with (
        signed_in(world, "lan", "agent", person="1001") as lan,
        listening(lan.client, "/api/events?topics=call,queue") as stream,
    ):
        assert await heard(stream, streams.bus) == [("call", "101"), ("queue", NUMBER)]
    async with signed_in(world, "dung", "specialist", contact="so-y-te-cv") as dung:
        async with listening(dung.client, "/api/events") as stream:
            assert await heard(stream, streams.bus) == [("tickets", "so-y-te")]
        assert (await dung.get("/api/events?topics=lines")).status == 403


async def test_some_permissions_alone_show_a_little(world: World, streams: MemoryLive) -> None:
    await world.admin.add_role("only-answer", "Chỉ nghe máy", [Permission.ANSWER])
    await world.admin.add_role("only-shift", "Chỉ quản lý ca", [Permission.SHIFT])
    async with signed_in(world, "lan", "only-answer", person="1002") as lan, at_desk(lan) as stream:
        # a transfer that no line began is told to all
        assert await heard(stream, streams.bus) == [("call", "102"), ("lines", "102"), ("cascades", None)]
        for line, person in (("101", "1001"), ("102", "1002")):
            hunt = {"line": line, "people": frozenset({person}), "facts": {"at": line}}
            streams.bus.publish(Event(topic=Topic.CASCADES, what="cascade", **hunt))  # type: ignore[arg-type]
        assert [one.data["at"] for one in await stream.until(streams.bus.position())] == ["102"]
    async with signed_in(world, "binh", "only-shift") as binh, at_desk(binh) as stream:
        assert await heard(stream, streams.bus) == [("lines", "101"), ("lines", "102"), ("alarms", None)]
        refused = await binh.get("/desk/events?topics=tickets")
        assert refused.status == 403 and "không được theo dõi" in refused.text


async def test_nobody_listens_who_is_not_signed_in(world: World) -> None:
    async with world.browser() as browser:
        assert (await browser.get("/desk/events")).goes_to.startswith("/desk/sign-in")


@pytest.mark.parametrize("how", ["signs out", "is shut out", "times out", "loses the role"])
async def test_who_leaves_hears_nothing_more(
    world: World, streams: MemoryLive, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_AGAIN", (0.05, 0.1))
    async with signed_in(world, "lan", "supervisor") as lan, at_desk(lan) as stream:
        await stream.next("refresh")
        user = await world.admin.by_login("lan")
        match how:
            case "signs out":
                assert (await lan.send("/desk", "/desk/sign-out")).status == 303
            case "is shut out":
                await world.admin.change(user.id, user.version, Wanted(active=False))
            case "times out":
                world.now += Terms().idle + timedelta(minutes=1)
            case _:
                await world.admin.add_role("writer", "Biên tập", [Permission.FAQ_WRITE])
                await world.admin.change(user.id, user.version, Wanted(roles=frozenset({"writer"})))
                before = streams.bus.position()
                viewer = None
                async with asyncio.timeout(10):
                    while viewer != Viewer():
                        await asyncio.sleep(0.02)
                        (viewer,) = [one.viewer for one in streams.bus._streams]
                streams.bus.publish(Event(topic=Topic.QUEUE, what="joined", facts={}))
                assert before != streams.bus.position() and await stream.until(streams.bus.position()) == []
                return
        rest = await stream.rest()
        assert [(one.name, one.data) for one in rest] == [("end", {"why": "signed-out"})]
    assert streams.bus.open_streams == 0


async def test_listening_is_not_being_there(world: World) -> None:
    async with signed_in(world, "lan", "supervisor") as lan:
        user = await world.admin.by_login("lan")

        async def seen() -> Any:
            door = AccountDesk(world.database, "the key of the accounts", lambda: world.now)
            (session,) = await door.sessions(user.id)
            return session.seen_at

        before = await seen()
        world.now += timedelta(minutes=5)
        async with at_desk(lan) as stream:
            await stream.next("refresh")
            assert await seen() == before
        async with listening(lan.client, "/api/events") as stream:
            await stream.next("refresh")
            assert await seen() == before
        await lan.get("/desk")
        assert await seen() == world.now
