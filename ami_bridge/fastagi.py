"""The FastAGI server: the dialplan asks, a route's handler answers. Refuses strangers, floods and silence.

A handler that fails is logged and its session ends without an answer: the dialplan sees no result and takes its static
branch. It must never hold a caller up, so every wait here is bounded and what is too much is turned away at once.
"""

import asyncio
import inspect
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from hotline1022.ami_bridge.agi_session import AgiSession
from hotline1022.ami_bridge.agi_stream import AgiStream
from hotline1022.ami_bridge.agi_wire import Hangup, parse_headers
from hotline1022.core.errors import ConfigError

log = logging.getLogger(__name__)

Handler = Callable[[AgiSession], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiLimits:
    """How much and how long; times in seconds."""

    #: handlers at work at a time
    sessions: int = 64
    #: open connections, those that have said nothing included
    connections: int = 512
    #: for the headers to come
    header: float = 5.0
    #: for a free place among the sessions; then the dialplan goes on alone
    place: float = 0.5
    #: for the reply to one command, where the command names no other
    command: float = 5.0
    #: for a handler
    handler: float = 30.0
    #: for sessions at work to end when the server is closed
    drain: float = 5.0


@dataclass(slots=True)
class AgiStats:
    """Counted since the start, for the metrics."""

    connections: int = 0
    strangers: int = 0
    turned_away: int = 0
    #: connections that ended before their headers were whole
    incomplete: int = 0
    sessions: int = 0
    answered: int = 0
    hangups: int = 0
    failures: int = 0
    unrouted: int = 0


class FastAgiServer:
    """Add routes, `start()`, later `close()`; or `run()` in the service's TaskGroup."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 4573,
        allow: Iterable[str] = ("127.0.0.0/8", "::1/128"),
        limits: AgiLimits | None = None,
    ) -> None:
        self._host, self._wanted_port = host, port
        self._allow = tuple(ipaddress.ip_network(network) for network in allow)
        self._limits = limits or AgiLimits()
        self.header_seconds = self._limits.header
        self._routes: dict[str, tuple[Handler, float]] = {}
        self._known: dict[str, bool] = {}
        self._streams: set[AgiStream] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(self._limits.sessions)
        self._server: asyncio.Server | None = None
        self._closing = asyncio.Event()
        self._empty = asyncio.Event()
        self.stats = AgiStats()

    def route(self, path: str, handler: Handler, *, seconds: float | None = None) -> None:
        """Let `agi://host:port/path` be answered by an async callable, within so many seconds."""
        path = path.strip("/")
        if not (inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)):
            raise ConfigError(f"the handler of FastAGI route {path!r} must be async", error_id="agi-handler-not-async")
        if path in self._routes:
            raise ConfigError(f"FastAGI route {path!r} is there twice", error_id="agi-route-twice")
        self._routes[path] = handler, self._limits.handler if seconds is None else seconds

    def time_limit(self, path: str, *, seconds: float) -> None:
        """From the next question on, this route has so many seconds."""
        handler, _ = self._routes[path]
        self._routes[path] = handler, seconds

    # Life

    async def start(self) -> None:
        """Listen; ConfigError (`port-taken`) when that is not possible."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: AgiStream(self), self._host, self._wanted_port, backlog=self._limits.connections
            )
        except OSError as error:
            raise ConfigError(
                f"FastAGI cannot listen on {self._host}:{self._wanted_port} ({error.strerror}); "
                "end what uses that port, or set another agi_port",
                error_id="port-taken",
            ) from error

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None or not self._server.sockets:
            return self._wanted_port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def sessions_now(self) -> int:
        """Sessions at work or waiting for a place."""
        return len(self._tasks)

    async def run(self) -> None:
        """`start()` where that was not done, and serve until `close()` or cancelled."""
        if self._server is None:
            await self.start()
        try:
            await self._closing.wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Take no more, let sessions at work end (bounded), cut what is left."""
        self._closing.set()
        if self._server is not None:
            self._server.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._limits.drain)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=self._limits.drain)
        for stream in tuple(self._streams):
            stream.abort()
        if self._streams:
            self._empty.clear()
            async with asyncio.timeout(self._limits.drain):
                await self._empty.wait()

    # A connection's life, told by agi_stream

    def admit(self, stream: AgiStream, peer: str) -> bool:
        """Whether a connection may stay."""
        self.stats.connections += 1
        self._streams.add(stream)
        if not self._is_known(peer):
            self.stats.strangers += 1
            log.warning("FastAGI: %s is not Asterisk's address; turned away", peer or "a nameless peer")
            return False
        if self._closing.is_set() or len(self._streams) > self._limits.connections:
            self.stats.turned_away += 1
            return False
        return True

    def begin(self, stream: AgiStream, raw: bytes) -> None:
        """Its headers are whole: make a session of it."""
        task = asyncio.get_running_loop().create_task(self._serve(stream, raw))
        self._tasks.add(task)
        task.add_done_callback(self._served)

    def gave_up(self, stream: AgiStream, why: str) -> None:
        """It ended before its headers were whole."""
        self.stats.incomplete += 1
        log.debug("FastAGI: a connection without whole headers ended (%s)", why)

    def lost(self, stream: AgiStream) -> None:
        """It is closed."""
        self._streams.discard(stream)
        if not self._streams:
            self._empty.set()

    def _is_known(self, peer: str) -> bool:
        known = self._known.get(peer)
        if known is None:
            try:
                address = ipaddress.ip_address(peer)
            except ValueError:
                return False
            known = any(address in network for network in self._allow)
            if len(self._known) < 1_000:
                self._known[peer] = known
        return known

    def _served(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            self.stats.failures += 1
            log.error("FastAGI: a session was cancelled; the dialplan takes its static branch")

    async def _serve(self, stream: AgiStream, raw: bytes) -> None:
        try:
            headers = parse_headers(raw)
            script = headers.get("agi_network_script", "")
            path = script.partition("?")[0].strip("/")
            route = self._routes.get(path)
            if route is None:
                self.stats.unrouted += 1
                log.error("FastAGI: no route for %r; the dialplan and the service do not fit together", path[:80])
            elif await self._place():
                try:
                    session = AgiSession(headers=headers, lines=stream, script=script, seconds=self._limits.command)
                    await self._handle(path, route, session)
                finally:
                    self._places.release()
            else:
                self.stats.turned_away += 1
                log.error("FastAGI: all %d sessions are in use; %r was turned away", self._limits.sessions, path[:80])
        finally:
            stream.close()

    async def _place(self) -> bool:
        if not self._places.locked():
            return await self._places.acquire()
        try:
            async with asyncio.timeout(self._limits.place):
                return await self._places.acquire()
        except TimeoutError:
            return False

    async def _handle(self, path: str, route: tuple[Handler, float], session: AgiSession) -> None:
        handler, seconds = route
        self.stats.sessions += 1
        try:
            async with asyncio.timeout(seconds):
                await handler(session)
        except Hangup as error:
            self.stats.hangups += 1
            log.debug("FastAGI %s: %s", path, error)
        except Exception:
            self.stats.failures += 1
            log.exception("FastAGI %s failed; the dialplan takes its static branch", path)
        else:
            self.stats.answered += 1
