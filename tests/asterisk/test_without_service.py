"""Asterisk first: the service is dead, stopped, hangs or is slow, and a citizen still reaches 115 and the agents."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from tests.asterisk.product import Product, running
from tests.lab.network import Answers, Key, Leg, PhoneNetwork, Speak, StayUntilHangup, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
STAY = StayUntilHangup(90)
World = tuple[Product, PhoneNetwork]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A hotline whose service is started and ended by the tests; one agent is logged in from before."""
    folder = tmp_path_factory.mktemp("alone")
    product = await asyncio.to_thread(Product.make, folder)
    async with running(product, service=False), product.network(folder / "net") as net:
        await net.registered()
        await product.log_in("101", "1001")
        await net.phone("101").does(Answers(after=1, talk=4))
        await net.number("115").does(Answers(after=1, talk=3))
        yield product, net


@asynccontextmanager
async def answering(port: int, late: float | None, cut: bool = False) -> AsyncIterator[None]:
    """A server in the service's place that accepts and says nothing, cuts at once, or answers so many seconds late."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\n\n")
            if cut:
                return
            await asyncio.sleep(late if late is not None else 30)
            writer.write(b'SET VARIABLE HL_ANSWER "OK~menu~root~0~5~~hl1022/menu-root"\n')
            await writer.drain()
            await reader.readline()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


async def two_calls(world: World, tail: str) -> tuple[Leg, Leg]:
    """One citizen who waits for an agent, one who presses 9 after the greeting; both get what they want."""
    product, net = world
    patient = await net.call("1022", caller=f"09020001{tail}", script=[Wait(20), Speak(1), STAY])
    urgent = await net.call("1022", caller=f"09020002{tail}", script=[Wait(9), Key("9"), STAY])
    emergencies, agents = len(net.number("115").legs), len(net.phone("101").legs)
    await asyncio.gather(patient.ended(60), urgent.ended(60))
    await net.quiet(product=product.asterisk)
    assert len(net.number("115").legs) == emergencies + 1
    assert len(net.phone("101").legs) == agents + 1
    return patient, urgent


def steps(product: Product, caller: str) -> list[str]:
    """What the journal says of the latest call of this number: its own facts, in order."""
    rows = product.journal()
    entries = [r for r in rows if r["userdeftype"] == "HL_ENTRY" and f"from={caller}" in r["eventextra"]]
    channel = entries[-1]["uniqueid"]
    return [r["userdeftype"] for r in rows if r["uniqueid"] == channel and r["userdeftype"].startswith("HL_")]


def pause_between(product: Product, caller: str) -> float:
    """The longest time without prompt, music or talk between answer and queue, from the journal."""
    rows = product.journal()
    channel = next(
        r["uniqueid"] for r in reversed(rows) if r["userdeftype"] == "HL_ENTRY" and f"from={caller}" in r["eventextra"]
    )
    longest, since = 0.0, None
    for row in (r for r in rows if r["uniqueid"] == channel):
        if row["eventenum"] == "STREAM_END":
            since = row["eventtime"]
        elif row["eventenum"] in {"STREAM_BEGIN", "BRIDGE_ENTER"} and since is not None:
            longest, since = max(longest, row["eventtime"] - since), None
    return longest


@pytest.mark.parametrize(("tail", "way"), [("01", "nobody"), ("02", "hangs"), ("03", "cuts"), ("04", "late")])
async def test_the_dialplan_carries_the_call(world: World, tail: str, way: str) -> None:
    product, _ = world
    port = product.settings.service.agi_port
    if way == "nobody":
        await two_calls(world, tail)
    else:
        async with answering(port, 3.0 if way == "late" else None, cut=way == "cuts"):
            await two_calls(world, tail)
    assert pause_between(product, f"09020001{tail}") <= 2.2
    told = steps(product, f"09020001{tail}")
    assert told[:2] == ["HL_ENTRY", "HL_TRACK"] and "HL_QUEUE" in told


async def test_what_came_meanwhile_is_in_the_log_and_a_stopped_service_is_survived(world: World) -> None:
    product, net = world
    await product.start_service()
    async with asyncio.timeout(60):
        while len(await product.calls()) < 8:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    calls = await product.calls()
    assert all(one["call"]["backfilled"] for one in calls)
    assert {one["call"]["reason"] for one in calls} == {"agent-answered", "emergency-answered"}
    assert all(one["call"]["person"] == "1001" for one in calls if one["call"]["reason"] == "agent-answered")
    await product.cli("people", "add", "1001", "Lan", "--pin", "2468")
    await (await net.phone("101").dial("*11", keys="1001#2468#")).ended(40)
    assert product.process is not None
    product.process.send_signal(signal.SIGSTOP)
    try:
        await two_calls(world, "09")
    finally:
        product.process.send_signal(signal.SIGCONT)
    assert pause_between(product, "0902000109") <= 2.2
    await product.stop_service(signal.SIGKILL)
    await product.start_service()
    async with asyncio.timeout(60):
        while sum(one["call"]["state"] == "ended" and bool(one["tracks"]) for one in await product.calls()) < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    numbers = [one["call"]["caller_raw"] for one in await product.calls()]
    assert len(numbers) == len(set(numbers)) == 10
