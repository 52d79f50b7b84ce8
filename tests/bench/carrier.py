"""The measuring citizens: calls held in our own hands, whose packets tell when a key had its effect. The carrier's end
for outgoing calls too: it notes when the INVITE to an emergency number arrives.

Times are taken at the socket of this process, so a busy machine makes them longer, never shorter.
"""

import asyncio
import re
import secrets
import struct
import time
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from tests.lab.audio import amplitude
from tests.lab.rtp import ALAW, RtpStream
from tests.lab.sip import SipMessage, media_address, parse, response, sdp, write
from tests.lab.world_conf import Address

#: Hz of the bench's greeting; whatever else is heard after the key is the next prompt
GREETING_TONE = 440
EVENT = 101
PRESSED = 0.1


@dataclass(slots=True)
class Call:
    """One dialog that we began."""

    number: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    media: RtpStream = field(default_factory=lambda: RtpStream(0))
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    to: str = ""
    target: str = ""


class Carrier(asyncio.DatagramProtocol):
    """One UDP socket at the trunk's address, both ways. Retransmits nothing: loopback loses nothing but by overload."""

    def __init__(self, at: Address, product: Address) -> None:
        self.at, self.product = at, product
        self.emergency: dict[str, float] = {}
        self._calls: dict[str, Call] = {}
        self._invited = asyncio.Condition()
        self._transport: asyncio.DatagramTransport | None = None
        self._notes: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.at.host, self.at.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    async def key_to_prompt(self, number: str) -> float | None:
        """Call, press 2 in the greeting: seconds until the first packet of another sound. None if it never came."""
        call = await self._dial(number)
        try:
            released = await self._press(call, 2)
            for _ in range(500):
                await asyncio.sleep(0.01)
                for at, body in call.media.packets:
                    if at > released and not _is_greeting(body):
                        return at - released
            return None
        finally:
            await self._hang_up(call)

    async def key_to_invite(self, number: str) -> float | None:
        """Call, press 9 in the greeting: seconds until the INVITE to the emergency number is here. None if it never came."""
        call = await self._dial(number)
        try:
            self.emergency.pop(number, None)
            released = await self._press(call, 9)
            async with self._invited:
                try:
                    async with asyncio.timeout(5):
                        await self._invited.wait_for(lambda: number in self.emergency)
                except TimeoutError:
                    return None
            await asyncio.sleep(0.5)
            return self.emergency[number] - released
        finally:
            await self._hang_up(call)

    async def _dial(self, number: str) -> Call:
        call = Call(number)
        self._calls[call.id] = call
        await call.media.open(self.at.host)
        body = sdp(self.at.host, call.media.port, 1, "sendrecv")
        self._request(call, "INVITE", 1, f"sip:1022@{self.product}", body)
        async with asyncio.timeout(10):
            await call.answered.wait()
        self._request(call, "ACK", 1, call.target)
        call.media.start()
        await asyncio.sleep(1.0)
        return call

    async def _press(self, call: Call, key: int) -> float:
        """RFC 4733: the key goes down, and up after a tenth of a second; when it was up, in seconds since 1970."""
        media = call.media
        media.frequency = None
        began = media.timestamp
        for step in range(5):
            self._event(media, key, began, (step + 1) * 160, end=False, first=step == 0)
            await asyncio.sleep(PRESSED / 5)
        released = time.time()
        for _ in range(3):
            self._event(media, key, began, round(PRESSED * 8000), end=True, first=False)
        media.timestamp += round(PRESSED * 8000)
        media.frequency = 0
        return released

    def _event(self, media: RtpStream, key: int, began: int, length: int, *, end: bool, first: bool) -> None:
        assert media.transport is not None
        assert media.peer is not None
        head = struct.pack(">BBHII", 0x80, EVENT | (first << 7), media.sequence, began & 0xFFFFFFFF, media.ssrc)
        media.sequence = (media.sequence + 1) & 0xFFFF
        media.transport.sendto(head + struct.pack(">BBH", key, (end << 7) | 10, length), media.peer)

    async def _hang_up(self, call: Call) -> None:
        self._request(call, "BYE", 2, call.target)
        try:
            async with asyncio.timeout(10):
                await call.over.wait()
        finally:
            await call.media.close()
            self._calls.pop(call.id, None)

    def _request(self, call: Call, method: str, cseq: int, uri: str, body: str = "") -> None:
        headers = [
            ("Via", f"SIP/2.0/UDP {self.at};branch=z9hG4bK{secrets.token_hex(6)};rport"),
            ("From", f"<sip:{call.number}@{self.at}>;tag={call.tag}"),
            ("To", call.to or f"<sip:1022@{self.product}>"),
            ("Call-ID", call.id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:bench@{self.at}>"),
            ("Max-Forwards", "70"),
        ]
        self._send(write(f"{method} {uri} SIP/2.0", headers, body))

    def _send(self, data: bytes, to: tuple[str, int] | None = None) -> None:
        assert self._transport is not None
        self._transport.sendto(data, to or (self.product.host, self.product.port))

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        """Answers to us, and requests of the product."""
        message = parse(data)
        if message is None:
            return
        if message.status is not None:
            self._answered(message)
        elif message.method == "INVITE":
            self._invite(message, peer)
        elif message.method in ("BYE", "OPTIONS", "CANCEL"):
            self._send(response(message, "200 OK", "bench", f"<sip:bench@{self.at}>"), peer)

    def _answered(self, message: SipMessage) -> None:
        call = self._calls.get(message.one("call-id"))
        if call is None or message.status is None or message.status < 200:
            return
        if message.method == "BYE":
            call.over.set()
        elif message.method == "INVITE" and message.status == 200 and not call.answered.is_set():
            call.to = message.one("to")
            contact = re.search(r"<([^>]*)>", message.one("contact"))
            call.target = contact[1] if contact else f"sip:1022@{self.product}"
            call.media.peer = media_address(message.body)
            call.answered.set()

    def _invite(self, message: SipMessage, peer: tuple[str, int]) -> None:
        caller = re.search(r"sip:([^@>]*)@", message.one("from"))
        self.emergency.setdefault(caller[1] if caller else "", time.time())
        contact = f"<sip:bench@{self.at}>"
        self._send(response(message, "200 OK", "bench", contact, sdp(self.at.host, 9, 1, "inactive")), peer)
        note = asyncio.get_running_loop().create_task(self._tell())
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def _tell(self) -> None:
        async with self._invited:
            self._invited.notify_all()


def _is_greeting(body: bytes) -> bool:
    sound = ALAW[np.frombuffer(body, dtype=np.uint8)].astype(np.float64)
    return amplitude(sound, GREETING_TONE) > 2000
