"""The container of a sealed file: AES-256-GCM in segments, readable anywhere without reading all. Refuses what was touched.

    head      magic 8 | version 1 | log2 of the segment's size 1 | 0 0 | key id 8          authenticated with the data key
              nonce 12 | data key 32, encrypted with the key, and its tag 16
    segments  64 KiB each, the last one shorter, each with its tag 16
              nonce: 7 zeros | number 4, big endian | 1 for the last segment, else 0

The data key is drawn anew for each writing, so no nonce is used twice, and no segment fits into another file or place.
See docs/decisions/012-sealed-files.md.
"""

import hashlib
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline1022.core.errors import Unavailable

MAGIC = b"HL1022SF"
VERSION = 1
#: bytes of plain text in a segment
SEGMENT = 1 << 16
TAG = 16
KEY_BYTES = 32
_NONCE = 12
_FIXED = struct.Struct("<8sBB2x8s")
#: bytes before the first segment
HEAD = _FIXED.size + _NONCE + KEY_BYTES + TAG
_STEP = SEGMENT + TAG


class SealBroken(Unavailable):
    """A sealed file is not what was written."""

    error_id = "recording-damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of 32 bytes; files name it by its id."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that tell nothing of the key."""
        return hashlib.sha256(b"hotline1022 key id\0" + self.secret).hexdigest()[:16]


def new_key() -> Key:
    """A key that nobody has."""
    return Key(secret=os.urandom(KEY_BYTES))


def looks_sealed(head: bytes) -> bool:
    """Whether a file that begins so is a sealed one."""
    return head.startswith(MAGIC)


def sealed_size(plain: int) -> int:
    """Bytes of the container for so many bytes."""
    return HEAD + plain + TAG * max(1, -(-plain // SEGMENT))


def seal(pieces: Iterable[bytes], key: Key) -> Iterator[bytes]:
    """The container's bytes; the pieces may have any size, and their sum need not be known before."""
    data_key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE)
    fixed = _FIXED.pack(MAGIC, VERSION, SEGMENT.bit_length() - 1, bytes.fromhex(key.id))
    yield fixed + nonce + AESGCM(key.secret).encrypt(nonce, data_key, fixed)
    cipher, number, rest = AESGCM(data_key), 0, bytearray()
    for piece in pieces:
        rest += piece
        while len(rest) > SEGMENT:
            yield cipher.encrypt(_nonce(number, last=False), bytes(rest[:SEGMENT]), None)
            del rest[:SEGMENT]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(rest), None)


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([last])


def key_of(head: bytes) -> str:
    """The id of the key that a head names. SealBroken when it is no head of this version."""
    if len(head) < HEAD:
        raise SealBroken("the file's head is cut off; take it from a backup")
    magic, version, shift, name = _FIXED.unpack_from(head)
    if magic != MAGIC or version != VERSION or shift != SEGMENT.bit_length() - 1:
        raise SealBroken("the file's head is none that this program writes; take it from a backup, or update")
    key_id: str = name.hex()
    return key_id


class SealedFile:
    """A sealed file, read as its plain bytes. Raises SealBroken wherever it is not what was written."""

    __slots__ = ("_cipher", "_known", "_last", "fd", "key_id", "size")

    def __init__(self, fd: int, find: Callable[[str], Key]) -> None:
        """Takes the descriptor over only if nothing is raised; `find` raises where there is no such key."""
        head = os.pread(fd, HEAD, 0)
        self.fd = fd
        self.key_id = key_of(head)
        body = os.fstat(fd).st_size - HEAD
        count = -(-body // _STEP)
        #: bytes of plain text
        self.size = body - count * TAG
        self._last = count - 1
        fixed, nonce, wrapped = head[: _FIXED.size], head[_FIXED.size : _FIXED.size + _NONCE], head[-KEY_BYTES - TAG :]
        try:
            self._cipher = AESGCM(AESGCM(find(self.key_id).secret).decrypt(nonce, wrapped, fixed))
        except InvalidTag as error:
            raise SealBroken("the file's head was changed; take it from a backup") from error
        self._known: tuple[int, bytes] = (-1, b"")
        if count < 1 or (count > 1 and body % _STEP in range(1, TAG + 1)):
            raise SealBroken("the file is cut off; take it from a backup")
        self._segment(self._last)  # it vouches for the length

    def pread(self, count: int, at: int) -> bytes:
        """Up to so many plain bytes from there on; fewer only at the end."""
        after = min(at + count, self.size)
        if at >= after:
            return b""
        first, last = at // SEGMENT, (after - 1) // SEGMENT
        pieces = [self._segment(number) for number in range(first, last + 1)]
        start = first * SEGMENT
        whole = pieces[0] if first == last else b"".join(pieces)
        return whole[at - start : after - start]

    def _segment(self, number: int) -> bytes:
        known, plain = self._known
        if known == number:
            return plain
        data = os.pread(self.fd, _STEP, HEAD + number * _STEP)
        try:
            plain = self._cipher.decrypt(_nonce(number, last=number == self._last), data, None)
        except InvalidTag as error:
            text = f"the file was changed or cut off near byte {number * SEGMENT}; take it from a backup"
            raise SealBroken(text) from error
        self._known = (number, plain)
        return plain

    def close(self) -> None:
        """Close the file."""
        os.close(self.fd)
