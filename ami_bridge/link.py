"""One AMI account's link: logs in, watches, comes back, hands typed events on in order. Refuses to send anything twice.

- Lost: pending actions fail with Unavailable; a new connection after an exponential, jittered pause; each login is a new
  epoch, told by LinkUp, and its consumer must ask anew.
- Refused account: LinkRefused, an error in the log, and a pause of minutes, because a hammer gets the service banned.
- Silent for three ping intervals: cut.
- `at_once` hears each event as it is read, before any that waits; it must neither wait nor raise.
- Slow consumer: events wait in a bounded queue; when it is full it is emptied, the link is cut (counted) and comes back,
  so that the consumer sees a LinkDown and a LinkUp instead of a hole.
"""

import asyncio
import logging
import random
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from hotline1022.ami_bridge.guarded import GuardedAction, GuardedManager, GuardedProtocol, Reply
from hotline1022.ami_bridge.headers import MalformedEvent
from hotline1022.ami_bridge.link_types import LinkStats, LinkTimes
from hotline1022.ami_bridge.live_events import WANTED, translate
from hotline1022.ami_bridge.mailbox import Mailbox
from hotline1022.ami_bridge.types import LinkDown, LinkRefused, LinkUp, LiveEvent
from hotline1022.ami_bridge.wire import Packet, Pair, serialise
from hotline1022.core.errors import ConfigError, Refused, Unavailable

log = logging.getLogger(__name__)

#: actions that may wait for an answer at a time
PENDING_LIMIT = 1_000
#: bytes that may wait to be taken by Asterisk
UNSENT_LIMIT = 1024 * 1024
#: intervals without a byte after which the link is dead
SILENT_INTERVALS = 3
_PING = serialise((("Action", "Ping"),))


class AmiLink:
    """`run()` in the service's TaskGroup, `close()` ends it. Without `on_event` the account only acts."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str,
        secret: str,
        on_event: Callable[[LiveEvent], Awaitable[None]] | None = None,
        at_once: Callable[[LiveEvent], None] = lambda event: None,
        queue_size: int = 5_000,
        times: LinkTimes | None = None,
        wanted: frozenset[bytes] = WANTED,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._username, self._on_event, self._now, self._jitter = username, on_event, now, jitter
        self._at_once = at_once
        self._times = times or LinkTimes()
        self._login: tuple[Pair, ...] = (
            ("Username", username),
            ("Secret", secret),
            ("Events", "off" if on_event is None else "on"),
        )
        serialise(self._login)  # a secret with a line break is refused here, not at the first login
        self._wanted = (wanted if on_event is not None else frozenset[bytes]()) | {b"FullyBooted"}
        self._where = f"{host}:{port}"
        self._manager = GuardedManager(
            host=host, port=port, make_protocol=lambda: GuardedProtocol(self._wanted, self._heard)
        )
        self._mailbox = Mailbox(queue_size)
        self._protocol: GuardedProtocol | None = None
        self._refusal: str | None = None
        self._logged_in_at: float | None = None
        self._started = False
        self._closing = asyncio.Event()
        self._finished = asyncio.Event()
        self._settled = asyncio.Event()
        self.epoch = 0
        self.stats = LinkStats()

    # Life

    async def run(self) -> None:
        """Keep the link until `close()`; run it once, and again only after it broke: whoever watches over it may."""
        if self._started:
            raise Refused("this AMI link has run already; make a new one", error_id="ami-link-used")
        self._started = True
        try:
            async with asyncio.TaskGroup() as group:
                pump = group.create_task(self._pump())
                try:
                    await self._supervise()
                    self._mailbox.finish()
                    await asyncio.wait({pump}, timeout=self._times.drain)
                finally:
                    pump.cancel()
        except Exception:
            self._started = False
            raise
        finally:
            if self._started or self._closing.is_set():
                self._closing.set()
                self._finished.set()

    async def close(self) -> None:
        """Log off for good: nothing is planned, nothing comes back. Waits until `run()` has ended."""
        self._closing.set()
        self._manager.abandon()
        if self._protocol is not None:
            self._protocol.close()
        if self._started:
            await self._finished.wait()

    @property
    def is_up(self) -> bool:
        """Logged in and not lost."""
        return self._logged_in_at is not None and self._protocol is not None and not self._protocol.closed

    @property
    def backlog(self) -> int:
        """Events that wait for the consumer."""
        return len(self._mailbox)

    @property
    def dropped(self) -> int:
        """Events thrown away because the consumer was too slow."""
        return self._mailbox.dropped

    async def wait_up(self, seconds: float) -> None:
        """Wait for the login; ConfigError (`ami-login-refused`) at once when refused, Unavailable after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        except TimeoutError as error:
            raise Unavailable(
                f"no AMI login at {self._where} within {seconds:g} s; is Asterisk running?", error_id="ami-link-down"
            ) from error
        if self._refusal is not None:
            raise ConfigError(self._refusal, error_id="ami-login-refused")

    # Actions

    async def action(self, name: str, fields: Sequence[Pair] = (), *, seconds: float | None = None) -> Reply:
        """Send once, wait for the answer. Refused: Asterisk says no. Unavailable: no link, link lost, or no answer."""
        if not self.is_up:
            why = self._refusal or f"the AMI link to {self._where} is down"
            raise Unavailable(f"{name} was not sent: {why}", error_id="ami-link-down")
        reply = await self._exchange(GuardedAction(name, fields), seconds)
        if not reply.success and reply.message.lower() == "permission denied":
            raise Refused(
                f"the AMI account {self._username!r} may not do {name}; look at its write= in manager.conf",
                error_id="ami-not-allowed",
            )
        if not reply.success:
            raise Refused(f"Asterisk refuses {name}: {reply.message}", error_id="ami-refused")
        return reply

    async def core_show_channels(self) -> tuple[Packet, ...]:
        """Every channel that exists (needs `write=reporting`)."""
        return (await self.action("CoreShowChannels")).items

    async def queue_status(self, queue: str = "") -> tuple[Packet, ...]:
        """Queues, members and callers, of one queue or of all."""
        return (await self.action("QueueStatus", (("Queue", queue),) if queue else ())).items

    async def _exchange(self, action: GuardedAction, seconds: float | None) -> Reply:
        protocol, limit = self._protocol, self._times.action if seconds is None else seconds
        if protocol is None or protocol.closed:
            raise Unavailable(f"the AMI link to {self._where} is down", error_id="ami-link-down")
        if len(protocol.responses) >= PENDING_LIMIT or protocol.unsent > UNSENT_LIMIT:
            raise Unavailable("too many AMI actions wait for an answer; try later", error_id="ami-busy")
        future: asyncio.Future[Reply] = self._manager.send_action(action)  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(limit):
                return await future
        except TimeoutError as error:
            raise Unavailable(
                f"Asterisk did not answer {action['Action']} within {limit:g} s; it may still carry it out",
                error_id="ami-timeout",
            ) from error
        finally:
            protocol.responses.pop(action.id, None)

    # The connection

    async def _supervise(self) -> None:
        failures = refusals = 0
        clock = asyncio.get_running_loop().time
        while not self._closing.is_set():
            begun = clock()
            try:
                reason = await self._connection()
            except ConfigError as error:
                refusals += 1
                self._refused(str(error))
                pause = min(self._times.refused_cap, self._times.refused_first * 2 ** min(refusals - 1, 30))
            else:
                refusals = 0
                failures = 0 if clock() - begun >= self._times.stable else failures + 1
                pause = min(self._times.retry_cap, self._times.retry_first * 2 ** min(max(failures - 1, 0), 30))
                if not self._closing.is_set():
                    log.warning("AMI %s at %s: %s", self._username, self._where, reason)
            try:
                async with asyncio.timeout(pause * (0.5 + 0.5 * self._jitter())):
                    await self._closing.wait()
            except TimeoutError:
                continue

    async def _connection(self) -> str:
        """One connection from begin to end; why it ended. ConfigError when the account is refused."""
        try:
            self.stats.connects += 1
            protocol = self._protocol = await self._manager.open(self._times.connect)
            self._tune(protocol)
            reply = await self._exchange(GuardedAction("Login", self._login, on_reply=self._greeted), None)
            if not reply.success:
                raise ConfigError(
                    f"Asterisk at {self._where} refuses the AMI account {self._username!r} ({reply.message}); make the "
                    "secret in manager.conf and in the settings the same, then reload Asterisk's manager"
                )
            return await self._watch(protocol)
        except Unavailable as error:
            return str(error)
        finally:
            if self._protocol is not None:
                self._protocol.close()
                await self._protocol.lost
                self._ended(self._protocol.lost.result())

    def _tune(self, protocol: GuardedProtocol) -> None:
        sock = protocol.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            limit = int(self._times.ping * SILENT_INTERVALS * 1000)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)

    async def _watch(self, protocol: GuardedProtocol) -> str:
        clock, every = asyncio.get_running_loop().time, self._times.ping
        while not self._closing.is_set():
            await asyncio.wait({protocol.lost}, timeout=every)
            if protocol.lost.done():
                return protocol.lost.result()
            silent = clock() - protocol.heard_at
            if silent >= every * SILENT_INTERVALS:
                self.stats.silences += 1
                protocol.drop(f"no byte for {silent:.1f} s although asked")
            elif protocol.unsent > UNSENT_LIMIT:
                protocol.drop("Asterisk takes no more bytes")
            else:
                protocol.tell(_PING)
        return "closed by the service"

    def _greeted(self, packet: Packet) -> None:
        """The login's answer, before anything that follows it in the same read."""
        if packet.get("Response").lower() == "success":
            self._refusal = None
            self.stats.logins += 1
            self._begin_epoch()

    def _begin_epoch(self) -> None:
        self.epoch += 1
        self._logged_in_at = asyncio.get_running_loop().time()
        self._say(LinkUp(at=self._now(), epoch=self.epoch))
        self._settled.set()
        log.info("AMI %s at %s: logged in, epoch %d", self._username, self._where, self.epoch)

    def _ended(self, reason: str) -> None:
        self._protocol = None
        if self._logged_in_at is not None:
            self._logged_in_at = None
            self.stats.losses += 1
            self._settled.clear()
            self._say(LinkDown(at=self._now(), epoch=self.epoch, reason=reason))

    def _say(self, event: LiveEvent) -> None:
        self._at_once(event)
        self._mailbox.force(event)

    def _refused(self, message: str) -> None:
        self.stats.refusals += 1
        self._refusal = message
        log.error("%s", message)
        self._mailbox.force(LinkRefused(at=self._now(), username=self._username, message=message))
        self._settled.set()

    # Events

    def _heard(self, packet: Packet) -> None:
        """One wanted event, on the reading side: translate and queue; nothing here may wait or raise."""
        if packet.get("Event") == "FullyBooted":
            since = self._logged_in_at
            if since is not None and asyncio.get_running_loop().time() - since > self._times.boot_grace:
                self._begin_epoch()
            return
        try:
            event = translate(packet, self._now())
        except MalformedEvent as error:
            self.stats.malformed += 1
            log.warning("AMI event passed over: %s", error)
            return
        if event is None:
            return
        self.stats.events += 1
        self._at_once(event)
        if not self._mailbox.offer(event):
            self.stats.overflows += 1
            waiting = len(self._mailbox)
            self._mailbox.clear()
            if self._protocol is not None:
                self._protocol.drop(f"its reader is too slow: {waiting} events waited")

    async def _pump(self) -> None:
        """Hand events on, one after the other; what the consumer raises is logged and ends nothing."""
        while (event := await self._mailbox.take()) is not None:
            if self._on_event is None:
                continue
            try:
                async with asyncio.timeout(self._times.consumer):
                    await self._on_event(event)
            except Exception:
                self.stats.consumer_errors += 1
                log.exception("the consumer of AMI events failed on %s", type(event).__name__)
