"""A link to a carrier by SMPP 3.4: binds, keeps alive, comes back, and hands over what comes in. Refuses more than its window.

What comes in is acknowledged when it is safe, and not before. A request without an answer is never sent again here.
"""

import asyncio
import contextlib
import logging
import random
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.notify import smpp_wire as w

log = logging.getLogger(__name__)
#: requests under way at most; carriers drop who has more
WINDOW = 10
#: seconds of the longest wait between two tries to bind
LONGEST = 60.0
#: incoming messages that wait to be stored; then the carrier waits
WAITING = 64


class LinkAway(Unavailable):
    """There is no bind; nothing left."""

    error_id = "smpp-away"


class LinkSilent(Unavailable):
    """The request left, and no answer came."""

    error_id = "smpp-silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppServer:
    """Where and as whom."""

    host: str
    port: int
    system_id: str
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    window: int = WINDOW
    #: seconds without a word after which the link is asked whether it lives
    enquire_seconds: float = 30.0
    #: seconds that an answer may take
    answer_seconds: float = 30.0
    #: seconds before the first new try to bind
    retry_seconds: float = 1.0
    #: seconds that a request waits for the bind
    bind_seconds: float = 5.0


class SmppLink:
    """One bind as transceiver, for as long as `run` runs."""

    def __init__(self, server: SmppServer, on_deliver: Callable[[w.Deliver], Awaitable[None]]) -> None:
        self._server, self._on_deliver = server, on_deliver
        self._window = asyncio.Semaphore(min(server.window, WINDOW))
        self._writer: asyncio.StreamWriter | None = None
        self._pending: dict[int, asyncio.Future[w.Pdu]] = {}
        self._sequence = 0
        self._heard = 0.0
        #: whether we are bound
        self.bound = asyncio.Event()
        #: why we are not, in words; "" while we are
        self.fault = "not yet bound"

    async def submit(self, body: bytes) -> w.Pdu:
        """The answer to submit_sm; LinkAway when nothing left, LinkSilent when nobody knows."""
        async with self._window:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._server.bind_seconds):
                    await self.bound.wait()
            if not self.bound.is_set():
                raise LinkAway(f"the carrier's SMPP is away ({self.fault}); it is tried again by itself")
            return await self._ask(w.Command.SUBMIT, body)

    async def run(self) -> None:
        """Until cancelled: bind, and bind again."""
        wait = self._server.retry_seconds
        while True:
            try:
                await self._session()
            except* (OSError, TimeoutError, HotlineError, asyncio.IncompleteReadError) as group:
                self.fault = _words(group)
            was_bound, self.fault = self.bound.is_set(), self.fault or "the carrier ended the link"
            self.bound.clear()
            self._forget()
            wait = self._server.retry_seconds if was_bound else min(LONGEST, wait * 2)
            log.warning("SMPP %s:%d: %s", self._server.host, self._server.port, self.fault)
            await asyncio.sleep(wait * random.uniform(0.75, 1.25))

    def _forget(self) -> None:
        """Whoever waits for an answer of a link that is gone hears that there will be none."""
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(LinkSilent("the link to the carrier was cut before the answer came"))
        self._pending.clear()

    async def _session(self) -> None:
        server = self._server
        async with asyncio.timeout(server.answer_seconds):
            reader, writer = await asyncio.open_connection(server.host, server.port, ssl=server.tls)
        self._writer = writer
        try:
            async with asyncio.TaskGroup() as group:
                incoming: asyncio.Queue[w.Pdu] = asyncio.Queue(WAITING)
                group.create_task(self._read(reader, incoming))
                group.create_task(self._keep(incoming))
                await self._bind()
                group.create_task(self._enquire())
        finally:
            self._writer = None
            with contextlib.suppress(OSError):
                if self.bound.is_set():
                    writer.write(w.encode(w.Pdu(command=w.Command.UNBIND, sequence=self._next())))
                writer.close()

    async def _bind(self) -> None:
        server = self._server
        answer = await self._ask(w.Command.BIND_TRANSCEIVER, w.bind_body(server.system_id, server.password))
        if answer.status != w.Status.OK:
            raise LinkAway(
                f"the carrier refuses the bind (0x{answer.status:02x}); correct notify.sms_account and secret"
            )
        self.fault = ""
        self.bound.set()
        log.info("SMPP %s:%d: bound", server.host, server.port)

    async def _ask(self, command: int, body: bytes = b"") -> w.Pdu:
        if self._writer is None:
            raise LinkAway(f"the carrier's SMPP is away ({self.fault}); it is tried again by itself")
        sequence = self._next()
        waiting: asyncio.Future[w.Pdu] = asyncio.get_running_loop().create_future()
        self._pending[sequence] = waiting
        try:
            self._writer.write(w.encode(w.Pdu(command=command, sequence=sequence, body=body)))
            async with asyncio.timeout(self._server.answer_seconds):
                await self._writer.drain()
                return await waiting
        except (TimeoutError, OSError) as error:
            raise LinkSilent("the carrier did not answer in time") from error
        finally:
            self._pending.pop(sequence, None)

    def _next(self) -> int:
        self._sequence = self._sequence % 0x7FFFFFFF + 1
        return self._sequence

    async def _read(self, reader: asyncio.StreamReader, incoming: asyncio.Queue[w.Pdu]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            header = await reader.readexactly(w.HEADER.size)
            pdu = w.decode(header, await reader.readexactly(w.length_of(header)))
            self._heard = loop.time()
            if pdu.command & w.RESPONSE:
                waiting = self._pending.get(pdu.sequence)
                if waiting is not None and not waiting.done():
                    waiting.set_result(pdu)
            elif pdu.command == w.Command.DELIVER:
                await incoming.put(pdu)
            elif pdu.command == w.Command.ENQUIRE:
                self._answer(pdu)
            elif pdu.command == w.Command.UNBIND:
                self._answer(pdu)
                raise LinkAway("the carrier ended the bind; it is tried again by itself")
            else:
                self._answer(pdu, w.Status.BAD_COMMAND, nack=True)

    async def _keep(self, incoming: asyncio.Queue[w.Pdu]) -> None:
        """Store what came in, in its order, and say so only then."""
        while True:
            pdu = await incoming.get()
            status = w.Status.OK
            try:
                await self._on_deliver(w.deliver_of(pdu.body))
            except HotlineError as error:
                log.error(
                    "SMPP: an incoming message could not be kept, the carrier is asked to send it again: %s", error
                )
                status = w.Status.RECEIVER_TEMPORARY
            self._answer(pdu, status, body=b"\0")

    def _answer(self, pdu: w.Pdu, status: int = w.Status.OK, *, body: bytes = b"", nack: bool = False) -> None:
        if self._writer is not None:
            command = w.Command.GENERIC_NACK if nack else pdu.command | w.RESPONSE
            self._writer.write(w.encode(w.Pdu(command=command, status=status, sequence=pdu.sequence, body=body)))

    async def _enquire(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._server.enquire_seconds)
            if loop.time() - self._heard >= self._server.enquire_seconds:
                await self._ask(w.Command.ENQUIRE)


def _words(group: BaseExceptionGroup[BaseException]) -> str:
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            return _words(one)
        if isinstance(one, asyncio.IncompleteReadError):
            return "the carrier closed the link"
        return str(one) or type(one).__name__
    return "unknown"
