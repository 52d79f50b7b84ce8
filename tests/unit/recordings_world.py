"""Synthetic calls for the tests of recordings: every person has a tone, every file is as Asterisk would write it."""

import audioop
import math
import os
from array import array
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path

from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings import wav
from hotline1022.recordings.names import format_name, from_ms
from hotline1022.recordings.types import CallFacts, Leg, Notice, Side, Span, SpoolFile, TrackFacts, VoicemailFacts

#: 2026-11-24 04:43:28 in the province
EPOCH = 1795470208
START = EPOCH * 1000
CALL = CallId(ChannelId(f"hl1-{EPOCH}.58"))
AGENT = ChannelId(f"hl1-{EPOCH}.59")
SECOND = ChannelId(f"hl1-{EPOCH}.60")
CITIZEN_TONE, AGENT_TONE, SECOND_TONE, MUSIC_TONE = 400, 700, 1100, 1700


@cache
def tone(hertz: int, ms: int, loudness: int = 6000) -> bytes:
    """A tone that went through G.711 A-law: never an exact zero."""
    step = 2 * math.pi * hertz / wav.RATE
    pcm = array("h", (int(loudness * math.sin(step * n)) for n in range(ms * 8))).tobytes()
    return audioop.alaw2lin(audioop.lin2alaw(pcm, 2), 2)


def idle(ms: int) -> bytes:
    """Silence as a phone sends it in A-law: ±8, not zero."""
    return audioop.alaw2lin(audioop.lin2alaw(bytes(ms * 16), 2), 2)


def padding(ms: int) -> bytes:
    """What the recorder writes where no packet came."""
    return bytes(ms * 16)


def file(pcm: bytes) -> bytes:
    """A whole WAV."""
    return wav.header(len(pcm) // 2) + pcm


def power(pcm: bytes, hertz: int) -> float:
    """Share of a tone in a piece of audio, about 1 for that tone alone (Goertzel)."""
    samples = array("h", pcm)
    total = sum(s * s for s in samples)
    if not total:
        return 0.0
    coefficient, before, last = 2 * math.cos(2 * math.pi * hertz / wav.RATE), 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    energy = before * before + last * last - coefficient * before * last
    return 2 * energy / (total * len(samples))


def name(channel: str, kind: LegKind | None, side: Side | None, start: int = START, call: CallId = CALL) -> str:
    """The spool name of a file."""
    return format_name(SpoolFile(call=call, channel=ChannelId(channel), kind=kind, started_ms=start, side=side))


def put(folder: Path, title: str, data: bytes, *, age: float = 1.0) -> Path:
    """Write a spool file that was last written to `age` seconds ago."""
    path = folder / title
    path.write_bytes(data)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return path


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def span(first: int, last: int | None, bridge: str = "") -> Span:
    """A stretch, in ms from the call's start."""
    return Span(start=from_ms(START + first), end=None if last is None else from_ms(START + last), bridge=bridge)


def leg(
    channel: str,
    kind: LegKind,
    answered: int | None,
    ended: int | None,
    *joined: Span,
    rtp: int | None = None,
    held: tuple[Span, ...] = (),
    keys: int = 0,
    held_ms: int = 0,
) -> Leg:
    """A leg, in ms from the call's start."""
    return Leg(
        kind=kind,
        channel=ChannelId(channel),
        answered_at=None if answered is None else from_ms(START + answered),
        ended_at=None if ended is None else from_ms(START + ended),
        joined=joined,
        held=held,
        rtp_received=rtp,
        keys=keys,
        held_ms=held_ms,
    )


def facts(
    *legs: Leg,
    ended: int | None,
    tracks: tuple[TrackFacts, ...] = (),
    voicemails: tuple[VoicemailFacts, ...] = (),
    call: CallId = CALL,
) -> CallFacts:
    """A call, in ms from its start."""
    return CallFacts(
        call=call,
        entered_at=from_ms(START),
        ended_at=None if ended is None else from_ms(START) + timedelta(milliseconds=ended),
        legs=legs,
        tracks=tracks,
        voicemails=voicemails,
    )


def two_agents(spool: Path, *, agent_age: float = 1.0) -> CallFacts:
    """Six seconds: music for one, agent for two, music for one, second agent for two; all six files in the spool."""
    talk = tone(CITIZEN_TONE, 6000)
    music, first, second = tone(MUSIC_TONE, 1000), tone(AGENT_TONE, 2000), tone(SECOND_TONE, 2000)
    put(spool, name(CALL, LegKind.CITIZEN, Side.SAID), file(talk))
    put(spool, name(CALL, LegKind.CITIZEN, Side.HEARD), file(music + first + music + second))
    for channel, start, said in ((AGENT, 1000, first), (SECOND, 4000, second)):
        put(spool, name(channel, LegKind.AGENT, Side.SAID, START + start), file(said), age=agent_age)
        put(spool, name(channel, LegKind.AGENT, Side.HEARD, START + start), file(tone(CITIZEN_TONE, 2000)))
    return facts(
        leg(CALL, LegKind.CITIZEN, 0, 6000, span(1000, 3000), span(4000, 6000), rtp=300),
        leg(AGENT, LegKind.AGENT, 1000, 3000, span(1000, 3000), rtp=100),
        leg(SECOND, LegKind.AGENT, 4000, 6000, span(4000, 6000), rtp=100),
        ended=6000,
    )


class Book:
    """CallBook over a dictionary."""

    def __init__(self, *calls: CallFacts) -> None:
        self.calls = {call.call: call for call in calls}

    async def facts(self, call: CallId) -> CallFacts | None:
        """What is known of a call."""
        return self.calls.get(call)


class Phones:
    """Channels over a set."""

    def __init__(self, live: Iterable[str] = ()) -> None:
        self.live = set(live)
        self.fault: Exception | None = None

    async def is_live(self, channel: ChannelId) -> bool:
        """Whether it is in the set."""
        if self.fault is not None:
            raise self.fault
        return channel in self.live


class Board:
    """Collects notices."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def notice(self, notice: Notice) -> None:
        """Keep it."""
        self.notices.append(notice)

    def kinds(self) -> list[str]:
        """Their kinds, in order."""
        return [notice.why.value for notice in self.notices]
