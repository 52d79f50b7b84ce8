"""One RTP stream in A-law that we hold in our own hands: its numbers, its gaps and its restarts are chosen, not found."""

import asyncio
import secrets
import struct
import time
import wave
from pathlib import Path

import numpy as np

PACKET = 160
RATE = 8000
LEVEL = 7219.0


def encode_alaw(samples: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> bytes:
    """G.711 A-law of samples in ±32767."""
    value = np.clip(samples.astype(np.int32), -32767, 32767)
    sign = np.where(value >= 0, 0x80, 0)
    size = np.minimum(np.where(value >= 0, value, -value - 1) >> 4, 2047)
    exponent = np.maximum(np.floor(np.log2(np.maximum(size, 16))).astype(np.int32) - 3, 0)
    exponent = np.where(size < 32, np.where(size < 16, 0, 1), exponent)
    mantissa = np.where(exponent <= 1, size & 0x0F, (size >> np.maximum(exponent - 1, 0)) & 0x0F)
    return bytes(((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8).tobytes())


def _decoding() -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


ALAW = _decoding()


class RtpStream(asyncio.DatagramProtocol):
    """Sends one tone (0 = silence, None = no packets) and keeps what arrives with the time of its arrival."""

    def __init__(self, frequency: int | None) -> None:
        self.frequency = frequency
        #: tones that sound together in place of the one, Hz
        self.chord: tuple[int, ...] = ()
        self.sequence = 40000
        self.ssrc = secrets.randbits(32)
        self.timestamp = secrets.randbits(31)
        self.sent = 0
        self.packets: list[tuple[float, bytes]] = []
        self.peer: tuple[str, int] | None = None
        self.transport: asyncio.DatagramTransport | None = None
        self._samples_sent = 0
        self._task: asyncio.Task[None] | None = None
        self._mark = True

    @property
    def port(self) -> int:
        assert self.transport is not None
        return int(self.transport.get_extra_info("sockname")[1])

    async def open(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))

    def start(self) -> None:
        """Begin to send to `peer`."""
        self._task = self._task or asyncio.create_task(self._send(), name="rtp")

    def restart(self, *, sequence: int) -> None:
        """Go on as a new source: new SSRC, the given sequence number, another clock."""
        self.sequence, self.ssrc, self.timestamp = sequence, secrets.randbits(32), secrets.randbits(31)
        self._mark = True

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.transport is not None:
            self.transport.close()

    def datagram_received(self, data: bytes, _: object) -> None:
        if len(data) > 12 and data[1] & 0x7F == 8:
            self.packets.append((time.time(), data[12 + 4 * (data[0] & 15) :]))

    def save(self, path: Path, start: float, end: float) -> None:
        """What arrived, laid out by the clock from `start` to `end`; what did not arrive is silence."""
        track = np.zeros(max(round((end - start) * RATE), 0), dtype="<i2")
        written = 0
        for at, body in self.packets:
            place = round((at - start) * RATE)
            if abs(place - written) <= PACKET * 3:
                place = written
            sound = ALAW[np.frombuffer(body, dtype=np.uint8)]
            if place >= 0 and place + len(sound) <= len(track):
                track[place : place + len(sound)] = sound
                written = place + len(sound)
        with path.open("wb") as file, wave.open(file, "wb") as target:
            target.setnchannels(1)
            target.setsampwidth(2)
            target.setframerate(RATE)
            target.writeframes(track.tobytes())

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self.frequency is not None and self.peer is not None and self.transport is not None:
                self.transport.sendto(self._packet(self.frequency), self.peer)
                self.sent += 1
            due += PACKET / RATE
            await asyncio.sleep(max(due - loop.time(), 0))

    def _packet(self, frequency: int) -> bytes:
        clock = np.arange(self._samples_sent, self._samples_sent + PACKET)
        self._samples_sent += PACKET
        head = struct.pack(">BBHII", 0x80, 8 | (self._mark << 7), self.sequence, self.timestamp & 0xFFFFFFFF, self.ssrc)
        self._mark = False
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp += PACKET
        tones = self.chord or (frequency,)
        mixed = sum((np.sin(2 * np.pi * tone / RATE * clock) for tone in tones), start=np.zeros(PACKET))
        return head + encode_alaw(LEVEL * (0.7 if self.chord else 1.0) * mixed)
