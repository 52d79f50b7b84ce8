"""Typed actions: what each sends, what Asterisk's refusals become, and what is refused before it is sent."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from hotline1022.ami_bridge.actions import AmiActions
from hotline1022.ami_bridge.ports import Actions
from hotline1022.ami_bridge.types import DeviceState
from hotline1022.core.errors import Invalid, NotFound, Refused, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from tests.lab.scripted import Fields, ScriptedAmi, error, message, scripted_ami, success
from tests.unit.link_world import running

CALL = CallId(ChannelId("hl1-1.1"))
OWN = ChannelId("hl1-own-7")


@asynccontextmanager
async def acting(
    answer: Callable[[Fields], bytes] = lambda fields: success(fields, "MixMonitorID: 0x7f01"),
) -> AsyncIterator[tuple[Actions, ScriptedAmi]]:
    async with scripted_ami(answer=answer) as ami, running(ami.port) as link:
        await link.wait_up(5)
        yield AmiActions(link), ami


Do = Callable[[Actions], Awaitable[object]]

SENT: list[tuple[Do, Fields]] = [
    (
        lambda do: do.queue_add("hl1022", "PJSIP/line-101", "1001", paused=True, reason="1"),
        {
            "action": "QueueAdd",
            "queue": "hl1022",
            "interface": "PJSIP/line-101",
            "membername": "1001",
            "penalty": "0",
            "paused": "true",
            "reason": "1",
        },
    ),
    (
        lambda do: do.queue_add("hl1022", "Local/101@x", "1001", state_interface="PJSIP/line-101"),
        {
            "action": "QueueAdd",
            "queue": "hl1022",
            "interface": "Local/101@x",
            "membername": "1001",
            "penalty": "0",
            "paused": "false",
            "stateinterface": "PJSIP/line-101",
        },
    ),
    (
        lambda do: do.queue_remove("hl1022", "PJSIP/line-101"),
        {"action": "QueueRemove", "queue": "hl1022", "interface": "PJSIP/line-101"},
    ),
    (
        lambda do: do.queue_pause("PJSIP/line-101", paused=True, reason="2", queue="hl1022"),
        {"action": "QueuePause", "interface": "PJSIP/line-101", "paused": "true", "reason": "2", "queue": "hl1022"},
    ),
    (
        lambda do: do.queue_pause("PJSIP/line-101", paused=False),
        {"action": "QueuePause", "interface": "PJSIP/line-101", "paused": "false"},
    ),
    (
        lambda do: do.hangup("PJSIP/trunk-00000001", cause=21),
        {"action": "Hangup", "channel": "PJSIP/trunk-00000001", "cause": "21"},
    ),
    (
        lambda do: do.redirect("PJSIP/a-1", "hl1022-x", extra="Local/5@step-0001;2", extra_context="hl1022-y"),
        {
            "action": "Redirect",
            "channel": "PJSIP/a-1",
            "context": "hl1022-x",
            "exten": "s",
            "priority": "1",
            "extrachannel": "Local/5@step-0001;2",
            "extracontext": "hl1022-y",
            "extraexten": "s",
            "extrapriority": "1",
        },
    ),
    (
        lambda do: do.originate(
            "PJSIP/line-101", "hl1022-x", channel_id=OWN, call=CALL, caller_id="1022", ring_seconds=2.5
        ),
        {
            "action": "Originate",
            "channel": "PJSIP/line-101",
            "context": "hl1022-x",
            "exten": "s",
            "priority": "1",
            "async": "true",
            "channelid": OWN,
            "timeout": "2500",
            "callerid": "1022",
            "variable": f"__HL_CALL={CALL}",
        },
    ),
    (
        lambda do: do.setvar("HL_X", "một, hai; ba", channel="PJSIP/a-1"),
        {"action": "Setvar", "channel": "PJSIP/a-1", "variable": "HL_X", "value": "một, hai; ba"},
    ),
    (lambda do: do.setvar("HL_GLOBAL", ""), {"action": "Setvar", "variable": "HL_GLOBAL", "value": ""}),
    (lambda do: do.getvar("HL_GLOBAL"), {"action": "Getvar", "variable": "HL_GLOBAL"}),
    (
        lambda do: do.getvar("IFMODULE(func_export.so)", channel="PJSIP/a-1"),
        {"action": "Getvar", "channel": "PJSIP/a-1", "variable": "IFMODULE(func_export.so)"},
    ),
    (lambda do: do.mixmonitor_stop("PJSIP/a-1"), {"action": "StopMixMonitor", "channel": "PJSIP/a-1"}),
    (
        lambda do: do.mixmonitor_stop("PJSIP/a-1", monitor="0x7f01"),
        {"action": "StopMixMonitor", "channel": "PJSIP/a-1", "mixmonitorid": "0x7f01"},
    ),
    (lambda do: do.ping(), {"action": "Ping"}),
]


@pytest.mark.parametrize(("do", "expected"), SENT, ids=[fields["action"] for _, fields in SENT])
async def test_each_action_sends_what_it_says(do: Do, expected: Fields) -> None:
    async with acting() as (actions, ami):
        await do(actions)
        sent = {key: value for key, value in ami.actions[-1].items() if key not in ("actionid", "")}
    assert sent == expected


async def test_what_an_action_returns() -> None:
    async with acting() as (actions, ami):
        asked = await actions.originate("PJSIP/a", "x", channel_id=OWN, call=CALL, variables={"A": "1", "__B": "2"})
        assert asked == ami.actions[-1]["actionid"]
        assert f"Variable: __HL_CALL={CALL}\r\nVariable: A=1\r\nVariable: __B=2\r\n".encode() in bytes(ami.raw)


async def test_what_a_variable_is() -> None:
    async with acting(lambda fields: success(fields, "Variable: HL_X", "Value: một: hai")) as (actions, _):
        assert await actions.getvar("HL_X") == "một: hai"
    async with acting(lambda fields: success(fields, "Variable: HL_X", "Value: ")) as (actions, _):
        assert await actions.getvar("HL_X") == ""


REFUSALS: list[tuple[Do, str, type[Exception], str]] = [
    (lambda do: do.hangup("PJSIP/a-1"), "No such channel", NotFound, "no-such-channel"),
    (lambda do: do.redirect("PJSIP/a-1", "x"), "Channel does not exist: PJSIP/a-1", NotFound, "no-such-channel"),
    (lambda do: do.queue_add("q", "PJSIP/a", "1"), "Unable to add interface: Already there", Refused, "already-member"),
    (lambda do: do.queue_add("q", "PJSIP/a", "1"), "No such queue", NotFound, "no-such-queue"),
    (lambda do: do.queue_remove("q", "PJSIP/a"), "Unable to remove interface: Not there", NotFound, "not-a-member"),
    (lambda do: do.queue_pause("PJSIP/a", paused=True), "Interface not found", NotFound, "not-a-member"),
    (lambda do: do.setvar("A", "b"), "Permission denied", Refused, "ami-not-allowed"),
]


@pytest.mark.parametrize(("do", "words", "kind", "error_id"), REFUSALS, ids=[row[1] for row in REFUSALS])
async def test_asterisks_refusals_are_typed(do: Do, words: str, kind: type[Exception], error_id: str) -> None:
    async with acting(lambda fields: error(fields, words)) as (actions, _):
        with pytest.raises(kind) as caught:
            await do(actions)
    assert getattr(caught.value, "error_id", "") == error_id


EVIL: list[Do] = [
    lambda do: do.hangup("/^PJSIP/"),  # a regular expression hangs up everybody
    lambda do: do.hangup(""),
    lambda do: do.hangup("PJSIP/a-1\r\nAction: Originate"),
    lambda do: do.redirect("PJSIP/a-1", "x,1"),
    lambda do: do.redirect("PJSIP/a-1", "x", "${SHELL(id)}"),
    lambda do: do.redirect("PJSIP/a-1", "x", extra="/.*/"),
    lambda do: do.originate("PJSIP/a", "x", channel_id=OWN, call=CALL, variables={"A": "1,SHELL(id)=2"}),
    lambda do: do.originate("PJSIP/a", "x", channel_id=OWN, call=CALL, variables={"A=1,B": "2"}),
    lambda do: do.originate("PJSIP/a", "x", channel_id=OWN, call=CALL, variables={"A": '"'}),
    lambda do: do.originate("PJSIP/a", "x", channel_id=OWN, call=CALL, caller_id="a\nAction: x"),
    lambda do: do.originate("PJSIP/a", "x", channel_id=ChannelId("a b"), call=CALL),
    lambda do: do.setvar("A\0", "x"),
    lambda do: do.getvar("SHELL(cat /etc/passwd)"),
    lambda do: do.getvar("A\r\nAction: Originate"),
    lambda do: do.getvar("A", channel="/.*/"),
    lambda do: do.setvar("A", "x\nVariable: B"),
    lambda do: do.queue_add("q", "PJSIP/a", "Tên\r\nAction: Originate"),
]


@pytest.mark.parametrize("do", EVIL)
async def test_what_means_more_than_it_says_is_never_sent(do: Do) -> None:
    async with acting() as (actions, ami):
        with pytest.raises(Invalid) as caught:
            await do(actions)
        assert caught.value.error_id == "ami-injection"
        await actions.ping()
        assert [fields["action"] for fields in ami.actions] == ["Login", "Ping"]


async def test_a_resync_is_typed() -> None:
    def answer(fields: Fields) -> bytes:
        item = f"ActionID: {fields['actionid']}"
        head = success(fields, "EventList: start")
        if fields["action"] == "QueueStatus":
            return (
                head
                + message("Event: QueueParams", "Queue: q", item)
                + message("Event: QueueMember", "Queue: q", "Location: PJSIP/a", "Name: 1001", "Status: 5", item)
                + message("Event: QueueStatusComplete", item, "EventList: Complete")
            )
        if fields["action"] == "DeviceStateList":
            return (
                head
                + message("Event: DeviceStateChange", item, "State: UNAVAILABLE", "Device: PJSIP/line-101")
                + message("Event: DeviceStateListComplete", item, "EventList: Complete", "ListItems: 1")
            )
        return (
            head
            + message("Event: CoreShowChannel", item, "Uniqueid: 1.1", "Duration: 00:01:00")
            + message("Event: CoreShowChannelsComplete", item, "EventList: Complete")
        )

    async with acting(answer) as (actions, _):
        (queue,) = await actions.queue_status()
        assert queue.members[0].state is DeviceState.UNAVAILABLE
        assert await actions.devices() == {"PJSIP/line-101": DeviceState.UNAVAILABLE}
        (channel,) = await actions.channels()
        assert channel.channel == "1.1" and channel.age.total_seconds() == 60


async def test_without_a_link_every_action_is_unavailable() -> None:
    async with acting() as (actions, ami):
        ami.secret = "changed"
        ami.cut()
        with pytest.raises(Unavailable):
            for _ in range(100):
                await actions.ping()
