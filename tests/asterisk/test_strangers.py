"""Who is not the carrier is nobody, whatever the INVITE says; who is the carrier may write and send as carriers do."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.world import World, eventually, hotline
from tests.lab.network import Answers
from tests.lab.stranger import Stranger
from tests.lab.world_conf import Address

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("strangers")) as one:
        await one.net.number("115").does(Answers(after=0.3, talk=1.5))
        yield one


def product(world: World) -> Address:
    asterisk = world.product.settings.asterisk
    return Address(host=asterisk.bind, port=asterisk.sip_port)


async def rings_115(world: World, before: int) -> None:
    async def rang() -> bool:
        return len(world.net.number("115").legs) > before

    await eventually(rang, "115 did not ring", 10)


@pytest.mark.parametrize("caller", ["0901234567", "hl1022-trunk", "line-101", "anonymous", "1022"])
async def test_an_address_that_is_not_the_carriers(world: World, caller: str) -> None:
    """From is what the caller writes: the trunk's own name in it opens no door."""
    async with Stranger(product(world), "127.0.0.9") as stranger:
        final = await stranger.invite("1022", caller=caller)
        assert final.status in {401, 403}, final.first


@pytest.mark.parametrize("number", ["1022;phone-context=+84274", "1022;npdi", "842741022"])
async def test_numbers_as_gateways_write_them(world: World, number: str) -> None:
    async with Stranger(product(world), world.product.settings.trunk.host) as carrier:
        final = await carrier.invite(number, caller="0901234567;phone-context=+84274")
        assert final.status == 200, final.first
        assert int(final.one("session-expires").split(";")[0]) <= 180, "a line that dies without a word is noticed"
    await world.quiet()


async def test_the_callers_number_as_sent_and_in_e164(world: World) -> None:
    async with Stranger(product(world), world.product.settings.trunk.host) as carrier:
        assert (await carrier.invite("1022", caller="(0274)382-22.22")).status == 200
    await world.quiet()
    newest = (await world.everything())[-1].call
    assert (newest.caller_sent, newest.caller_raw) == ("(0274)382-22.22", "02743822222")
    assert newest.caller_e164 == "+842743822222"


@pytest.mark.parametrize("events", [True, False], ids=["RFC 4733", "tones"])
async def test_keys_as_carriers_send_them(world: World, events: bool) -> None:
    before = len(world.net.number("115").legs)
    async with Stranger(product(world), world.product.settings.trunk.host) as carrier:
        assert (await carrier.invite("1022", caller="0901234568", events=events)).status == 200
        await asyncio.sleep(2)
        await (carrier.press("9") if events else carrier.sound_key("9"))
        await rings_115(world, before)
    await world.quiet()
