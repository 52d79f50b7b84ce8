"""The doors of the hotline: its numbers as carriers send them, and nothing and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.asterisk.world import STAY, World, agrees, hotline, outcome, verify
from tests.lab.handset import Handset
from tests.lab.network import Answers, Key, Wait
from tests.lab.world_conf import Address

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]
NUMBERS = ("1022", "02741022", "+842741022", "842741022", "(0274)1022")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("config")) as one:
        yield one


async def a_call_passes(world: World, number: str, caller: str) -> None:
    """From the carrier to 115 and into the log."""
    await world.net.number("115").does(Answers(after=0.3, talk=1.5))
    citizen = await world.net.call(number, caller=caller, script=[Wait(1), Key("9"), STAY])
    await citizen.ended(40)
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("emergency", "emergency-answered")
    agrees(call, citizen, *[leg for leg in world.net.number("115").legs if leg.other == caller])
    verify(world.product, call)


async def test_the_numbers_as_carriers_send_them(world: World) -> None:
    await asyncio.gather(*(a_call_passes(world, number, f"0908000{index:03d}") for index, number in enumerate(NUMBERS)))


@pytest.mark.parametrize("number", ["1023", "10220", "115", "0901234567", "101", "line-101", "*11", "*43", "s"])
async def test_nothing_else_is_let_in_or_out(world: World, number: str) -> None:
    before = len(world.net.number("115").legs) + len(world.net.phone("101").legs)
    stranger = await world.net.call(number, caller="0908000100")
    await stranger.ended(15)
    assert stranger.answered_at is None
    assert len(world.net.number("115").legs) + len(world.net.phone("101").legs) == before
    await world.quiet()
    assert not [one for one in await world.everything() if one.call.caller_raw == stranger.who]


@pytest.mark.parametrize(("line", "secret"), [("101", "wrong"), ("199", "wrong"), ("101", "")])
async def test_a_phone_must_know_its_password(world: World, tmp_path: Path, line: str, secret: str) -> None:
    asterisk = world.product.settings.asterisk
    address = Address(host=asterisk.bind, port=asterisk.sip_port)
    async with Handset(address, line=line, secret=secret, folder=tmp_path, host="127.0.0.5") as phone:
        with pytest.raises(AssertionError, match=r"could not register: SIP/2\.0 40[13]"):
            await phone.register()
    assert "127.0.0.5" not in await world.product.asterisk.cli("pjsip show contacts")
