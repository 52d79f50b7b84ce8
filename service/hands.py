"""The queue room's hands at Asterisk, and the recorder's: thin words around the AMI actions. Refuses nothing itself."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.ami_bridge.ports import Actions
from hotline1022.ami_bridge.types import ChannelNow, QueueNow
from hotline1022.core.call import Call
from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.events import TrackStarted
from hotline1022.core.ids import ChannelId
from hotline1022.queue.agents import EMERGENCY, MAIN

log = logging.getLogger(__name__)

#: a member's interface in Asterisk's words
INTERFACE = "PJSIP/line-"
#: the recorder's translator goes away only when no recorder is left and a frame has passed (RECIPES: 0.2 s, 9 of 9)
RESTART_SECONDS = 0.2


class AmiQueueHands:
    """Members of the queues."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    async def add(self, queue: str, line: str, person: str, *, paused: bool, reason: str) -> None:
        """A member that is there with another person is made anew."""
        interface = INTERFACE + line
        for attempt in (1, 2):
            try:
                await self._actions.queue_add(queue, interface, person, paused=paused, reason=reason)
                return
            except Refused as error:
                if error.error_id != "already-member" or attempt == 2:
                    raise
                if await self._is(queue, interface, person):
                    return
                await self.remove(queue, line)

    async def _is(self, queue: str, interface: str, person: str) -> bool:
        found = await self._actions.queue_status(queue)
        return any(m.interface == interface and m.member_name == person for q in found for m in q.members)

    async def remove(self, queue: str, line: str) -> None:
        try:
            await self._actions.queue_remove(queue, INTERFACE + line)
        except NotFound as error:
            if error.error_id != "not-a-member":
                raise

    async def pause(self, queue: str, line: str, *, paused: bool, reason: str) -> None:
        await self._actions.queue_pause(INTERFACE + line, paused=paused, reason=reason, queue=queue)


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


class Segments:
    """Starts the next piece of a track when a phone's audio starts anew (hold, resume): Debian's Asterisk would lose it."""

    def __init__(self, actions: Actions, spool: Path) -> None:
        self._actions, self._spool = actions, spool
        self._busy: set[ChannelId] = set()

    async def restart(self, call: Call, channel: ChannelId) -> TrackStarted | None:
        """Stop the channel's recorder, wait for its translator to go, start the next piece; what the log should know."""
        leg = call.legs.get(channel)
        if leg is None or leg.ended_at is not None or channel in self._busy:
            return None
        self._busy.add(channel)
        try:
            # an account without the right to start a recorder must not stop one: the rest of the leg would be lost
            if not await self._actions.mixmonitor_allowed():
                log.warning("call %s: %s resumed; Asterisk refuses a new recorder, the track goes on", call.id, channel)
                return None
            await self._actions.mixmonitor_stop(channel)
            await asyncio.sleep(RESTART_SECONDS)
            at = datetime.now(UTC)
            stem = f"{call.id}~{channel}~{leg.kind}~{int(at.timestamp() * 1000)}"
            path = self._spool / stem
            await self._actions.mixmonitor_start(channel, options=f"r({path}-r.wav)t({path}-t.wav)")
            return TrackStarted(at=at, call=call.id, channel=channel, kind=leg.kind, file=stem)
        except HotlineError as error:
            log.warning("call %s: the track of %s could not be started anew: %s", call.id, channel, error)
            return None
        finally:
            self._busy.discard(channel)
