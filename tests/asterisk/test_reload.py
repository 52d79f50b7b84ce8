"""New settings and a new menu on a real Asterisk: whoever is in the menu, waits or talks stays, and goes on in the new one."""

import asyncio
import json
import re
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from importlib.resources import files
from typing import Any

import pytest
import pytest_asyncio

from tests.asterisk.product import Product
from tests.asterisk.world import STAY, World, agrees, eventually, hotline, keys, outcome
from tests.lab.legs import Step, WaitFor
from tests.lab.network import Answers, Key, Wait
from tests.lab.prompts import kept_prompts

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("reload")
    # prompts of its own: other tests hear the shared ones
    await asyncio.to_thread(shutil.copytree, kept_prompts(), folder / "data" / "prompts")
    async with hotline(folder, ring_seconds=5, max_wait_seconds=300) as one:
        await one.people("101")
        yield one


def menu_without_more() -> str:
    """The shipped menu without the menu "more": its key leads to the agents."""
    text = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
    text = text.replace('8 = "menu:more"', '8 = "agents:other"').replace("Nghe lại, bấm phím thăng.\n", "", 1)
    shorter = re.sub(r"\[menus\.more\].*?(?=\[menus\.information\])", "", text, flags=re.DOTALL)
    assert len(shorter) < len(text) - 300
    return shorter


def told_by_the_audit(product: Product) -> list[tuple[str, dict[str, Any]]]:
    """Who did what, in the order of the chain."""
    with closing(sqlite3.connect(product.settings.paths.db / "hotline.sqlite")) as file:
        rows = file.execute("SELECT actor, detail FROM audit_entry WHERE kind = 'act' ORDER BY seq").fetchall()
    return [(actor, json.loads(detail)) for actor, detail in rows]


async def refused(world: World, text: str) -> str:
    """What `reload` says when the settings file is this."""
    config = world.product.config
    good = config.read_text(encoding="utf-8")
    config.write_text(text, encoding="utf-8")
    try:
        with pytest.raises(AssertionError) as caught:
            await world.product.cli("reload")
    finally:
        config.write_text(good, encoding="utf-8")
    return str(caught.value)


async def test_a_reload_drops_no_call_and_what_is_wrong_changes_nothing(world: World) -> None:
    product, net, pbx = world.product, world.net, world.product.asterisk
    await world.on_duty("101")
    phone = net.phone("101")
    await phone.does(Answers(after=0.5, talk=13))
    talks = await net.call("1022", caller="0903000051", script=[Wait(1), Key("0"), STAY])
    await phone.rings(20)
    waits = await net.call("1022", caller="0903000053", script=[Wait(1), Key("0"), STAY])

    async def waiting() -> bool:
        return "wait:" in await pbx.cli("queue show hl1022-main")

    await eventually(waiting, "the second citizen does not wait", 10)
    before = {file: file.read_bytes() for file in product.settings.paths.asterisk.glob("etc/**/*.conf")}

    config = product.config.read_text(encoding="utf-8")
    said = await refused(world, config.replace("ring_seconds = 5", "ring_seconds = 500"))
    assert "queue.ring_seconds" in said and "choose from 3 to 120" in said
    product.config.with_name("menu.toml").write_text('root = "nowhere"\n', encoding="utf-8")
    with_menu = config.replace("[paths]\n", '[paths]\nmenu = "menu.toml"\n')
    assert "menu.toml" in await refused(world, with_menu)
    assert {file: file.read_bytes() for file in before} == before, "nothing was changed"

    reloaded = asyncio.Event()
    script: list[Step] = [Wait(1), Key("8"), WaitFor(reloaded), Key("2"), Wait(2), Key("4"), STAY]
    in_menu = await net.call("1022", caller="0903000052", script=script)

    async def in_more() -> bool:
        return any("menu=more|step=menu" in str(row) for row in product.journal())

    await eventually(in_more, "the third citizen is not in the menu that goes away", 10)

    product.config.with_name("menu.toml").write_text(menu_without_more(), encoding="utf-8")
    new = with_menu.replace("ring_seconds = 5", "ring_seconds = 7").replace(
        "max_wait_seconds = 300", "max_wait_seconds = 200"
    )
    new = re.sub(r"http_port = \d+", "http_port = 1", new) + '\n[lines]\nnumbers = ["101", "102", "103", "104"]\n'
    product.config.write_text(new, encoding="utf-8")
    said = await product.cli("reload")
    reloaded.set()
    assert "In force now: paths.menu, lines.numbers, queue.ring_seconds, queue.max_wait_seconds, the menu" in said
    assert ", 1 prompt." in said and "Needs a restart of the service and of Asterisk: service.http_port." in said
    for command in ("dialplan reload", "queue reload all", "module reload res_pjsip.so"):
        assert command in said
    assert "could not be told" not in said and "reload: In force now" in product.service_log()

    acts = told_by_the_audit(product)
    assert any(actor.startswith("cli:") and detail["act"] == "hotline1022 reload" for actor, detail in acts)
    assert ("service", {"act": "reload", "done": True}) in acts, "after a signal alone too"

    assert "HL_MAX_WAIT=200" in await pbx.cli("dialplan show globals")
    assert "line-104" in await pbx.cli("pjsip show endpoints")
    assert "1001" in (await pbx.cli("queue show hl1022-main")), "who was logged in still is"
    changed = {file.name for file, body in before.items() if file.read_bytes() != body}
    # cli.conf: what Asterisk asks its lines at its next start
    assert changed == {"extensions.conf", "queues.conf", "pjsip.conf", "cli.conf"}
    assert (product.settings.paths.secrets / "line-104").stat().st_mode & 0o777 == 0o600

    await phone.does(Answers(after=0.5, talk=2))
    await asyncio.gather(*(leg.ended(60) for leg in (talks, in_menu, waits)))
    await world.quiet()
    rang = {leg.other: leg for leg in phone.legs if leg.answered_at is not None}
    for citizen, pressed in ((talks, ["0"]), (in_menu, ["8", "2", "4"]), (waits, ["0"])):
        call = await world.logged(citizen)
        assert outcome(call) == ("answered", "agent-answered") and keys(call) == pressed
        agrees(call, citizen, rang[citizen.who])
    gone = await world.logged(in_menu)
    assert gone.call.category == "traffic", "the key for a menu that is gone chose nothing in another"
    steps = [event.data["menu"] for event in gone.events if event.kind == "KeyPressed"]
    assert steps == ["root", "more", "root"]


async def test_sighup_does_the_same_and_again_changes_nothing(world: World) -> None:
    product = world.product
    assert product.process is not None
    good = product.config.read_text(encoding="utf-8")
    product.config.write_text("[queue]\nring_seconds = 1\n" + good.replace("[queue]", "[log]"), encoding="utf-8")

    async def says(words: str) -> bool:
        return words in product.service_log()

    product.process.send_signal(signal.SIGHUP)
    await eventually(lambda: says("reload refused, the old settings go on"), "no word of the bad value", 15)
    product.config.write_text(good, encoding="utf-8")
    said = await product.cli("reload")
    assert "as they were" in said and "Asterisk has read" not in said
    assert product.process.returncode is None


async def test_without_a_service_it_says_so(world: World) -> None:
    await world.product.stop_service()
    with pytest.raises(AssertionError, match="no service runs on"):
        await world.product.cli("reload")
