"""A carrier for tests: the SMPP server of smpp34, that answers, refuses, throttles, delays, keeps silent, and is cut."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import smpp34

from tests.lab.ports import free_port

#: gives the id, or a status, or None: no answer at all
Answer = str | int | None


@dataclass
class Smsc:
    """What the carrier saw, and what it says."""

    port: int
    submits: list[smpp34.SubmitSmEvent] = field(default_factory=list)
    binds: int = 0
    #: what the next requests get; afterwards ids counted up in hexadecimal
    script: list[Answer] = field(default_factory=list)
    #: seconds before each answer
    delay: float = 0.0
    #: called with each message before its answer leaves
    before: Callable[[smpp34.SubmitSmEvent, str], Awaitable[None]] | None = None
    esme: smpp34.Esme | None = None
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(0x9A))
    _kept: list[smpp34.SubmitSmEvent] = field(default_factory=list)
    _server: smpp34.Server | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def start(self) -> None:
        self._server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="SMSC")
        await self._server.start()
        self._spawn(self._serve(self._server))

    def _spawn(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, server: smpp34.Server) -> None:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.esme, self.binds = event, self.binds + 1
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.submits.append(event)
                answer = self.script.pop(0) if self.script else f"{next(self._ids):08X}"
                self._spawn(self._answer(event, answer))

    async def _answer(self, event: smpp34.SubmitSmEvent, answer: Answer) -> None:
        await asyncio.sleep(self.delay)
        if isinstance(answer, str):
            if self.before is not None:
                await self.before(event, answer)
            event.accept(answer)
        elif isinstance(answer, int):
            event.reject(answer)
        else:
            self._kept.append(event)  # an event that is dropped would be refused

    async def receipt(self, event: smpp34.SubmitSmEvent, name: str, stat: str = "DELIVRD", err: str = "000") -> int:
        """Say what became of a message; gives the status of the acknowledgement."""
        text = f"id:{name} sub:001 dlvrd:001 submit date:2611291200 done date:2611291201 stat:{stat} err:{err} text:x"
        return await self.deliver(event.destination_addr, text.encode(), esm_class=0x04)

    async def deliver(self, source: str, text: bytes, *, esm_class: int = 0, data_coding: int = 0) -> int:
        """Hand over an SMS; gives the status of the acknowledgement."""
        assert self.esme is not None
        answer = await self.esme.deliver_sm(
            source_addr=source,
            destination_addr="1022",
            short_message=text,
            esm_class=esm_class,
            data_coding=data_coding,
        )
        return answer.command_status

    async def stop(self) -> None:
        """Cut everybody off."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._kept.clear()
        if self._server is not None:
            await self._server.stop()


@asynccontextmanager
async def smsc() -> AsyncIterator[Smsc]:
    """A carrier on a free port."""
    carrier = Smsc(port=free_port("tcp"))
    await carrier.start()
    try:
        yield carrier
    finally:
        await carrier.stop()
