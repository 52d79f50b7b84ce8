"""How loud each tenth of a second is, and how much of it is exact zeros. Pure but for nothing: bytes in, numbers out.

Audio that came as G.711 A-law is never exactly zero (its quietest values are ±8): a run of exact zeros is padding or loss.
"""

import audioop
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from hotline1022.recordings.wav import PER_MS, WIDTH

#: length of a block
BLOCK_MS = 100
_FRAMES = BLOCK_MS * PER_MS
_BYTES = _FRAMES * WIDTH
#: exact zeros count only in runs of at least 10 ms: single zeros can be part of any other codec's sound
_RUN = bytes(10 * PER_MS * WIDTH)
#: a whole block of them, as most blocks are that have a run
_SILENT = bytes(_BYTES)
#: a block at least this loud (RMS of 32,767) is sound: -55 dBFS, far above A-law's idle noise of 8
SOUND_RMS = 58


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """One number pair per block of BLOCK_MS; the last block may be shorter."""

    #: root mean square of each block, 0..32768
    rms: "array[int]"
    #: milliseconds of exact zeros in each block, 0..100
    zero: bytes

    @property
    def zero_ms(self) -> int:
        """Exact zeros in all."""
        return sum(self.zero)

    @property
    def peak_rms(self) -> int:
        """The loudest block."""
        return max(self.rms, default=0)


class Meter:
    """Takes audio in pieces of any even size and gives Levels; the cutting does not change them."""

    def __init__(self) -> None:
        self._rms = array("H")
        self._zero = bytearray()
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        data = self._rest + piece if self._rest else piece
        whole = len(data) - len(data) % _BYTES
        self._rest = data[whole:]
        self._measure(data, whole)

    def done(self) -> Levels:
        """Measure what is left and give the result."""
        rest, self._rest = self._rest, b""
        if rest:
            self._measure(rest, len(rest))
        return Levels(rms=self._rms, zero=bytes(self._zero))

    def _measure(self, data: bytes, end: int) -> None:
        view = memoryview(data)
        measure, add = audioop.rms, self._rms.append
        starts = range(0, end, _BYTES)
        for at in starts:
            add(measure(view[at : min(at + _BYTES, end)], WIDTH))
        if _RUN in data:
            self._zero += bytes(_zeros(data[at : min(at + _BYTES, end)]) for at in starts)
        else:
            self._zero += bytes(len(starts))


def _zeros(block: bytes) -> int:
    """Milliseconds of exact zeros in a block, if it has a run of them."""
    if block == _SILENT:
        return BLOCK_MS
    if _RUN not in block:
        return 0
    return array("h", block).count(0) // PER_MS


def measure(pieces: Iterable[bytes]) -> Levels:
    """Levels of audio that comes in pieces."""
    meter = Meter()
    for piece in pieces:
        meter.feed(piece)
    return meter.done()
