"""SMPP against a real server: parts, receipts in both spellings, throttling, silence, cuts, incoming SMS; and its bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid, Unavailable
from hotline1022.notify import smpp_wire as w
from hotline1022.notify.answers import Accepted, NoAnswer, NotTaken, RefusedForGood
from hotline1022.notify.receipts import e164, spellings
from hotline1022.notify.smpp_gateway import SmppGateway
from hotline1022.notify.smpp_incoming import piece_of, receipt_of
from hotline1022.notify.smpp_link import SmppServer
from hotline1022.notify.types import Encoding, Piece, Receipt
from tests.lab.cable import Cable, cable
from tests.lab.smsc import Smsc, smsc
from tests.lab.waiting import until
from tests.unit.notify_memory import PHONE, a_message

LONG = "Đường Nguyễn Trãi bị ngập, đề nghị xử lý. " * 5


@dataclass
class Box:
    """A postbox that remembers, and may refuse."""

    receipts: list[Receipt] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    full: bool = False

    async def receipt(self, gateway: str, receipt: Receipt) -> None:
        if self.full:
            raise Unavailable("the database does not answer")
        self.receipts.append(receipt)

    async def inbound(self, gateway: str, piece: Piece) -> None:
        if self.full:
            raise Unavailable("the database does not answer")
        self.pieces.append(piece)


@dataclass
class World:
    carrier: Smsc
    wire: Cable
    box: Box
    gateway: SmppGateway


@asynccontextmanager
async def world(**server: Any) -> AsyncIterator[World]:
    """A bound gateway, over a cable, at a carrier."""
    async with smsc() as carrier, cable(carrier.port) as wire:
        box = Box()
        given: dict[str, Any] = {"host": "127.0.0.1", "port": wire.port, "system_id": "hotline", "password": "secret"}
        times = {"retry_seconds": 0.05, "answer_seconds": 1.0, "bind_seconds": 1.0}
        made = SmppServer(**given | times | server)
        gateway = SmppGateway(made, box, sender="1022", price=400)
        task = asyncio.create_task(gateway.run())
        try:
            await until(lambda: carrier.esme is not None and gateway.link.bound.is_set())
            yield World(carrier, wire, box, gateway)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_one_part_and_its_receipt() -> None:
    async with world() as at:
        said = await at.gateway.send(a_message(text="Ma phieu: 4711 {x}"))
        assert said == Accepted(ids=("0000009A",))
        (seen,) = at.carrier.submits
        assert seen.short_message == b"Ma phieu: 4711 \x1b(x\x1b)"
        assert (seen.destination_addr, seen.dest_addr_ton, seen.dest_addr_npi) == ("84901234567", 1, 1)
        assert (seen.source_addr, seen.data_coding, seen.esm_class, seen.registered_delivery) == ("1022", 0, 0, 1)
        assert await at.carrier.receipt(seen, "154") == 0
        (receipt,) = at.box.receipts
        assert set(receipt.ids) & {spellings("0000009A")[0]}, "decimal in the receipt, hexadecimal in the answer"
        assert (receipt.number, receipt.delivered) == (PHONE, True)
        await at.carrier.receipt(seen, "154", "UNDELIV", "011")
        assert (at.box.receipts[-1].delivered, at.box.receipts[-1].error) == (False, "UNDELIV 011")
        await at.carrier.receipt(seen, "154", "ENROUTE")
        assert len(at.box.receipts) == 2, "not over yet"


async def test_a_long_one_is_parts_of_one_reference() -> None:
    async with world() as at:
        for reference in (1, 2):
            said = await at.gateway.send(a_message(text=LONG, encoding=Encoding.UCS2))
            assert isinstance(said, Accepted) and len(said.ids) == 4
            parts = at.carrier.submits[-4:]
            assert [one.short_message[:6] for one in parts] == [bytes((5, 0, 3, reference, 4, n)) for n in (1, 2, 3, 4)]
            assert "".join(one.short_message[6:].decode("utf-16-be") for one in parts) == LONG
            assert {(one.esm_class, one.data_coding) for one in parts} == {(0x40, 8)}


async def test_the_reference_of_long_ones_has_one_byte_and_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as at:
        monkeypatch.setattr(at.gateway, "_reference", 253)
        for _ in range(4):
            assert isinstance(await at.gateway.send(a_message(text=LONG, encoding=Encoding.UCS2)), Accepted)
        parts = [one.short_message[:6] for one in at.carrier.submits]
        assert [part[3] for part in parts[::4]] == [254, 255, 1, 2]
        assert all(part[:3] == bytes((5, 0, 3)) for part in parts), "the header's length stays"


async def test_a_receipt_may_come_before_the_answer() -> None:
    async with world() as at:

        async def first(event: smpp34.SubmitSmEvent, name: str) -> None:
            await at.carrier.receipt(event, name)
            assert at.box.receipts, "it is acknowledged when it is kept"

        at.carrier.before = first
        assert await at.gateway.send(a_message()) == Accepted(ids=("0000009A",))
        assert at.box.receipts[0].ids[0] == "9a"


async def test_what_the_carrier_refuses() -> None:
    async with world() as at:
        for status, wanted in (
            (
                w.Status.THROTTLED,
                NotTaken(error_id="smpp-throttled", reason="the carrier answers 0x58", seconds=1.0),
            ),
            (w.Status.QUEUE_FULL, NotTaken(error_id="smpp-throttled", reason="the carrier answers 0x14", seconds=2.0)),
            (w.Status.SYSTEM, NotTaken(error_id="smpp-08", reason="the carrier answers 0x08")),
            (w.Status.BAD_DESTINATION, RefusedForGood(error_id="smpp-0b", reason="the carrier answers 0x0b")),
        ):
            at.carrier.script = [status]
            assert await at.gateway.send(a_message()) == wanted
        at.carrier.script = [w.Status.BAD_SOURCE]
        said = await at.gateway.send(a_message())
        assert isinstance(said, NotTaken) and said.away, "our sender's fault, not the message's"
        assert len(at.carrier.submits) == 5


async def test_a_throttled_part_is_sent_again_and_never_the_ones_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.notify.smpp_gateway.SLOW", 0.01)
    async with world() as at:
        at.gateway._slow = 0.01
        at.carrier.script = ["A1", w.Status.THROTTLED, "A2"]
        assert await at.gateway.send(a_message(text="x" * 200)) == Accepted(ids=("A1", "A2"))
        assert [one.short_message[5] for one in at.carrier.submits] == [1, 2, 2]
        at.gateway._slow = 0.01
        at.carrier.script = ["A1", *[w.Status.SYSTEM] * 6]
        said = await at.gateway.send(a_message(text="x" * 200))
        assert isinstance(said, NoAnswer), "half of it left: it cannot begin anew"


async def test_silence_is_no_refusal() -> None:
    async with world() as at:
        at.carrier.script = [None]
        assert isinstance(await at.gateway.send(a_message()), NoAnswer)
        at.carrier.delay = 0.3
        assert isinstance(await at.gateway.send(a_message()), Accepted), "late is in time"


async def test_a_cut_after_the_request_left_is_silence_and_before_it_is_away() -> None:
    async with world() as at:
        at.carrier.delay = 10
        sending = asyncio.create_task(at.gateway.send(a_message()))
        await until(lambda: len(at.carrier.submits) == 1)
        at.wire.cut()
        assert isinstance(await sending, NoAnswer)
        at.carrier.delay = 0
        await until(lambda: at.carrier.binds == 2 and at.gateway.link.bound.is_set())
        assert isinstance(await at.gateway.send(a_message()), Accepted), "it comes back by itself"
        await at.wire.unplug()
        await until(lambda: not at.gateway.link.bound.is_set())
        said = await at.gateway.send(a_message())
        assert isinstance(said, NotTaken) and said.away
        assert len(at.carrier.submits) == 2


async def test_a_link_that_is_mute_without_being_cut_is_found_out() -> None:
    async with world(enquire_seconds=0.2, answer_seconds=0.3) as at:
        await asyncio.sleep(0.7)
        assert at.carrier.binds == 1, "a living link is left alone"
        at.wire.mute = True
        await until(lambda: not at.gateway.link.bound.is_set())
        at.wire.mute = False
        await until(lambda: at.carrier.binds >= 2 and at.gateway.link.bound.is_set())


async def test_no_more_than_ten_are_under_way() -> None:
    async with world(window=50, answer_seconds=10.0) as at:
        at.carrier.delay = 0.5
        sending = [asyncio.create_task(at.gateway.send(a_message(f"m{n}"))) for n in range(25)]
        await until(lambda: len(at.carrier.submits) == 10)
        await asyncio.sleep(0.2)
        assert len(at.carrier.submits) == 10
        assert all(isinstance(one, Accepted) for one in await asyncio.gather(*sending))


async def test_an_incoming_sms_is_acknowledged_when_it_is_kept() -> None:
    async with world() as at:
        text = "Đèn đường hỏng".encode("utf-16-be")
        at.box.full = True
        assert await at.carrier.deliver("84901234567", text, data_coding=8) != 0, "the carrier sends it again"
        at.box.full = False
        assert await at.carrier.deliver("84901234567", text, data_coding=8) == 0
        assert [one.text for one in at.box.pieces] == ["Đèn đường hỏng"]
        for number, part in ((2, b"hong"), (1, b"Den ")):
            header = bytes((5, 0, 3, 77, 2, number))
            assert await at.carrier.deliver("84901234567", header + part, esm_class=0x40) == 0
        assert [(one.reference, one.total, one.number, one.text) for one in at.box.pieces[1:]] == [
            (77, 2, 2, "hong"),
            (77, 2, 1, "Den "),
        ]


async def test_a_wrong_password_is_named_and_not_hammered() -> None:
    binds: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = await reader.readexactly(16)
        pdu = w.decode(header, await reader.readexactly(w.length_of(header)))
        binds.append(pdu.body)
        writer.write(w.encode(w.Pdu(command=pdu.command | w.RESPONSE, status=0x0E, sequence=pdu.sequence, body=b"\0")))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made = SmppServer(host="127.0.0.1", port=port, system_id="u", password="p", retry_seconds=0.1, bind_seconds=0.1)
    gateway = SmppGateway(made, Box(), sender="1022")
    task = asyncio.create_task(gateway.run())
    await asyncio.sleep(1.2)
    said = await gateway.send(a_message())
    assert isinstance(said, NotTaken) and said.away and "0x0e" in said.reason and "sms_account" in said.reason
    assert 2 <= len(binds) <= 5
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()
    await server.wait_closed()


# ---------------------------------------------------------------- bytes


def test_our_bytes_are_those_of_another_implementation() -> None:
    body = w.submit_body(sender="TD1022", recipient="84901234567", coded=b"abc", ucs2=False, part=(7, 2, 1))
    theirs = smpp34.decode(w.encode(w.Pdu(command=w.Command.SUBMIT, sequence=9, body=body)))
    assert isinstance(theirs, smpp34.SubmitSm)
    assert (theirs.source_addr, theirs.source_addr_ton, theirs.destination_addr) == ("TD1022", 5, "84901234567")
    assert theirs.short_message == bytes((5, 0, 3, 7, 2, 1)) + b"abc"
    tags = [smpp34.Tlv(w.TAG_PAYLOAD, "Xin chào".encode("utf-16-be"))]
    made = smpp34.DeliverSm("84901234567", "1022", b"", data_coding=8, tlvs=tags, sequence_number=4).encode()
    piece = piece_of(w.deliver_of(w.decode(made[:16], made[16:]).body))
    assert (piece.sender, piece.recipient, piece.text) == (PHONE, "1022", "Xin chào")


DELIVER = w.Deliver(source="84901234567", destination="1022", esm_class=0x04, coding=0, text=b"", tags={})


def test_a_receipt_in_tags_alone() -> None:
    tags = {w.TAG_RECEIPTED: b"1A2B\0", w.TAG_STATE: b"\x02"}
    receipt = receipt_of(replace(DELIVER, tags=tags))
    assert receipt is not None
    assert (receipt.ids, receipt.delivered) == (("1a2b", "6699"), True)
    assert receipt_of(replace(DELIVER, text=b"nothing that can be read")) is None


def test_parts_by_the_carriers_own_tags_and_headers_that_are_none() -> None:
    tags = {w.TAG_REFERENCE: b"\x01\x02", w.TAG_TOTAL: b"\x03", w.TAG_SEQUENCE: b"\x02"}
    piece = piece_of(replace(DELIVER, esm_class=0, text=b"x", tags=tags))
    assert (piece.reference, piece.total, piece.number) == (258, 3, 2)
    for header in (b"", b"\x05\x00\x03\x07\x02\x09", b"\x02\x24\x01", b"\xff\x00"):
        odd = piece_of(replace(DELIVER, esm_class=0x40, text=header))
        assert (odd.reference, odd.total, odd.number) == (None, 1, 1)
    wide = piece_of(replace(DELIVER, esm_class=0x40, text=b"\x06\x08\x04\x01\x02\x02\x01hi"))
    assert (wide.reference, wide.total, wide.number, wide.text) == (258, 2, 1, "hi")


@given(st.binary(max_size=300))
def test_no_bytes_from_outside_break_the_reader(body: bytes) -> None:
    try:
        deliver = w.deliver_of(body)
    except Invalid:
        return
    piece = piece_of(deliver)
    assert 1 <= piece.number <= piece.total and "\0" not in piece.text
    receipt_of(deliver)


@given(st.binary(min_size=16, max_size=16))
def test_a_length_that_cannot_be_is_refused(header: bytes) -> None:
    try:
        assert 0 <= w.length_of(header) <= w.LONGEST - 16
    except Invalid as error:
        assert error.error_id == "smpp-length"


@given(st.integers(min_value=0, max_value=2**64))
def test_an_id_is_found_in_the_other_base(number: int) -> None:
    decimal, hexadecimal = str(number), f"{number:08X}"
    assert spellings(hexadecimal)[0] in spellings(decimal)
    assert spellings(decimal)[0] in spellings(hexadecimal)
    assert spellings(f"00{decimal}")[0] == spellings(decimal)[0]


@pytest.mark.parametrize(
    ("said", "known"),
    [("84901234567", PHONE), ("+84901234567", PHONE), ("0901234567", PHONE), ("0084901234567", PHONE), ("", "")],
)
def test_a_phone_in_one_spelling(said: str, known: str) -> None:
    assert e164(said) == known


def test_fields_that_smpp_cannot_carry_are_refused() -> None:
    for value in ("x" * 16, "đ", "a\0b"):
        with pytest.raises(Invalid):
            w.bind_body(value, "p")
    with pytest.raises(Invalid):
        w.submit_body(sender="1022", recipient="84901234567", coded=b"x" * 255, ucs2=False)
