"""An agent's phone with buttons that an Asterisk lacks: hold, resume with an RTP stream that starts anew, transfer, vanishing.

    async with Handset(product, line="103", secret="...", folder=tmp_path) as phone:
        await phone.register()
        call = await phone.rings()
        await call.answer()
        await call.hold()
        await call.resume(sequence=7)      # a new source that counts from 7
        await call.hangup()
        call.heard                         # what arrived, laid out by the clock: silence where nothing came

One call at a time; UDP; A-law. It never retries: a lost packet on loopback is an error of the test.
"""

import asyncio
import re
import secrets
import time
from pathlib import Path
from typing import Literal, Self

from tests.lab.rtp import RtpStream
from tests.lab.sip import SipMessage, authorization, media_address, parse, response, sdp, write
from tests.lab.world_conf import Address


class HandsetCall:
    """One call to the handset. Times are seconds since 1970."""

    def __init__(self, phone: "Handset", invite: SipMessage, frequency: int) -> None:
        self._phone = phone
        self._invite = invite
        self._tag = secrets.token_hex(4)
        self._sequence = 100
        self._version = 1
        self.media = RtpStream(frequency)
        self._tone: int | None = frequency
        self.invited_at = time.time()
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended_by: Literal["us", "product"] | None = None
        self.heard = phone.folder / f"handset-{secrets.token_hex(4)}-heard.wav"
        self.over = asyncio.Event()
        self.acked = asyncio.Event()
        self._transferred: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def caller(self) -> str:
        """The number that the product showed."""
        found = re.search(r"sip:([^@>]*)@", self._invite.one("from"))
        return found[1] if found else ""

    async def answer(self, *, silent: bool = False) -> None:
        """Pick up. `silent`: no RTP packet is sent."""
        await self.media.open(self._phone.host)
        if silent:
            self.media.frequency = None
        self.media.peer = media_address(self._invite.body)
        self._phone.reply(self._invite, "200 OK", self._tag, self._description("sendrecv"))
        self.answered_at = time.time()
        self.media.start()
        async with asyncio.timeout(5):
            await self.acked.wait()

    def ring(self) -> None:
        self._phone.reply(self._invite, "180 Ringing", self._tag)

    async def reject(self, status: str = "486 Busy Here") -> None:
        """Refuse the call."""
        self._phone.reply(self._invite, status, self._tag)
        await self._end("us")

    async def hold(self) -> None:
        """re-INVITE sendonly; the handset sends nothing while it holds."""
        self._tone, self.media.frequency = self.media.frequency, None
        await self._reinvite("sendonly")

    async def resume(self, *, sequence: int | None = None) -> None:
        """re-INVITE sendrecv; with `sequence` the RTP starts anew: another SSRC, counted from there."""
        if sequence is not None:
            self.media.restart(sequence=sequence)
        await self._reinvite("sendrecv")
        self.media.frequency = self._tone

    async def refer(self, number: str) -> int:
        """Blind transfer by the phone's own button; hangs up when it is told the outcome, which is returned (200 = done)."""
        phone = self._phone
        extra = [
            ("Refer-To", f"<sip:{number}@{phone.product}>"),
            ("Referred-By", f"<sip:{phone.user}@{phone.product}>"),
        ]
        answer = await self._request("REFER", extra)
        if answer.status != 202:
            return answer.status or 0
        async with asyncio.timeout(10):
            outcome = await self._transferred
        await self.hangup()
        return outcome

    async def hangup(self) -> None:
        """BYE."""
        if not self.over.is_set():
            await self._request("BYE", [])
            await self._end("us")

    async def ended(self, limit: float = 60.0) -> "HandsetCall":
        """Wait until the call is over and what was heard is on disk."""
        async with asyncio.timeout(limit):
            await self.over.wait()
        return self

    async def take(self, request: SipMessage) -> None:
        """A request of the product within this call."""
        match request.method:
            case "ACK":
                self.acked.set()
            case "CANCEL":
                self._phone.reply(request, "200 OK", self._tag)
                self._phone.reply(self._invite, "487 Request Terminated", self._tag)
                await self._end("product")
            case "BYE":
                self._phone.reply(request, "200 OK", self._tag)
                await self._end("product")
            case "INVITE":
                self.media.peer = media_address(request.body) if request.body else self.media.peer
                self._phone.reply(request, "200 OK", self._tag, self._description("sendrecv"))
            case "NOTIFY":
                self._phone.reply(request, "200 OK", self._tag)
                told = re.match(r"SIP/2\.0 (\d+)", request.body)
                if told and int(told[1]) >= 200 and not self._transferred.done():
                    self._transferred.set_result(int(told[1]))
            case _:
                self._phone.reply(request, "200 OK", self._tag)

    def _description(self, direction: str) -> str:
        self._version += 1
        return sdp(self._phone.host, self.media.port, self._version, direction)

    async def _reinvite(self, direction: str) -> None:
        answer = await self._request("INVITE", [], self._description(direction))
        if answer.status != 200:
            raise AssertionError(f"re-INVITE was answered {answer.first}")
        self.media.peer = media_address(answer.body)
        self._send("ACK", answer.cseq, [])

    async def _request(self, method: str, extra: list[tuple[str, str]], body: str = "") -> SipMessage:
        self._sequence += 1
        branch = self._send(method, self._sequence, extra, body)
        answer = await self._phone.ask(branch, method)
        if answer.status in (401, 407):
            challenge = answer.one("www-authenticate") or answer.one("proxy-authenticate")
            name = "Authorization" if answer.status == 401 else "Proxy-Authorization"
            if method == "INVITE":
                self._send("ACK", self._sequence, [], branch=branch)
            value = authorization(challenge, method, self._target, self._phone.user, self._phone.secret)
            self._sequence += 1
            answer = await self._phone.ask(self._send(method, self._sequence, [*extra, (name, value)], body), method)
        return answer

    @property
    def _target(self) -> str:
        found = re.search(r"<([^>]+)>", self._invite.one("contact"))
        return found[1] if found else f"sip:{self._phone.product}"

    def _send(self, method: str, number: int, extra: list[tuple[str, str]], body: str = "", *, branch: str = "") -> str:
        ours = self._invite.one("to")
        headers = [
            ("From", f"{ours};tag={self._tag}"),
            ("To", self._invite.one("from")),
            ("Call-ID", self._invite.one("call-id")),
        ]
        return self._phone.send(method, self._target, number, [*headers, *extra], body, branch=branch)

    async def _end(self, by: Literal["us", "product"]) -> None:
        if self.over.is_set():
            return
        self.ended_at, self.ended_by = time.time(), by
        await self.media.close()
        if self.answered_at is not None:
            self.media.save(self.heard, self.answered_at, self.ended_at)
        self.over.set()


class Handset(asyncio.DatagramProtocol):
    """The phone of line `line`, on an address of its own."""

    def __init__(
        self, product: Address, *, line: str, secret: str, folder: Path, host: str = "127.0.0.4", frequency: int = 2990
    ) -> None:
        self.product = product
        self.user = f"line-{line}"
        self.secret = secret
        self.host = host
        self.folder = folder
        self.frequency = frequency
        self.calls: list[HandsetCall] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._answers: dict[str, asyncio.Future[SipMessage]] = {}
        self._new: asyncio.Queue[HandsetCall] = asyncio.Queue(maxsize=100)
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaf = False
        self._port = 0

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        self._port = int(self._transport.get_extra_info("sockname")[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        for call in self.calls:
            await call.media.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert self._transport is not None
        self._transport.close()

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.host}:{self._port}>"

    async def register(self, *, seconds: int = 300) -> None:
        """REGISTER with digest; 0 seconds unregisters. Fails unless it is answered 200."""
        name, uri = f"<sip:{self.user}@{self.product}>", f"sip:{self.product}"
        call_id, value = secrets.token_hex(8), ""
        for number in (1, 2):
            headers = [("From", f"{name};tag={secrets.token_hex(4)}"), ("To", name), ("Call-ID", call_id)]
            headers += [("Expires", str(seconds))] + ([("Authorization", value)] if value else [])
            answer = await self.ask(self.send("REGISTER", uri, number, headers), "REGISTER")
            if answer.status != 401:
                break
            value = authorization(answer.one("www-authenticate"), "REGISTER", uri, self.user, self.secret)
        if answer.status != 200:
            raise AssertionError(f"{self.user} could not register: {answer.first}")

    async def rings(self, limit: float = 10.0) -> HandsetCall:
        """The next call; it rings until it is answered or rejected."""
        try:
            async with asyncio.timeout(limit):
                return await self._new.get()
        except TimeoutError:
            raise AssertionError(f"{self.user} was not called within {limit:g} s") from None

    def vanish(self) -> None:
        """From now on nothing is answered, as if the cable had been pulled; RTP stops too."""
        self._deaf = True
        for call in self.calls:
            call.media.frequency = None

    def reply(self, request: SipMessage, status: str, tag: str, body: str = "") -> None:
        self._write(response(request, status, tag, self.contact, body))

    def send(
        self, method: str, uri: str, number: int, headers: list[tuple[str, str]], body: str = "", *, branch: str = ""
    ) -> str:
        """Send a request; returns its branch, for `ask`. The ACK of a refusal has the branch of what was refused."""
        branch = branch or f"z9hG4bK{secrets.token_hex(8)}"
        via = ("Via", f"SIP/2.0/UDP {self.host}:{self._port};branch={branch}")
        rest = [("Max-Forwards", "70"), ("CSeq", f"{number} {method}"), ("Contact", self.contact)]
        self._write(write(f"{method} {uri} SIP/2.0", [via, *headers, *rest], body))
        return branch

    async def ask(self, branch: str, method: str) -> SipMessage:
        """The final answer to the request with this branch."""
        future = self._answers[branch] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(5):
                answer: SipMessage = await future
                return answer
        except TimeoutError:
            raise AssertionError(f"{self.user}: {method} was not answered within 5 s") from None
        finally:
            del self._answers[branch]

    def datagram_received(self, data: bytes, _: object) -> None:
        message = None if self._deaf else parse(data)
        if message is None:
            return
        if message.status is not None:
            found = re.search(r"branch=([^;\s,]+)", message.one("via"))
            future = self._answers.get(found[1]) if found else None
            if future is not None and not future.done() and message.status >= 200:
                future.set_result(message)
            return
        call = next((one for one in self.calls if one._invite.one("call-id") == message.one("call-id")), None)
        if call is None and message.method == "INVITE":
            call = HandsetCall(self, message, self.frequency)
            self.calls.append(call)
            self.reply(message, "100 Trying", "")
            call.ring()
            self._new.put_nowait(call)
        elif call is not None and not (message.method == "INVITE" and message.cseq == call._invite.cseq):
            task = asyncio.create_task(call.take(message), name=f"{self.user} {message.method}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif call is None and message.method != "ACK":
            self.reply(message, "200 OK" if message.method in ("OPTIONS", "NOTIFY") else "481 Gone", "0")

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        if not self._deaf:
            self._transport.sendto(data, (self.product.host, self.product.port))
