"""A bare SIP caller with an address of its own, who writes into an INVITE what it likes and sends keys as it likes.

    async with Stranger(product, "127.0.0.9") as stranger:
        final = await stranger.invite("1022", caller="hl1022-trunk")
        assert final.status == 401

One call; UDP; A-law. It never retries: a lost packet on loopback is an error of the test.
"""

import asyncio
import re
import secrets
import struct
from typing import Self

from tests.lab.rtp import RtpStream
from tests.lab.sip import SipMessage, media_address, parse, response, write
from tests.lab.world_conf import Address

#: RFC 4733: payload type, volume, packets of a key and of its end
_EVENT, _VOLUME, _PACKETS, _LAST = 101, 10, 8, 5
#: ITU-T Q.23: the two tones of a key, Hz
TONES = {"9": (852, 1477), "1": (697, 1209)}


class Stranger(asyncio.DatagramProtocol):
    """Somebody on the network."""

    def __init__(self, product: Address, host: str) -> None:
        self._product, self._host = product, host
        self._media = RtpStream(0)
        self._finals: asyncio.Queue[SipMessage] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self._call, self._tag = secrets.token_hex(8), secrets.token_hex(4)
        self._from = self._target = self._to = ""

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self._host, 0))
        await self._media.open(self._host)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._to:
            self._request("BYE", 9, self._branch())
            await asyncio.sleep(0.3)
        await self._media.close()
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = parse(data)
        if message is None:
            return
        if message.status is not None:
            if message.status >= 200:
                self._finals.put_nowait(message)
        elif message.method != "ACK":
            self._send(response(message, "200 OK", "x", self._contact()))

    async def invite(self, number: str, *, caller: str, events: bool = True) -> SipMessage:
        """Call; the final answer. `caller` is the user of From, `events`: keys may be sent as RFC 4733 says."""
        self._target = f"sip:{number}@{self._product}"
        self._from = f"<sip:{caller}@{self._host}>;tag={self._tag}"
        branch = self._branch()
        rtpmap = f"a=rtpmap:{_EVENT} telephone-event/8000\r\na=fmtp:{_EVENT} 0-16\r\n" if events else ""
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {self._host}\r\ns=-\r\nc=IN IP4 {self._host}\r\nt=0 0\r\n"
            f"m=audio {self._media.port} RTP/AVP 8{f' {_EVENT}' if events else ''}\r\n"
            f"a=rtpmap:8 PCMA/8000\r\n{rtpmap}a=ptime:20\r\na=sendrecv\r\n"
        )
        self._request("INVITE", 1, branch, to=f"<{self._target}>", body=body)
        async with asyncio.timeout(8):
            final = await self._finals.get()
        accepted = final.status == 200
        contact = re.search(r"<([^>]+)>", final.one("contact"))
        if accepted and contact is not None:
            self._target, self._to = contact[1], final.one("to")
            self._media.peer = media_address(final.body)
        self._request("ACK", 1, self._branch() if accepted else branch, to=final.one("to"))
        if accepted:
            self._media.start()
        return final

    async def press(self, digit: str) -> None:
        """One key, as RFC 4733 says."""
        media, number = self._media, "0123456789*#".index(digit)
        assert media.transport is not None
        started = media.timestamp & 0xFFFFFFFF
        for index in range(_PACKETS):
            end = index >= _LAST
            head = struct.pack(
                ">BBHII", 0x80, _EVENT | (0x80 if index == 0 else 0), media.sequence, started, media.ssrc
            )
            media.sequence = (media.sequence + 1) & 0xFFFF
            body = struct.pack(">BBH", number, (0x80 if end else 0) | _VOLUME, min(index + 1, _LAST + 1) * 160)
            media.transport.sendto(head + body, media.peer)
            await asyncio.sleep(0 if end else 0.02)

    async def sound_key(self, digit: str, seconds: float = 0.3) -> None:
        """One key as its two tones, in the audio."""
        self._media.chord = TONES[digit]
        await asyncio.sleep(seconds)
        self._media.chord = ()

    def _contact(self) -> str:
        assert self._transport is not None
        return f"<sip:stranger@{self._host}:{self._transport.get_extra_info('sockname')[1]}>"

    @staticmethod
    def _branch() -> str:
        return "z9hG4bK" + secrets.token_hex(6)

    def _request(self, method: str, number: int, branch: str, *, to: str = "", body: str = "") -> None:
        contact = self._contact()
        via = contact.removeprefix("<sip:stranger@").removesuffix(">")
        headers = [
            ("Via", f"SIP/2.0/UDP {via};branch={branch}"),
            ("From", self._from),
            ("To", to or self._to),
            ("Call-ID", self._call),
            ("CSeq", f"{number} {method}"),
            ("Max-Forwards", "70"),
            ("Contact", contact),
        ]
        self._send(write(f"{method} {self._target} SIP/2.0", headers, body))

    def _send(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.sendto(data, (self._product.host, self._product.port))
