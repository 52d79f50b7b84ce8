"""The queue room's hands: what Asterisk is told when the line is a member already."""

import asyncio
from typing import Any

import pytest

from hotline1022.ami_bridge.types import DeviceState, MemberNow, QueueNow
from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.queue.agents import MAIN
from hotline1022.service.lines.hands import INTERFACE, AmiQueueHands, AmiSnapshot


def member(line: str, person: str = "1001", **changes: Any) -> MemberNow:
    values: dict[str, Any] = {
        "queue": MAIN,
        "interface": INTERFACE + line,
        "member_name": person,
        "state_interface": INTERFACE + line,
        "state": DeviceState.NOT_IN_USE,
        "in_call": False,
        "paused": False,
        "reason": "",
        "calls": 0,
        "last_call": None,
        "logged_in": None,
    }
    return MemberNow(**values | changes)


class Queue:
    """Asterisk's queue in memory; what of ports.Actions the hands use."""

    def __init__(self, *members: MemberNow) -> None:
        self.members = {m.interface: m for m in members}

    async def queue_add(
        self, queue: str, interface: str, member_name: str, *, paused: bool = False, reason: str = ""
    ) -> None:
        if interface in self.members:
            raise Refused("already there", error_id="already-member")
        line = interface.removeprefix(INTERFACE)
        self.members[interface] = member(line, member_name, paused=paused, reason=reason)

    async def queue_remove(self, queue: str, interface: str) -> None:
        if self.members.pop(interface, None) is None:
            raise NotFound("not there", error_id="not-a-member")

    async def queue_pause(self, interface: str, *, paused: bool, reason: str = "", queue: str | None = None) -> None:
        line = interface.removeprefix(INTERFACE)
        self.members[interface] = member(line, self.members[interface].member_name, paused=paused, reason=reason)

    async def queue_status(self, queue: str = "") -> tuple[QueueNow, ...]:
        return (QueueNow(queue=queue, members=tuple(self.members.values()), callers=()),)


@pytest.mark.parametrize(
    ("there", "paused", "reason"),
    [
        (member("101", paused=True, reason="1"), False, ""),
        (member("101"), True, "no-answer"),
        (member("101", paused=True, reason="1"), True, "2"),
        (member("101", "1002", paused=True, reason="1"), False, ""),
    ],
)
async def test_a_member_that_is_there_gets_person_and_pause_as_asked(
    there: MemberNow, paused: bool, reason: str
) -> None:
    queue = Queue(there)
    await AmiQueueHands(queue).add(MAIN, "101", "1001", paused=paused, reason=reason)  # type: ignore[arg-type]
    (now,) = queue.members.values()
    assert (now.member_name, now.paused, now.reason) == ("1001", paused, reason)


async def test_a_pbx_without_the_list_of_phones_is_asked_for_the_rest_all_the_same() -> None:
    class Bare:
        async def devices(self) -> dict[str, DeviceState]:
            raise Refused("Asterisk refuses DeviceStateList: Invalid/unknown command", error_id="ami-refused")

    assert await AmiSnapshot(Bare()).devices() == {}  # type: ignore[arg-type]


async def test_a_member_is_made_anew_at_once_and_without_a_pause() -> None:
    """Nothing comes between: a queue that is empty for a moment longer lets go who waits in it."""
    asked: list[str] = []
    answers = asyncio.Event()

    class Slow(Queue):
        async def queue_remove(self, queue: str, interface: str) -> None:
            asked.append("remove")
            await Queue.queue_remove(self, queue, interface)
            await answers.wait()

        async def queue_add(self, queue: str, interface: str, member_name: str, **more: Any) -> None:
            asked.append("add")
            await Queue.queue_add(self, queue, interface, member_name, **more)

    before = member("101", calls=7)
    queue = Slow(before)
    renewing = asyncio.create_task(AmiQueueHands(queue).renew(MAIN, "101", "1001"))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert asked == ["remove", "add"], "the second is sent though the first is not answered"
    answers.set()
    await renewing
    (now,) = queue.members.values()
    assert (now.member_name, now.paused, now.calls) == ("1001", False, 0)


async def test_a_member_whose_adding_fails_once_does_not_stay_out() -> None:
    class Busy(Queue):
        fails = 1

        async def queue_add(self, queue: str, interface: str, member_name: str, **more: Any) -> None:
            self.fails -= 1
            if self.fails >= 0:
                raise Unavailable("no answer", error_id="ami-timeout")
            await Queue.queue_add(self, queue, interface, member_name, **more)

    queue = Busy(member("101"))
    await AmiQueueHands(queue).renew(MAIN, "101", "1001")  # type: ignore[arg-type]
    assert list(queue.members) == [INTERFACE + "101"]
    queue.fails = 2
    with pytest.raises(Unavailable):
        await AmiQueueHands(queue).renew(MAIN, "101", "1001")  # type: ignore[arg-type]
