"""The live stream: one answer without end for who is signed in or has a token, looked up again while it goes on. Refuses topics
that may not be seen; ends when the session or token does, however little the browser takes.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from aiohttp import web

from hotline1022.accounts.types import Permission, SignedIn, Stage
from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.core.live import Topic, Viewer
from hotline1022.web import cookies, live_wire
from hotline1022.web.asker import Asker, of_session, of_token
from hotline1022.web.auth import digest_of
from hotline1022.web.errors import Forbidden
from hotline1022.web.live_port import LiveStream
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.stream import serve_pieces

LOG = logging.getLogger("hotline1022.web")

#: seconds between two heartbeats
HEARTBEAT = 15.0
#: seconds between two writes: the first event of many goes at once, the others together. Each write to 200 browsers costs
#: some 10 ms of the core that calls need too
BREATH = 0.05
#: seconds, drawn from these bounds, after which session or token is looked up again: not all streams at once
LOOK_AGAIN = (6.0, 8.0)
#: milliseconds, drawn from these bounds, after which a browser comes back: not all at once after a restart
COME_BACK = (1000, 3000)
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    #: nginx holds an answer back until it has enough of it
    "X-Accel-Buffering": "no",
}
#: what each permission shows
SHOWN: dict[Permission, frozenset[Topic]] = {
    Permission.LOOK: frozenset(Topic) - {Topic.CALL},
    Permission.SHIFT: frozenset({Topic.LINES, Topic.ALARMS}),
    Permission.REPORTS: frozenset({Topic.FIGURES}),
    Permission.WALLBOARD: frozenset({Topic.FIGURES}),
}
#: of the own line
OWN = frozenset({Topic.LINES, Topic.CALL, Topic.CASCADES})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsQuery:
    """What is listened to."""

    topics: Annotated[
        str | None,
        Rule(doc="topics, with commas between; all that may be seen when none are given", pattern=r"[a-z]+(,[a-z]+)*"),
    ] = None
    line: Annotated[
        str | None, Rule(doc="the line whose call is told to a token; a session has its own", pattern=r"[0-9]{2,6}")
    ] = None
    since: Annotated[
        str | None,
        Rule(doc="id of the last event that is known; Last-Event-ID, which browsers send, goes before", high=60),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looker:
    """Who listens, now and while it goes on."""

    ask: Ask
    topics: frozenset[Topic]

    async def first(self) -> Asker:
        """Who asked; pages of the desk know who is signed in alone."""
        return self.ask.who or await self._of_session(self.ask.signed) or self.ask.asker

    def viewer(self, asker: Asker) -> Viewer:
        """What it may see. Forbidden `topic-forbidden`: not a topic that it asked for."""
        viewer = viewer_of(asker, self.ask.query.line or "")
        if refused := sorted(self.topics - viewer.topics - viewer.own):
            text = f"you may not listen to {', '.join(refused)}; leave it out, or ask the admin for more"
            raise Forbidden(text, error_id="topic-forbidden")
        return viewer.only(self.topics) if self.topics else viewer

    async def again(self, asker: Asker) -> Viewer | None:
        """As it is now; None: session or token has ended. Unavailable: nobody knows."""
        ports, request = self.ask.ports, self.ask.request
        if asker.signed is not None:
            signed = await ports.door.find(cookies.read(request))
            same = signed is not None and signed.session.id == asker.signed.session.id
            now = await self._of_session(signed) if same else None
        else:
            secret = request.headers.get("Authorization", "").strip().rpartition(" ")[2]
            token = await ports.tokens.find(digest_of(secret), ports.clock())
            now = of_token(token) if token else None
        if now is None:
            return None
        viewer = viewer_of(now, self.ask.query.line or "")
        return viewer.only(self.topics) if self.topics else viewer

    async def _of_session(self, signed: SignedIn | None) -> Asker | None:
        """Whoever has come the whole way through the door."""
        if signed is None or signed.session.stage is not Stage.FULL:
            return None
        ports, contact = self.ask.ports, signed.user.contact
        return of_session(signed, await ports.tokens.belongs(contact, ports.clock()) if contact else None)


def viewer_of(asker: Asker, line: str) -> Viewer:
    """What somebody may see; `line` is the own one of a token, which is nobody's."""
    if asker.officer and asker.signed is None:
        return Viewer(topics=frozenset({Topic.TICKETS}), agencies=asker.agencies)
    topics = frozenset[Topic]().union(*(shown for one, shown in SHOWN.items() if asker.may(one)))
    agencies = None
    if asker.officer and asker.may(Permission.HANDLE):
        topics, agencies = topics | {Topic.TICKETS}, asker.agencies
    return Viewer(
        topics=topics,
        own=OWN if asker.may(Permission.ANSWER) else frozenset(),
        numbers=asker.may(Permission.NUMBERS),
        line="" if asker.signed else line,
        person=asker.person,
        agencies=agencies,
    )


class _Events:
    """web.listening_port.PieceSource: frames until it is over."""

    def __init__(self, stream: LiveStream, looker: _Looker, asker: Asker) -> None:
        self._stream, self._looker, self._asker = stream, looker, asker
        self._clock = asyncio.get_running_loop().time
        self._look_at = self._clock() + random.uniform(*LOOK_AGAIN)
        self._gone = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """What is sent, in order; the last piece says why nothing follows."""
        yield live_wire.retry(random.randint(*COME_BACK))
        beat_at = self._clock() + HEARTBEAT
        while True:
            frames = await self._stream.take(min(beat_at, self._look_at) - self._clock())
            if frames is None:
                yield live_wire.end("signed-out" if self._gone else "stopping")
                return
            if not frames and self._clock() >= beat_at:
                frames = self._stream.mark()
            if frames:
                beat_at = self._clock() + HEARTBEAT
                yield frames
                await asyncio.sleep(BREATH)
            await self._look()

    async def check(self) -> None:
        """Asked after a piece, and while the browser takes nothing. Unavailable: it was over before, and that is not taken."""
        if self._stream.over:
            raise Unavailable("nothing more is told here; listen anew", error_id="stream-over")
        await self._look()

    async def _look(self) -> None:
        """Once in a while; when session or token has ended, so has the stream."""
        if self._clock() < self._look_at:
            return
        self._look_at = self._clock() + random.uniform(*LOOK_AGAIN)
        try:
            viewer = await self._looker.again(self._asker)
        except Unavailable as error:
            LOG.warning("who listens cannot be looked up, and goes on listening: %s", error)
            return
        if viewer is None:
            self._gone = True
            self._stream.close()
        else:
            self._stream.viewer = viewer

    async def close(self) -> None:
        """Nobody listens any more."""
        self._stream.close()


async def listen(ask: Ask) -> web.StreamResponse:
    """Events as they happen, until the browser leaves, the session ends, or the service stops."""
    query: EventsQuery = ask.query
    looker = _Looker(ask=ask, topics=_topics(query.topics))
    asker = await looker.first()
    viewer = looker.viewer(asker)
    if ask.request.method == "HEAD":  # of a stream that is refused a browser tells its page nothing: this says why
        ask.ports.live.room(asker.id)
        return web.Response(headers=HEADERS)
    since = ask.request.headers.get("Last-Event-ID") or query.since or ""
    transport = ask.request.transport

    def alive() -> bool:
        return transport is not None and not transport.is_closing()

    stream = ask.ports.live.open(asker.id, viewer, since, alive)
    return await serve_pieces(ask.request, _Events(stream, looker, asker), HEADERS)


async def listen_at_desk(ask: Ask) -> web.StreamResponse:
    """The same for who is signed in."""
    return await listen(ask)


def _topics(given: str | None) -> frozenset[Topic]:
    """Invalid `topic-unknown`."""
    names = set(given.split(",")) if given else set()
    if unknown := sorted(names - set(Topic)):
        raise Invalid(f"there is no topic {unknown[0]}; known are {', '.join(Topic)}", error_id="topic-unknown")
    return frozenset(map(Topic, names))
