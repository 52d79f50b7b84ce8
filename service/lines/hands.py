"""The queue room's hands at Asterisk: thin words around the AMI actions. Refuses nothing itself."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from hotline1022.ami_bridge.ports import Actions
from hotline1022.ami_bridge.types import ChannelNow, DeviceState, MemberNow, QueueNow
from hotline1022.core.errors import NotFound, Refused
from hotline1022.queue.agents import EMERGENCY, MAIN
from hotline1022.queue.types import Phone

log = logging.getLogger(__name__)

#: a member's interface in Asterisk's words
INTERFACE = "PJSIP/line-"

_PHONES = {
    DeviceState.UNKNOWN: Phone.GONE,
    DeviceState.INVALID: Phone.GONE,
    DeviceState.UNAVAILABLE: Phone.GONE,
    DeviceState.NOT_IN_USE: Phone.IDLE,
    DeviceState.RINGING: Phone.RINGING,
}


def phone_of(state: DeviceState, in_call: bool) -> Phone:
    """What the phone of a queue's member does. An idle or ringing phone talks with nobody, whatever the queue counts."""
    return _PHONES.get(state) or (Phone.IN_CALL if in_call else Phone.BUSY)


class AmiQueueHands:
    """Members of the queues."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    async def add(self, queue: str, line: str, person: str, *, paused: bool, reason: str) -> None:
        """A member that is there with another person is made anew; with the same one it gets the pause that is asked for."""
        interface = INTERFACE + line
        for attempt in (1, 2):
            try:
                await self._actions.queue_add(queue, interface, person, paused=paused, reason=reason)
                return
            except Refused as error:
                if error.error_id != "already-member" or attempt == 2:
                    raise
                known = await self._member(queue, interface)
                if known is None or known.member_name != person:
                    await self.remove(queue, line)
                    continue
                if (known.paused, known.reason if known.paused else "") != (paused, reason):
                    await self.pause(queue, line, paused=paused, reason=reason)
                return

    async def _member(self, queue: str, interface: str) -> MemberNow | None:
        found = await self._actions.queue_status(queue)
        return next((m for q in found for m in q.members if m.interface == interface), None)

    async def phone(self, queue: str, line: str) -> Phone:
        known = await self._member(queue, INTERFACE + line)
        return phone_of(known.state, known.in_call) if known else Phone.GONE

    async def remove(self, queue: str, line: str) -> None:
        try:
            await self._actions.queue_remove(queue, INTERFACE + line)
        except NotFound as error:
            if error.error_id != "not-a-member":
                raise

    async def renew(self, queue: str, line: str, person: str) -> None:
        # one behind the other on the wire, without waiting between: a queue whose only member is gone lets go who waits there, and looks
        # for that once a second
        taken_out = asyncio.ensure_future(self.remove(queue, line))
        adding = asyncio.ensure_future(self.add(queue, line, person, paused=False, reason=""))
        await asyncio.wait([taken_out, adding])  # whoever asked may be gone: both are done all the same
        refused, failed = taken_out.exception(), adding.exception()
        if failed is not None:  # once more: the line must not stay out
            await self.add(queue, line, person, paused=False, reason="")
        if refused is not None:
            raise refused

    async def pause(self, queue: str, line: str, *, paused: bool, reason: str) -> None:
        await self._actions.queue_pause(INTERFACE + line, paused=paused, reason=reason, queue=queue)


class AmiLanguage:
    """The language in which a channel finds its sounds."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    async def set(self, channel: str, language: str) -> None:
        """NotFound when the channel is gone."""
        await self._actions.setvar("CHANNEL(language)", language, channel=channel)


class AmiSnapshot:
    """Everything that Asterisk has now."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    async def channels(self) -> Sequence[ChannelNow]:
        return await self._actions.channels()

    async def queues(self) -> Sequence[QueueNow]:
        found: list[QueueNow] = []
        for queue in (MAIN, EMERGENCY):
            found += await self._actions.queue_status(queue)
        return found

    async def devices(self) -> Mapping[str, DeviceState]:
        try:
            return await self._actions.devices()
        except (
            Refused
        ) as error:  # an existing PBX without the module: lines at which somebody is are known all the same
            log.warning("phones at which nobody is logged in are not known: %s; load res_manager_devicestate", error)
            return {}
