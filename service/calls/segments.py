"""Starts the next piece of a track when a phone's audio starts anew (hold, resume): Debian's Asterisk would lose it.

Recorders are started on Asterisk's console: by AMI it would take an account that may run programs (class `system`).
Never stops a recorder before it is known that the next one can be started. One piece after the other, beside the live
events, which do not wait.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from hotline1022.ami_bridge.ports import Actions
from hotline1022.core.errors import HotlineError, NotFound, Unavailable
from hotline1022.core.events import LegKind, TrackStarted
from hotline1022.core.ids import CallId, ChannelId

log = logging.getLogger(__name__)

#: the recorder's translator goes away only when no recorder is left and a frame has passed (RECIPES: 0.2 s, 9 of 9)
RESTART_SECONDS = 0.2
#: resumed phones that may wait; more at the same moment keep their tracks as they are
WAITING = 32
_NAME = re.compile(r"[A-Za-z0-9_./-]+")


class OwnConsole(Protocol):
    """Asterisk's console."""

    async def say(self, command: str) -> str:
        """What Asterisk answers; Unavailable when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A leg whose phone has come back from hold."""

    call: CallId
    channel: ChannelId
    #: as Asterisk calls the channel
    name: str
    kind: LegKind


class Segments:
    """Give it resumed legs by `want`; run `run()` in a task group."""

    def __init__(
        self, actions: Actions, console: OwnConsole, spool: Path, note: Callable[[TrackStarted], None]
    ) -> None:
        self._actions, self._console, self._spool, self._note = actions, console, spool, note
        self._waiting: asyncio.Queue[Resumed] = asyncio.Queue(WAITING)

    def want(self, leg: Resumed) -> None:
        """A new piece for this leg, as soon as may be."""
        try:
            self._waiting.put_nowait(leg)
        except asyncio.QueueFull:
            log.warning("call %s: too many phones come back at once; the track of %s goes on", leg.call, leg.name)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            leg = await self._waiting.get()
            try:
                started = await self.restart(leg)
            except NotFound:  # a transfer takes the phone back from hold and hangs it up in the same moment
                log.info("call %s: %s is gone, its track has ended", leg.call, leg.name)
            except HotlineError as error:
                log.error("call %s: the track of %s could not be started anew: %s", leg.call, leg.name, error)
            else:
                if started is not None:
                    self._note(started)

    async def restart(self, leg: Resumed) -> TrackStarted | None:
        """Stop the channel's recorder, wait for its translator to go, start the next piece; what the log should know.

        None where recorders cannot be started here: the track goes on, and what is lost of it is marked.
        """
        if _NAME.fullmatch(leg.name) is None or '"' in str(self._spool):
            log.error("call %s: %r cannot be named on the console; its track goes on", leg.call, leg.name)
            return None
        try:
            await self._console.say(f"mixmonitor list {leg.name}")
        except HotlineError as error:
            log.warning("call %s: %s resumed, the track goes on: %s", leg.call, leg.name, error)
            return None
        await self._actions.mixmonitor_stop(leg.name)
        await asyncio.sleep(RESTART_SECONDS)
        at = datetime.now(UTC)
        stem = f"{leg.call}~{leg.channel}~{leg.kind}~{int(at.timestamp() * 1000)}"
        path = self._spool / stem
        command = f'mixmonitor start {leg.name} ",r({path}-r.wav)t({path}-t.wav)"'
        try:
            await self._console.say(command)
        except Unavailable:  # without this piece the rest of the leg would be lost
            await self._console.say(command)
        return TrackStarted(at=at, call=leg.call, channel=leg.channel, kind=leg.kind, file=stem)
