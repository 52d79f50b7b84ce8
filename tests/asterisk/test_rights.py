"""What the service's two accounts may do at Asterisk and are told by it, what Asterisk says when it starts, how it sends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.world import STAY, World, hotline
from tests.lab.ami import Ami, AmiError, Message
from tests.lab.network import Answers, Key, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]
#: what would run programs or change files
DANGEROUS: tuple[Message, ...] = (
    {"Action": "Originate", "Channel": "Local/s@hl1022-voicemail", "Application": "System", "Data": "id"},
    {"Action": "Originate", "Channel": "Local/s@hl1022-voicemail", "Application": "MixMonitor", "Data": "x.wav,,id"},
    {"Action": "Originate", "Channel": "Local/s@hl1022-voicemail", "Application": "NoOp", "Data": "${SHELL(id)}"},
    {"Action": "Command", "Command": "core show version"},
    {"Action": "UpdateConfig", "SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"},
    {"Action": "GetConfig", "Filename": "manager.conf"},
    {"Action": "ModuleLoad", "LoadType": "reload"},
    {"Action": "MixMonitor", "Channel": "PJSIP/a-1", "File": "x.wav", "Command": "id"},
    {"Action": "Reload"},
)  # fmt: skip
ACTS: tuple[Message, ...] = (
    {"Action": "QueueAdd", "Queue": "hl1022-main", "Interface": "PJSIP/line-103"},
    {"Action": "Hangup", "Channel": "/.*/"},
    {"Action": "Redirect", "Channel": "x", "Context": "hl1022-entry", "Exten": "s", "Priority": "1"},
    {
        "Action": "Originate",
        "Channel": "Local/s@hl1022-voicemail",
        "Context": "hl1022-entry",
        "Exten": "s",
        "Priority": "1",
    },
)
#: with `eventfilter` the rest is never sent: it would cost a third of the PBX
HEARD = {
    "Hold", "Unhold", "Hangup", "UserEvent", "DeviceStateChange", "QueueMemberAdded", "QueueMemberRemoved",
    "QueueMemberPause", "QueueMemberStatus", "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled",
    "AgentConnect", "AgentComplete", "AgentRingNoAnswer",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("rights")) as one:
        await one.people("101")
        yield one


def account(world: World, name: str, heard: list[str] | None = None) -> Ami:
    secret = world.product.prepared.secrets.get(name)
    user = f"hl1022-{name.removeprefix('ami-')}"
    port = world.product.settings.asterisk.ami_port
    return Ami("127.0.0.1", port, user, secret, None if heard is None else lambda event: heard.append(event["Event"]))


@pytest.mark.parametrize("name", ["ami-reader", "ami-actor"])
async def test_neither_may_run_programs_or_change_files(world: World, name: str) -> None:
    async with account(world, name) as ami:
        for action in DANGEROUS:
            with pytest.raises(AmiError, match=r"Permission denied|Originate Access Forbidden"):
                await ami.action(action)


async def test_who_reads_may_not_act(world: World) -> None:
    async with account(world, "ami-reader") as ami:
        for action in ACTS:
            with pytest.raises(AmiError, match="Permission denied"):
                await ami.action(action)


async def test_only_what_is_needed_is_sent_and_all_of_it(world: World) -> None:
    await world.on_duty("101")
    await world.net.phone("101").does(Answers(after=0.3, talk=1.5))
    reader: list[str] = []
    actor: list[str] = []
    async with account(world, "ami-reader", reader), account(world, "ami-actor", actor):
        citizen = await world.net.call("1022", caller="0909500001", script=[Wait(1), Key("0"), STAY])
        await citizen.ended(60)
        await world.quiet()
    assert not set(reader) - HEARD - {"FullyBooted"}
    assert {"QueueCallerJoin", "AgentCalled", "AgentConnect", "AgentComplete", "QueueMemberStatus"} <= set(reader)
    assert not set(actor) - {"FullyBooted"}


async def test_it_starts_and_takes_calls_without_complaints(world: World) -> None:
    log = world.product.asterisk.folder / "log" / "messages.log"
    complaints = [line for line in log.read_text(encoding="utf-8").splitlines() if "ERROR" in line or "WARNING" in line]
    assert complaints == []


@pytest.mark.parametrize("endpoint", ["hl1022-trunk", "line-101"])
async def test_audio_is_marked_for_the_network_and_is_a_law(world: World, endpoint: str) -> None:
    said = await world.product.asterisk.cli(f"pjsip show endpoint {endpoint}")
    settings = {key.strip(): value.strip() for key, _, value in (line.partition(" : ") for line in said.splitlines())}
    assert settings["tos_audio"] == "184", "DSCP EF"
    assert settings["allow"] == "(alaw)"
