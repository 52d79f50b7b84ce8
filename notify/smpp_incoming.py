"""What a deliver_sm means: a receipt, or an SMS and which part of it. Pure; what it does not understand it keeps as bytes."""

import re

from hotline1022.notify import smpp_wire as w
from hotline1022.notify.receipts import e164, spellings
from hotline1022.notify.sms import decode_gsm7
from hotline1022.notify.types import Piece, Receipt

#: of the text of a receipt, as Appendix B of the specification has it
_FIELD = re.compile(r"\b(id|stat|err):\s*([^\s]+)", re.IGNORECASE)
#: message_state by its number, and by its word in the text
_STATES = {2: True, 3: False, 4: False, 5: False, 8: False}
_WORDS = {"DELIVRD": True, "EXPIRED": False, "DELETED": False, "UNDELIV": False, "REJECTD": False}
#: identifier of a header that names a part: with a reference of one byte, of two
_PART, _LONG_PART = 0x00, 0x08


def receipt_of(deliver: w.Deliver) -> Receipt | None:
    """What a receipt says; None while the message is only under way, or when it cannot be read."""
    said = {name.lower(): value for name, value in _FIELD.findall(deliver.text.decode("latin-1"))}
    named = deliver.tags.get(w.TAG_RECEIPTED, b"").rstrip(b"\0").decode("latin-1") or said.get("id", "")
    state = deliver.tags.get(w.TAG_STATE, b"")
    word = said.get("stat", "").upper()
    delivered = _STATES.get(state[0]) if len(state) == 1 else _WORDS.get(word)
    if not named or delivered is None:
        return None
    ids = dict.fromkeys((*spellings(named), *spellings(said.get("id", named))))
    error = "" if delivered else f"{word or 'state ' + str(state[0] if state else '?')} {said.get('err', '')}".strip()
    return Receipt(ids=tuple(ids), number=e164(deliver.source), delivered=delivered, error=error)


def piece_of(deliver: w.Deliver) -> Piece:
    """An SMS, or a part of one: by the header of its text, or by the carrier's own tags."""
    coded, part = deliver.text, None
    if deliver.esm_class & w.UDHI and coded:
        header, coded = coded[1 : 1 + coded[0]], coded[1 + coded[0] :]
        part = _part(header)
    elif {w.TAG_REFERENCE, w.TAG_TOTAL, w.TAG_SEQUENCE} <= set(deliver.tags):
        tags = (w.TAG_REFERENCE, w.TAG_TOTAL, w.TAG_SEQUENCE)
        part = tuple(int.from_bytes(deliver.tags[tag], "big") for tag in tags)  # type: ignore[assignment]
    if part is not None and not 1 <= part[2] <= part[1]:
        part = None
    reference, total, number = part or (None, 1, 1)
    return Piece(
        sender=e164(deliver.source) if deliver.source.lstrip("+").isdigit() else deliver.source,
        recipient=deliver.destination,
        text=text_of(coded, deliver.coding),
        raw=deliver.text.hex(),
        coding=deliver.coding,
        reference=reference,
        total=total,
        number=number,
    )


def _part(header: bytes) -> tuple[int, int, int] | None:
    """Reference, total and number from a user data header."""
    while len(header) >= 2:
        kind, length = header[0], header[1]
        content, header = header[2 : 2 + length], header[2 + length :]
        if kind == _PART and len(content) == 3:
            return content[0], content[1], content[2]
        if kind == _LONG_PART and len(content) == 4:
            return int.from_bytes(content[:2], "big"), content[2], content[3]
    return None


def text_of(coded: bytes, coding: int) -> str:
    """The text, without what no database keeps (NUL)."""
    match coding:
        case 0x08:
            text = coded.decode("utf-16-be", "replace")
        case 0x01:
            text = coded.decode("ascii", "replace")
        case 0x00:
            text = decode_gsm7(coded)
        case 0x02 | 0x04:
            text = f"[{len(coded)} byte]"
        case _:
            text = coded.decode("latin-1")
    return text.replace("\0", "")
