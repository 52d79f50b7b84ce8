"""What the AMI link makes of answers to actions: each reaches its own action, lists are gathered, nothing is injected."""

import asyncio

import pytest

from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.types import OriginateEnded
from hotline1022.core.errors import Invalid, Refused, Unavailable
from tests.lab.scripted import Fields, error, hold, message, scripted_ami, success
from tests.lab.waiting import until
from tests.unit.link_world import Listener, running


async def test_originate_response_reaches_the_consumer_although_it_bears_a_pending_id() -> None:
    heard = Listener()

    def answer(fields: Fields) -> bytes:
        event = message(
            "Event: OriginateResponse",
            f"ActionID: {fields['actionid']}",
            "Response: Success",
            "Reason: 4",
            "Uniqueid: 1.9",
        )
        return event + success(fields, "Message: Originate successfully queued")

    async with scripted_ami(answer=answer) as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        reply = await link.action("Originate")
        await until(lambda: bool(heard.of(OriginateEnded)))
    ended = heard.of(OriginateEnded)[0]
    assert isinstance(ended, OriginateEnded) and ended.action_id == reply.action_id and ended.answered


def listing(fields: Fields, *items: bytes, ending: str = "Complete") -> bytes:
    head = success(fields, "EventList: start", "Message: Channels will follow")
    tail = message("Event: CoreShowChannelsComplete", f"EventList: {ending}", f"ActionID: {fields['actionid']}")
    return head + b"".join(items) + tail


async def test_a_list_answer_is_gathered_around_other_events() -> None:
    heard = Listener()

    def answer(fields: Fields) -> bytes:
        item = f"ActionID: {fields['actionid']}"
        return listing(
            fields,
            message("Event: CoreShowChannel", item, "Uniqueid: 1.1"),
            hold(7),
            message("Event: QueueStatusComplete", "ActionID: another"),
            message("Event: CoreShowChannel", item, "Uniqueid: 1.2"),
        )

    async with scripted_ami(answer=answer) as ami, running(ami.port, on_event=heard) as link:
        await link.wait_up(5)
        items = await link.core_show_channels()
        assert [item.get("Uniqueid") for item in items] == ["1.1", "1.2"]
        await until(lambda: heard.held == ["hl1-7"])
        assert len(await link.queue_status("q")) == 2
        assert ami.named("QueueStatus")[0]["queue"] == "q"


async def test_an_empty_list_and_a_cancelled_one() -> None:
    ending = "Complete"
    async with (
        scripted_ami(answer=lambda fields: listing(fields, ending=ending)) as ami,
        running(ami.port) as link,
    ):
        await link.wait_up(5)
        assert await link.core_show_channels() == ()
        ending = "cancelled"
        with pytest.raises(Unavailable) as caught:
            await link.core_show_channels()
        assert caught.value.error_id == "ami-list-broken"


async def test_a_refusal_bears_asterisks_words() -> None:
    async with (
        scripted_ami(answer=lambda fields: error(fields, fields["words"])) as ami,
        running(ami.port) as link,
    ):
        await link.wait_up(5)
        with pytest.raises(Refused, match="Out of memory") as caught:
            await link.action("QueueAdd", (("Words", "Out of memory"),))
        assert caught.value.error_id == "ami-refused"
        with pytest.raises(Refused, match=r"write= in manager\.conf") as caught:
            await link.action("Command", (("Words", "Permission denied"),))
        assert caught.value.error_id == "ami-not-allowed"


async def test_answers_in_another_order_reach_their_own_action() -> None:
    waiting: list[Fields] = []

    def answer(fields: Fields) -> bytes:
        waiting.append(fields)
        if len(waiting) < 3:
            return b""
        return b"".join(success(each, f"Message: {each['x']}") for each in reversed(waiting))

    async with scripted_ami(answer=answer) as ami, running(ami.port) as link:
        await link.wait_up(5)
        replies = await asyncio.gather(*(link.action("Any", (("X", str(n)),)) for n in range(3)))
    assert [reply.message for reply in replies] == ["0", "1", "2"]


@pytest.mark.parametrize("evil", ["\r\n", "\n", "\r", "\0"])
async def test_nothing_with_a_line_break_reaches_asterisk(evil: str) -> None:
    with pytest.raises(Invalid):
        AmiLink(host="127.0.0.1", port=1, username="a", secret=f"b{evil}Action: x")
    async with scripted_ami() as ami, running(ami.port) as link:
        await link.wait_up(5)
        for fields in ((("CallerID", f"a{evil}Action: Originate"),), ((f"A{evil}B", "x"),)):
            with pytest.raises(Invalid) as caught:
                await link.action("Setvar", fields)
            assert caught.value.error_id == "ami-injection"
        await link.action("Ping")
        assert [fields["action"] for fields in ami.actions] == ["Login", "Ping"]
        assert link._protocol is not None and not link._protocol.responses
