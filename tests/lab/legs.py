"""One call leg as the outside world has it: what happened to it when, and what a person can do while it lasts."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.lab.ami import AmiError, Message


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Do nothing until the test says so; the script fails if it does not within the limit (seconds)."""

    said: asyncio.Event
    limit: float = 60.0


@dataclass(frozen=True, slots=True)
class Key:
    """Press one key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Press several keys, with a pause after each."""

    digits: str
    gap: float = 0.2


@dataclass(frozen=True, slots=True)
class Speak:
    """Sound the own tone for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class StayUntilHangup:
    """Hold on until the product ends the call; the script fails if it does not within the limit (seconds)."""

    limit: float = 60.0


Step = Wait | WaitFor | Key | Keys | Speak | HangUp | StayUntilHangup


class Hands(Protocol):
    """What a leg needs of the network."""

    recordings: Path

    async def act(self, action: Message) -> list[Message]: ...

    async def act_slowly(self, action: Message) -> list[Message]: ...

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]: ...


class Leg:
    """A call to or from the product. Times are seconds since 1970 on the network's clock, None = has not happened."""

    def __init__(self, hands: Hands, uniqueid: str, channel: str, who: str, frequency: int, *, other: str = "") -> None:
        self._hands = hands
        self.uniqueid = uniqueid
        self.channel = channel
        #: The number that was called on the network's side, or that calls: 0901234567, 115, line-101.
        self.who = who
        #: The caller number that the product showed (its calls), or the number dialled (ours).
        self.other = other
        self.frequency = frequency
        self.started_at: float = 0.0
        self.answered_at: float | None = None
        self.recording_at: float | None = None
        self.ended_at: float | None = None
        #: Q.850 cause of the end: 16 normal, 17 busy, 19 no answer, 21 rejected, 34 congestion.
        self.cause: int | None = None
        self.cause_text = ""
        self.rtp_received: int | None = None
        self.rtp_sent: int | None = None
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()
        self._script: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.who} {self.uniqueid} cause={self.cause}>"

    @property
    def heard(self) -> Path:
        """What this person heard from answer to end (complete once the leg has ended)."""
        return self._hands.recordings / f"{self.uniqueid}-heard.wav"

    @property
    def said(self) -> Path:
        """What this person sent."""
        return self._hands.recordings / f"{self.uniqueid}-said.wav"

    @property
    def lasted(self) -> float:
        """Seconds from answer to end."""
        if self.answered_at is None or self.ended_at is None:
            raise AssertionError(f"{self} was not answered or has not ended")
        return self.ended_at - self.answered_at

    @property
    def is_up(self) -> bool:
        return self.answered_at is not None and self.ended_at is None

    async def answered(self, limit: float = 10.0) -> "Leg":
        """Wait until it is answered; fails when it ends before or the limit passes."""
        await _either(self._answered, self._ended, limit, f"{self} was not answered within {limit:g} s")
        if self.answered_at is None:
            raise AssertionError(f"{self} ended without an answer: {self.cause} {self.cause_text}")
        return self

    async def ended(self, limit: float = 60.0) -> "Leg":
        """Wait until it has ended and its recordings are complete; errors of its script come out here."""
        script, self._script = self._script, None
        if script is not None:
            over = asyncio.create_task(self._ended.wait())
            await asyncio.wait({over, script}, timeout=limit, return_when=asyncio.FIRST_EXCEPTION)
            over.cancel()
            if script.done() or self._ended.is_set():
                await script
        await _either(self._ended, self._ended, limit, f"{self} did not end within {limit:g} s")
        return self

    async def press(self, digits: str, *, gap: float = 0.2, length: float = 0.12) -> None:
        """Send keys (RFC 4733), each `length` seconds long and followed by `gap`."""
        for digit in digits:
            await self._hands.act_slowly(
                {"Action": "PlayDTMF", "Channel": self.channel, "Digit": digit, "Duration": str(round(length * 1000))}
            )
            await asyncio.sleep(gap)

    async def speak(self, seconds: float, *, frequency: int | None = None) -> None:
        """Sound the tone for some seconds, then send silence again; returns at the end of the tone."""
        await self.say(frequency if frequency is not None else self.frequency, seconds)
        await _unless(self._ended, seconds)

    async def say(self, frequency: int, seconds: float = 3600.0) -> None:
        """Begin to sound a tone (0 = silence) and return at once."""
        for name, value in (("freq", str(frequency)), ("talk", str(seconds)), ("then", "stay")):
            await self._hands.act({"Action": "Setvar", "Channel": self.channel, "Variable": name, "Value": value})
        await self._hands.act(
            {"Action": "Redirect", "Channel": self.channel, "Context": "talk", "Exten": "s", "Priority": "on"}
        )

    async def refer(self, uri: str) -> None:
        """Transfer the other side blindly, as a phone's own button does (REFER)."""
        await self._hands.act(
            {"Action": "Setvar", "Channel": self.channel, "Variable": "refer_to", "Value": f"PJSIP/{uri}"}
        )
        await self._hands.act(
            {"Action": "Redirect", "Channel": self.channel, "Context": "talk", "Exten": "refer", "Priority": "1"}
        )

    async def join(self, other: "Leg", product: str) -> None:
        """Put the other sides of two calls of this phone together, as its button for attended transfers does (REFER, Replaces)."""
        names = ("call-id", "remote_tag", "local_tag")
        call, to, own = [await other.tells(f"CHANNEL(pjsip,{name})") for name in names]
        await self.refer(f"sip:joined@{product}?Replaces={call}%3Bto-tag%3D{to}%3Bfrom-tag%3D{own}")

    async def tells(self, name: str) -> str:
        """A variable or function of its channel in the network."""
        (said,) = await self._hands.act({"Action": "Getvar", "Channel": self.channel, "Variable": name})
        return said["Value"]

    async def hangup(self, cause: int = 16) -> "Leg":
        """Hang up and wait for the end."""
        if not self._ended.is_set():
            await self._end(cause)
        return await self.ended(10)

    async def _end(self, cause: int) -> None:
        """The other side may hang up at the same moment: then there is nothing left to do."""
        try:
            await self._hands.act({"Action": "Hangup", "Channel": self.channel, "Cause": str(cause)})
        except AmiError as error:
            if "No such channel" not in str(error):
                raise

    def follow(self, script: tuple[Step, ...]) -> None:
        """Begin the script as soon as the call is answered; it stops silently when the call ends."""
        self._script = self._hands.spawn(self._run(script), f"script of {self}")

    async def _run(self, script: tuple[Step, ...]) -> None:
        await _either(self._answered, self._ended, 180, f"{self} was neither answered nor ended within 180 s")
        for step in script:
            if self._ended.is_set():
                return
            match step:
                case WaitFor(said, limit):
                    await _either(said, self._ended, limit, f"{self} was not told to go on within {limit:g} s")
                case Wait(seconds):
                    await _unless(self._ended, seconds)
                case Key(digit):
                    await self.press(digit, gap=0)
                case Keys(digits, gap):
                    await self.press(digits, gap=gap)
                case Speak(seconds):
                    await self.speak(seconds)
                case HangUp():
                    await self._end(16)
                    return
                case StayUntilHangup(limit):
                    await _either(self._ended, self._ended, limit, f"{self} was not hung up within {limit:g} s")

    # What the network tells the leg.

    def note_answer(self, at: float) -> None:
        if self.answered_at is None:
            self.answered_at = at
            self._answered.set()

    def note_end(self, at: float, cause: int, text: str) -> None:
        if self.ended_at is None:
            self.ended_at, self.cause, self.cause_text = at, cause, text
            self._ended.set()


async def until(
    true: Callable[[], bool], changed: asyncio.Condition, limit: float, complaint: Callable[[], str]
) -> None:
    """Wait for a condition that is looked at whenever `changed` is notified."""
    try:
        async with asyncio.timeout(limit), changed:
            await changed.wait_for(true)
    except TimeoutError:
        raise AssertionError(complaint()) from None


async def _either(first: asyncio.Event, second: asyncio.Event, limit: float, complaint: str) -> None:
    waits = {asyncio.create_task(event.wait()) for event in {first, second}}
    try:
        done, _ = await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    if not done:
        raise AssertionError(complaint)


async def _unless(over: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await over.wait()
    except TimeoutError:
        return
