"""Citizens call on a real Asterisk with the service: what the outside saw is what the log says, and files verify."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.asterisk.product import Product, running
from tests.lab.network import BUSY, Answers, HangUp, Key, Keys, Leg, PhoneNetwork, Rings, Speak, StayUntilHangup, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
STAY = StayUntilHangup(150)


@dataclass(slots=True)
class World:
    """A hotline with its network: two agents logged in by their phones."""

    product: Product
    net: PhoneNetwork

    async def quiet(self) -> None:
        await self.net.quiet(product=self.product.asterisk)

    async def logged(self, caller: str, seconds: float = 60.0) -> dict[str, Any]:
        """The latest call of this number in the log, when it has ended and its tracks are filed."""
        async with asyncio.timeout(seconds):
            while (found := await self._latest(caller)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.3)
            return found

    async def _latest(self, caller: str) -> dict[str, Any] | None:
        found = [one for one in await self.product.calls(caller) if one["call"]["state"] == "ended" and one["tracks"]]
        return found[-1] if found else None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("calls")
    tables = '[emergency]\nnumbers = ["115", "113"]\nring_seconds = 5'
    product = await asyncio.to_thread(Product.make, folder, tables, {"ring_seconds": 4})
    async with running(product), product.network(folder / "net") as net:
        await net.registered()
        for line, person in (("101", "1001"), ("102", "1002")):
            await product.cli("people", "add", person, f"Người {person}", "--pin", "2468")
            login = await net.phone(line).dial("*11", keys=f"{person}#2468#")
            await login.ended(40)
        members = await product.asterisk.cli("queue show hl1022-main")
        assert "1001 (PJSIP/line-101)" in members and "1002 (PJSIP/line-102)" in members
        yield World(product, net)


def verify(product: Product, call: dict[str, Any]) -> None:
    """Every original is on disk with the hash of its row, in the province's day."""
    day = call["call"]["entered_at"][:10].replace("-", "/")
    folder = product.settings.paths.recordings / day / call["call"]["id"]
    hashes = {hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    assert call["tracks"]
    assert {track["sha256"] for track in call["tracks"]} <= hashes


def legs(call: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [leg for leg in call["legs"] if leg["kind"] == kind]


async def test_answered_by_an_agent(world: World) -> None:
    for line in ("101", "102"):
        await world.net.phone(line).does(Answers(after=1, talk=4))
    citizen = await world.net.call(
        "+842741022", caller="0901000001", script=[Wait(3), Key("2"), Wait(7), Speak(2), STAY]
    )
    await citizen.ended(60)
    await world.quiet()
    call = await world.logged("0901000001")
    row = call["call"]
    assert (row["result"], row["reason"], row["did"]) == ("answered", "agent-answered", "842741022")
    assert row["category"] == "environment-land" and row["mode"] == "service" and not row["backfilled"]
    assert row["person"] in {"1001", "1002"} and 700 <= row["wait_ms"] <= 2500 and 3000 <= row["talk_ms"] <= 5000
    assert [e["data"]["key"] for e in call["events"] if e["kind"] == "KeyPressed"] == ["2"]
    (agent,) = legs(call, "agent")
    assert agent["cause"] == 16 and agent["hold_ms"] == 0
    assert sorted((t["kind"], t["side"]) for t in call["tracks"]) == [
        ("agent", "r"), ("agent", "t"), ("citizen", "r"), ("citizen", "t"),
    ]  # fmt: skip
    said = {t["kind"]: t for t in call["tracks"] if t["side"] == "r"}
    assert said["agent"]["lost_ms"] == 0 and said["citizen"]["lost_ms"] == 0
    assert abs(said["citizen"]["duration_ms"] - citizen.lasted * 1000) < 500
    verify(world.product, call)


@pytest.mark.parametrize(
    ("caller", "script", "reason", "keys"),
    [
        ("0901000011", [Wait(1.5), HangUp()], "in-menu", []),
        ("0901000012", [Wait(8), HangUp()], "in-menu", []),
        ("0901000013", [Wait(3), Key("6"), Wait(2), Key("1"), Wait(2), HangUp()], "heard-information", ["6", "1"]),
        ("0901000014", [Wait(6), Keys("11"), Wait(4), HangUp()], "in-menu", ["11"]),
    ],
)
async def test_hanging_up_in_the_menu(
    world: World, caller: str, script: list[Any], reason: str, keys: list[str]
) -> None:
    citizen = await world.net.call("1022", caller=caller, script=script)
    await citizen.ended(40)
    await world.quiet()
    call = await world.logged(caller)
    assert call["call"]["reason"] == reason
    assert [e["data"]["key"] for e in call["events"] if e["kind"] == "KeyPressed"] == keys
    ends = [e for e in call["events"] if e["kind"] == "LegEnded" and e["channel"] == call["call"]["id"]]
    assert len(ends) == 1
    verify(world.product, call)


async def test_an_agent_who_does_not_answer_is_paused_and_the_other_one_is_called(world: World) -> None:
    await world.net.phone("101").does(Rings())
    await world.net.phone("102").does(Rings())
    citizen = await world.net.call("1022", caller="0901000021", script=[Wait(3), Key("0"), STAY])
    first = await _first_ring(world)
    async with asyncio.timeout(20):
        while not await paused(world):  # noqa: ASYNC110
            await asyncio.sleep(0.3)
    assert await paused(world) == 1
    other = "102" if first.who == "line-101" else "101"
    # the last one is never paused: it is called again and again
    await world.net.phone(other).rings(30, nth=len(world.net.phone(other).legs) + 2)
    assert await paused(world) == 1
    await citizen.hangup()
    await citizen.ended(20)
    await world.quiet()
    call = await world.logged("0901000021")
    assert (call["call"]["result"], call["call"]["reason"]) == ("abandoned", "in-queue")
    assert all(leg["answered_at"] is None and leg["person"] for leg in legs(call, "agent"))
    back = await world.net.phone(first.who.removeprefix("line-")).dial("*14")
    await back.ended(20)
    assert await paused(world) == 0


async def paused(world: World) -> int:
    """How many members Asterisk itself shows as paused because nobody answered."""
    return (await world.product.asterisk.cli("queue show hl1022-main")).count("paused:no-answer")


async def _first_ring(world: World) -> Leg:
    rings = [asyncio.create_task(world.net.phone(line).rings(20)) for line in ("101", "102")]
    done, waiting = await asyncio.wait(rings, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return done.pop().result()


async def test_emergency_from_menu_and_queue_next_number_within_a_second(world: World) -> None:
    await world.net.number("115").does(BUSY)
    await world.net.number("113").does(Answers(after=1, talk=3))
    for line in ("101", "102"):
        await world.net.phone(line).does(Rings())
    keyed = await world.net.call("1022", caller="0901000031", script=[Wait(2), Keys("115", gap=0.1), STAY])
    waiting = await world.net.call("1022", caller="0901000032", script=[Wait(3), Key("0"), Wait(8), Key("9"), STAY])
    await asyncio.gather(keyed.ended(60), waiting.ended(60))
    await world.quiet()
    for caller, origin, last in (("0901000031", "menu", "115"), ("0901000032", "queue", "9")):
        call = await world.logged(caller)
        assert (call["call"]["result"], call["call"]["reason"]) == ("emergency", "emergency-answered")
        assert [e["data"]["origin"] for e in call["events"] if e["kind"] == "EmergencyStarted"] == [origin]
        assert [e["data"]["key"] for e in call["events"] if e["kind"] == "KeyPressed"][-1] == last
        assert [leg["cause"] for leg in legs(call, "emergency")] == [17, 16]
        verify(world.product, call)
    busy, next_number = world.net.number("115").invites, world.net.number("113").invites
    assert len(busy) == len(next_number) == 2
    assert all(0 <= after - before < 1.0 for before, after in zip(sorted(busy), sorted(next_number), strict=True))


async def test_nobody_at_115_rings_the_alarm_and_every_agent(world: World) -> None:
    await world.net.number("115").does(BUSY)
    await world.net.number("113").does(BUSY)
    for line in ("101", "102"):
        await world.net.phone(line).does(Answers(after=1, talk=5))
    citizen = await world.net.call("1022", caller="0901000041", script=[Wait(2), Key("9"), STAY])
    await citizen.ended(60)
    await world.quiet()
    call = await world.logged("0901000041")
    assert (call["call"]["result"], call["call"]["reason"]) == ("emergency", "emergency-by-agent")
    log = world.product.service_log(200)
    assert log.count("ALARM emergency-unanswered") >= 1


async def test_a_message_is_taken_when_the_citizen_asks_for_it(world: World) -> None:
    citizen = await world.net.call(
        "1022", caller="0901000051", script=[Wait(3), Key("7"), Wait(11), Speak(4), Key("#"), STAY]
    )
    await citizen.ended(60)
    await world.quiet()
    call = await world.logged("0901000051")
    assert (call["call"]["result"], call["call"]["reason"]) == ("voicemail", "message-left")
    assert [size > 3 * 16_000 for size in messages(world.product.settings.paths.recordings)] == [True]


def messages(recordings: Path) -> list[int]:
    """Bytes of each message on disk."""
    return [file.stat().st_size for file in recordings.rglob("*~voicemail~*.wav")]


async def test_the_number_must_be_ours(world: World) -> None:
    wrong = await world.net.call("0274999999", caller="0901000061")
    await wrong.ended(10)
    assert wrong.answered_at is None and wrong.cause in {1, 3}
