"""SMPP 3.4 as bytes: the PDUs that a client needs. Pure; refuses lengths that cannot be, and texts that end too early.

Source: Short Message Peer to Peer Protocol Specification v3.4, chapters 4 and 5.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from hotline1022.core.errors import Invalid

HEADER = struct.Struct(">IIII")
#: bytes of a PDU at most
LONGEST = 64 * 1024
RESPONSE = 0x80000000
VERSION = 0x34
#: esm_class: the text begins with a header (of a part); this is a receipt
UDHI, RECEIPT, RECEIPT_MASK = 0x40, 0x04, 0x3C
TAG_PAYLOAD, TAG_RECEIPTED, TAG_STATE = 0x0424, 0x001E, 0x0427
TAG_REFERENCE, TAG_TOTAL, TAG_SEQUENCE = 0x020C, 0x020E, 0x020F


class Command(IntEnum):
    """What a PDU asks."""

    GENERIC_NACK = 0x80000000
    SUBMIT = 0x00000004
    DELIVER = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE = 0x00000015


class Status(IntEnum):
    """Of the many codes those that we treat in a way of their own."""

    OK = 0x00
    BAD_LENGTH = 0x01
    BAD_COMMAND = 0x03
    BAD_STATE = 0x04
    SYSTEM = 0x08
    BAD_SOURCE = 0x0A
    BAD_DESTINATION = 0x0B
    QUEUE_FULL = 0x14
    SUBMIT_FAILED = 0x45
    THROTTLED = 0x58
    #: ours, for an incoming SMS that could not be stored: come again
    RECEIVER_TEMPORARY = 0x64


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """One message of the protocol."""

    command: int
    status: int = 0
    sequence: int
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """What the carrier hands over: a receipt, or an SMS."""

    source: str
    destination: str
    esm_class: int
    coding: int
    text: bytes
    tags: Mapping[int, bytes]

    @property
    def is_receipt(self) -> bool:
        """Whether it says what became of one of ours."""
        return self.esm_class & RECEIPT_MASK == RECEIPT


def encode(pdu: Pdu) -> bytes:
    """The bytes."""
    return HEADER.pack(HEADER.size + len(pdu.body), pdu.command, pdu.status, pdu.sequence) + pdu.body


def length_of(header: bytes) -> int:
    """Bytes that follow the header; Invalid `smpp-length`."""
    whole: int = HEADER.unpack(header)[0]
    if not HEADER.size <= whole <= LONGEST:
        raise Invalid(f"the carrier sends a PDU of {whole} bytes; the link is begun anew", error_id="smpp-length")
    return whole - HEADER.size


def decode(header: bytes, body: bytes) -> Pdu:
    """The PDU."""
    _, command, status, sequence = HEADER.unpack(header)
    return Pdu(command=command, status=status, sequence=sequence, body=body)


def text(value: str, most: int) -> bytes:
    """A C-Octet String; Invalid when it does not fit."""
    coded = value.encode("ascii", "strict") if value.isascii() else b""
    if len(coded) >= most or b"\0" in coded or (value and not coded):
        raise Invalid(f"a field of SMPP takes {most - 1} plain letters; correct notify.sms_account or sms_sender")
    return coded + b"\0"


def bind_body(system_id: str, password: str, system_type: str = "") -> bytes:
    """Of bind_transceiver."""
    return text(system_id, 16) + text(password, 9) + text(system_type, 13) + bytes((VERSION, 0, 0)) + text("", 41)


def submit_body(
    *, sender: str, recipient: str, coded: bytes, ucs2: bool, part: tuple[int, int, int] | None = None
) -> bytes:
    """Of submit_sm, with a receipt wanted. `recipient` in digits; `part`: reference, total, number."""
    header = b"" if part is None else bytes((5, 0, 3, part[0] & 0xFF, part[1], part[2]))
    whole = header + coded
    if len(whole) > 254:
        raise Invalid(f"a part of {len(whole)} bytes is too long for SMPP", error_id="smpp-length")
    ton = (0x03 if len(sender) <= 8 else 0x01) if sender.isdigit() else 0x05
    return b"".join(
        (
            text("", 6),
            bytes((ton, 0 if ton == 0x05 else 0x01)) + text(sender, 21),
            bytes((0x01, 0x01)) + text(recipient, 21),
            bytes((0 if part is None else UDHI, 0, 0)),
            text("", 17) + text("", 17),
            bytes((1, 0, 0x08 if ucs2 else 0x00, 0, len(whole))),
            whole,
        )
    )


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def text(self) -> str:
        """A C-Octet String."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Invalid("a PDU of the carrier ends too early", error_id="smpp-torn")
        found = self._body[self._at : end].decode("latin-1")
        self._at = end + 1
        return found

    def take(self, count: int) -> bytes:
        """So many bytes."""
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise Invalid("a PDU of the carrier ends too early", error_id="smpp-torn")
        self._at += count
        return found

    def byte(self) -> int:
        """One."""
        return self.take(1)[0]

    def tags(self) -> dict[int, bytes]:
        """Optional parameters to the end."""
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            tag, length = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(length)
        return found


def message_id(body: bytes) -> str:
    """Of submit_sm_resp; "" where it has none."""
    return body.partition(b"\0")[0].decode("latin-1")


def deliver_of(body: bytes) -> Deliver:
    """Of deliver_sm; Invalid `smpp-torn`."""
    reader = _Reader(body)
    reader.text()
    reader.take(2)
    source = reader.text()
    reader.take(2)
    destination = reader.text()
    esm_class, _, _ = reader.take(3)
    reader.text()
    reader.text()
    _, _, coding, _ = reader.take(4)
    short = reader.take(reader.byte())
    tags = reader.tags()
    return Deliver(
        source=source,
        destination=destination,
        esm_class=esm_class,
        coding=coding,
        text=short or tags.get(TAG_PAYLOAD, b""),
        tags=tags,
    )
