"""Other ways to the carrier than a plain trunk by address, and a PBX that was there before: a call passes through each."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.product import Product, running
from tests.asterisk.world import STAY, World, agrees, eventually, outcome, verify
from tests.lab.network import Answers, Key, Wait
from tests.lab.ports import free_port
from tests.lab.world_conf import Address, Tls

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(150)]
ACCOUNT = ("tong-dai", "bi-mat-22")
REGISTERS = f'mode = "registration"\nusername = "{ACCOUNT[0]}"\nsecret = "{ACCOUNT[1]}"\n'

#: A PBX with a dialplan, a queue and members of its own.
OFFICE = {
    "extensions.conf": """
[general]
static=yes
[globals]
OFFICE=yes
[office]
exten => 200,1,Answer()
 same => n,Queue(office,,,,5)
#include hl1022/extensions.conf
""",
    "queues.conf": """
[general]
persistentmembers=yes
[office]
strategy=ringall
#include hl1022/queues.conf
""",
}


@asynccontextmanager
async def up(product: Product, folder: Path, **network: Any) -> AsyncIterator[World]:
    async with running(product), product.network(folder / "net", **network) as net:
        await net.registered()
        yield World(product, net)


async def a_call_passes(world: World, caller: str) -> None:
    """From the carrier to an agent, and one to 115; both in the log as the network saw them, recordings and all."""
    await world.people("101")
    await world.on_duty("101")
    await world.net.phone("101").does(Answers(after=0.5, talk=2))
    await world.net.number("115").does(Answers(after=0.3, talk=1.5))
    for key, number, wanted in (
        ("0", caller, ("answered", "agent-answered")),
        ("9", f"{caller[:-1]}9", ("emergency", "emergency-answered")),
    ):
        citizen = await world.net.call("1022", caller=number, script=[Wait(1), Key(key), STAY])
        await citizen.ended(60)
        await world.quiet()
        call = await world.logged(citizen)
        assert outcome(call) == wanted
        # a trunk with an account shows its own name to 115, so the leg is found by its turn
        place = world.net.phone("101") if key == "0" else world.net.number("115")
        agrees(call, citizen, place.legs[-1])
        verify(world.product, call)


async def registered(world: World) -> bool:
    said = await world.product.asterisk.cli("pjsip show registrations")
    return any("hl1022-trunk" in row and " Registered" in row for row in said.splitlines())


async def test_a_trunk_that_registers(tmp_path: Path) -> None:
    product = await asyncio.to_thread(Product.make, tmp_path, trunk=REGISTERS)
    async with up(product, tmp_path, account=ACCOUNT) as world:
        await eventually(lambda: registered(world), "the trunk did not register at the carrier", 40)
        await a_call_passes(world, "0908000201")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for all of the lab's addresses that is its own authority."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = "subjectAltName=IP:127.0.0.1,IP:127.0.0.2"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.2",
         "-addext", names, "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return certificate, key


@pytest.mark.parametrize("account", [None, ACCOUNT], ids=["by address", "by registration"])
async def test_tls_and_srtp(tmp_path: Path, account: tuple[str, str] | None) -> None:
    """The carrier has a TLS port only and refuses audio that is not SRTP: what passes has passed encrypted, and 115 too."""
    proof, key = await asyncio.to_thread(certificate, tmp_path)
    port = free_port("tcp")
    product = await asyncio.to_thread(
        Product.make,
        tmp_path,
        asterisk=f'tls_port = {port}\ntls_certificate = "{proof}"\ntls_key = "{key}"',
        trunk=f'transport = "tls"\ntls_ca = "{proof}"\nsrtp = true\n' + (REGISTERS if account else ""),
    )
    bind = product.settings.asterisk.bind
    tls = Tls(certificate=proof, key=key, product=Address(host=bind, port=port))
    async with up(product, tmp_path, account=account, tls=tls) as world:
        if account:
            await eventually(lambda: registered(world), "the trunk did not register at the carrier", 40)
        await a_call_passes(world, "0908000401")


async def test_in_a_pbx_that_was_there_before(tmp_path: Path) -> None:
    """Its own dialplan and queue beside the files as `asterisk-conf` writes them; both hotline and office take calls."""
    # the journal's name as a foreign Asterisk gets it has to be short
    with tempfile.TemporaryDirectory(prefix="hl-") as short:
        product = await asyncio.to_thread(Product.make, Path(short))
        await product.cli("asterisk-conf", str(tmp_path / "files"))
        written = {f"hl1022/{file.name}": file.read_text() for file in (tmp_path / "files" / "hl1022").glob("*.conf")}
        assert {"hl1022/extensions.conf", "hl1022/pjsip.conf", "hl1022/queues.conf"} <= set(written)
        modules = (tmp_path / "files" / "modules.conf").read_text() + "load=res_clioriginate.so\n"
        product.asterisk = product.prepared.asterisk(extra_conf=written | OFFICE | {"modules.conf": modules})
        async with up(product, tmp_path) as world:
            asterisk = product.asterisk
            assert "'200'" in await asterisk.cli("dialplan show office")
            assert "OFFICE=yes" in await asterisk.cli("dialplan show globals")
            queues = await asterisk.cli("queue show")
            assert "office has" in queues and "hl1022-main has" in queues and "hl1022-emergency has" in queues
            await asterisk.cli("channel originate Local/200@office application Wait 3")

            async def waits_in_the_office() -> bool:
                return "office has 1 calls" in await asterisk.cli("queue show office")

            await eventually(waits_in_the_office, "nobody waits in the office's own queue", 10)
            await world.quiet()
            await a_call_passes(world, "0908000301")
            assert [call.call.caller_raw for call in await world.everything()] == ["0908000301", "0908000309"]
