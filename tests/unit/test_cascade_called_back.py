"""A citizen who was called back is put through by the API and the phone's button: Asterisk is told of her channel, not of the call's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.ami_bridge import types as ami
from hotline1022.ami_bridge.types import TransferRefused
from hotline1022.cascade.types import CascadeRow, KeptCascade
from hotline1022.core.cascade import Outcome, State
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.service.calls.timeline_cascade import Transfers
from hotline1022.service.cascades.phone_button import PhoneButton
from hotline1022.service.live.of_call import REMEMBERED, OfCall
from hotline1022.web.cascade_wire import CascadeBody
from hotline1022.web.types import CallEventView
from tests.scenario.tables import CHANNELS
from tests.unit.cascade_house import House, a_house

#: the call has the name of the agent's channel
CALL = CHANNELS["a"]
TALKING = """
1.0 a HL_OUT line=101|person=1001|number=0901234567
1.1 c HL_LEG call=%a|kind=citizen|party=0901234567
5.0 c ANSWER
9.0 a BRIDGE_ENTER q
9.0 c BRIDGE_ENTER q
"""
FREE = """19.0 c BRIDGE_EXIT q
19.0 a BRIDGE_EXIT q
19.1 a HANGUP 16
"""
HUNTING = """20.0 c HL_CASCADE hunt=1|agency=so-xay-dung|category=|ticket=|code=|line=101|origin=service
20.1 c HL_TRY hunt=1|try=1|role=specialist|contact=so-xay-dung-cv|which=office|number=02740000019
"""
BODY = CascadeBody(call=CALL, agency="so-xay-dung")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as one:
        one.asterisk.living = ["a", "c"]
        yield one


async def test_her_channel_goes_into_the_hunt(house: House) -> None:
    await house.stored(TALKING)
    begun = await house.view.begin(BODY, by="lan")
    assert begun.call == CALL and begun.ticket
    _, line, agent, redirect = house.asterisk.done
    assert (line, agent) == ("set PJSIP/c HL_LINE=101", "set PJSIP/c HL_AGENT=")
    assert redirect == "redirect PJSIP/c hl1022-cascade,given,1"


async def test_the_agent_who_introduces_is_moved_with_her(house: House) -> None:
    await house.stored(TALKING)
    await house.view.begin(replace(BODY, introduce=True), by="lan")
    assert house.asterisk.done[-1] == "redirect PJSIP/c hl1022-cascade,given,1 PJSIP/a hl1022-introducer"


async def test_she_is_taken_back_by_her_channel(house: House) -> None:
    await house.stored(TALKING, FREE, HUNTING)
    house.asterisk.living = ["c"]
    await house.view.take_back(CALL, by="lan")
    assert house.asterisk.done == ["redirect PJSIP/c hl1022-back,taken,1"]


async def test_the_phones_button_in_a_room_moves_her(house: House) -> None:
    await house.stored(TALKING)
    pressed = TransferRefused(
        at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
        channel=ChannelId(CALL),
        name="PJSIP/line-101-00000002",
        context="hl1022-transfer",
        exten="763",
    )
    await PhoneButton(house.log, house.asterisk).pressed(pressed)  # type: ignore[arg-type]
    hers = CHANNELS["c"]
    assert house.asterisk.done == [f"set {hers} HL_WANTED=763", f"redirect {hers} hl1022-cascade,anew,1"]


async def test_a_code_that_was_keyed_makes_the_ticket_of_the_call(house: House) -> None:
    await house.stored(TALKING)
    ticket = (await house.cascades.ask(["709", "", "101", CALL], CHANNELS["c"])).split("~")[3]
    # also when the log has not read of her channel yet
    house.log.calls.clear()
    assert (await house.cascades.ask(["709", "", "101", CALL], CHANNELS["c"])).split("~")[3] == ticket


def test_the_timeline_tells_that_she_hung_up_in_the_hunt() -> None:
    """By her channel: the end of the agent's is none of the hunt."""

    def told(kind: str, channel: str, **data: object) -> CallEventView:
        return CallEventView(at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC), kind=kind, channel=channel, data=data)

    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    row = CascadeRow(
        call_id=CALL,
        hunt=1,
        agency="x",
        category="",
        ticket="",
        code="",
        line="101",
        origin="phone",
        started_at=at,
        state=State.ENDED,
        outcome=Outcome.DROPPED,
    )
    transfers = Transfers([KeptCascade(row=row, steps=(), settled_at=None)], {})
    assert list(transfers.told(told("CascadeStarted", CHANNELS["c"], hunt=1, agency="x", line="101")))
    assert list(transfers.told(told("LegEnded", CHANNELS["a"], cause=16))) == []
    assert any("the transfer ends" in one for one in transfers.told(told("LegEnded", CHANNELS["c"], cause=16)))


def joined(channel: str) -> ami.CallerJoinedQueue:
    return ami.CallerJoinedQueue(
        at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC), queue="hl1022-main", caller=ChannelId(channel), position=1, count=1
    )


def test_a_queues_caller_is_her_call_also_when_the_log_has_forgotten_her() -> None:
    known = {ChannelId("hers"): CallId(ChannelId("out-1.1")), ChannelId("in"): CallId(ChannelId("in"))}
    of_call = OfCall(known.get)
    for channel, call in (("hers", "out-1.1"), ("in", "in"), ("strange", "strange"), ("", "")):
        assert of_call.told(joined(channel)).caller == call  # type: ignore[attr-defined]
    known.clear()
    assert of_call.told(joined("hers")).caller == "out-1.1"  # type: ignore[attr-defined]
    known.update({ChannelId(f"c{nth}"): CallId(ChannelId("out-2.2")) for nth in range(REMEMBERED)})
    for channel in list(known):
        of_call.told(joined(channel))
    known.clear()
    assert of_call.told(joined("hers")).caller == "hers", "not for ever"  # type: ignore[attr-defined]
    up = ami.LinkDown(at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC), epoch=1, reason="")
    assert of_call.told(up) is up


def test_who_came_to_the_queue_before_the_log_knew_her_leaves_it_by_the_same_name() -> None:
    known: dict[ChannelId, CallId] = {}
    of_call = OfCall(known.get)
    assert of_call.told(joined("hers")).caller == "hers"  # type: ignore[attr-defined]
    known[ChannelId("hers")] = CallId(ChannelId("out-1.1"))
    left = ami.CallerLeftQueue(
        at=datetime(2026, 11, 24, 2, 1, tzinfo=UTC), queue="hl1022-main", caller=ChannelId("hers"), position=1, count=0
    )
    assert of_call.told(left).caller == "hers", "else she waits for ever"  # type: ignore[attr-defined]
