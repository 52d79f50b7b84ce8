"""The whole service in a process of its own, without an Asterisk: what Asterisk's link would tell in busy minutes is told to it here, and
when each live event was published is written down. Refuses to do anything but that: whoever looks is another process.

`python -m tests.bench.live_service SETTINGS AGENTS CALLS SECONDS TIMES`: prints `ready`, waits for a line, tells CALLS a minute for so many
SECONDS, writes `{number of the event: time.monotonic()}` to the file TIMES and prints `told`; ends when its input does.
"""

import asyncio
import itertools
import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hotline1022.ami_bridge import types as ami
from hotline1022.core import events as e
from hotline1022.core.call import fold
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.live import Event
from hotline1022.queue.agents import MAIN, Member
from hotline1022.queue.types import Phone
from hotline1022.service.app import App
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.settings.config import load
from tests.unit.tickets_made import made

#: the first line, and the first person
LINE, PERSON = 301, 3001
#: seconds: in the menu, in the queue, until the phone is picked up, how long is talked, and how long is written afterwards
MENU, WAITS, RINGS, TALKS, WRITES = 2.0, 3.0, 3.0, (15.0, 45.0), 10.0


class NoHands:
    """queue.ports.QueueHands: there is no Asterisk whose members could be changed."""

    async def phone(self, *_: Any) -> Phone:
        """Free."""
        return Phone.IDLE

    def __getattr__(self, name: str) -> Any:
        async def done(*_: Any, **__: Any) -> None:
            return None

        return done


class Minutes:
    """Calls, told to the service as its link to Asterisk and its log would."""

    def __init__(self, app: App, agents: int) -> None:
        self._app, self._dice = app, random.Random(1022)
        self._lines = [str(LINE + n) for n in range(agents)]
        self._free = set(self._lines)
        self._waiting: list[str] = []
        self.told: dict[str, float] = {}
        publish = app.news._publish

        def stamped(event: Event) -> None:
            self.told[str(app.broadcast.bus._head + 1)] = time.monotonic()
            publish(event)

        app.news._publish = stamped

    async def begin(self) -> None:
        """Everybody sits at a line, the phones are free, and the link is as if it were up."""
        agents: Any = self._app.agents
        agents._hands = NoHands()
        members = [
            Member(line=line, person=str(PERSON + n), paused=False, reason="", phone=Phone.IDLE)
            for n, line in enumerate(self._lines)
        ]
        await agents.resync(members)
        self._app.live.lost_at = None

    async def run(self, calls: float, seconds: float) -> None:
        """So many calls a minute, at times by lot."""
        ends = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for number in itertools.count(1):
                await asyncio.sleep(self._dice.expovariate(calls / 60))
                if time.monotonic() >= ends:
                    return
                group.create_task(self._call(number, ends))

    async def _heard(self, event: ami.LiveEvent) -> None:
        self._app.news.heard(event)
        await self._app.live.handle(event)

    async def _call(self, number: int, ends: float) -> None:
        """One citizen; what would come after the end of the measurement is left out."""
        call = CallId(ChannelId(f"hl1-1795470208.{number}"))
        same: dict[str, Any] = {"call": call, "channel": call}
        begun = datetime.now(UTC)
        caller = f"09{self._dice.randrange(10**8):08}"
        facts: list[e.Event] = [e.CallEntered(at=begun, caller=caller, did="1022", **same)]
        self._saved(facts, facts)
        await self._sleep(MENU, ends)
        pressed = [
            e.KeyPressed(at=datetime.now(UTC), menu="main", key="3", mode=e.Mode.SERVICE, **same),
            e.QueueJoined(at=datetime.now(UTC), queue=MAIN, **same),
        ]
        facts += pressed
        self._saved(facts, pressed)
        self._waiting.append(call)
        where: dict[str, Any] = {"queue": MAIN, "caller": call, "position": len(self._waiting)}
        await self._heard(ami.CallerJoinedQueue(at=datetime.now(UTC), count=len(self._waiting), **where))
        await self._sleep(WAITS, ends)
        while not self._free:
            await self._sleep(0.5, ends)
        line = min(self._free, key=lambda _: self._dice.random())
        self._free.discard(line)
        person = str(PERSON + self._lines.index(line))
        member: dict[str, Any] = {
            "queue": MAIN,
            "interface": f"PJSIP/line-{line}",
            "member_name": person,
            "caller": call,
        }
        member["channel"] = ChannelId(f"{call}1")
        await self._heard(ami.AgentCalled(at=datetime.now(UTC), **member))
        await self._sleep(RINGS, ends)
        waited = datetime.now(UTC) - begun
        await self._heard(
            ami.AgentConnected(at=datetime.now(UTC), waited=waited, rang=timedelta(seconds=RINGS), **member)
        )
        self._waiting.remove(call)
        await self._heard(ami.CallerLeftQueue(at=datetime.now(UTC), count=len(self._waiting), **where))
        talks = self._dice.uniform(*TALKS)
        await self._sleep(talks, ends)
        self._app.news.ticket(made(id=f"{number:016x}", code=f"{number:08}", calls=(call,)))
        await self._heard(
            ami.AgentCompleted(at=datetime.now(UTC), talked=timedelta(seconds=talks), reason="caller", **member)
        )
        ended: list[e.Event] = [e.LegEnded(at=datetime.now(UTC), cause=16, **same)]
        self._saved([*facts, *ended], ended)
        self._app.call_log._calls.pop(call, None)
        await self._sleep(WRITES, ends)
        await self._app.agents.ready(line)
        self._free.add(line)

    def _saved(self, facts: list[e.Event], new: list[e.Event]) -> None:
        """The log has committed this."""
        call = fold(facts)
        assert call is not None
        log = self._app.call_log
        log._calls[call.id] = call
        self._app.news.saved(Saved(calls=(call,), events=tuple(new), backfilled=frozenset(), position=log.position))

    @staticmethod
    async def _sleep(seconds: float, ends: float) -> None:
        """Not longer than the measurement."""
        left = ends - time.monotonic()
        if left < seconds:
            await asyncio.sleep(max(0.0, left))
            raise asyncio.CancelledError
        await asyncio.sleep(seconds)


async def main(settings: str, agents: str, calls: str, seconds: str, times: str) -> None:
    """Until the input ends."""
    app = App(load(settings, {}), settings)
    ready = asyncio.Event()
    app._tell_ready = ready.set  # type: ignore[method-assign]
    running = asyncio.create_task(app.run())
    waits = asyncio.create_task(ready.wait())
    await asyncio.wait({running, waits}, return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        await running
    minutes = Minutes(app, int(agents))
    await minutes.begin()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await minutes.run(float(calls), float(seconds))
    await asyncio.sleep(3)
    await asyncio.to_thread(Path(times).write_text, json.dumps(minutes.told), encoding="utf-8")
    print("told", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    app.ask_to_stop()
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
