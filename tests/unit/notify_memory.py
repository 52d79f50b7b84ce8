"""The outbox in memory behind the API's port, and messages for tests. Refuses what the real one refuses."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hotline1022.core.errors import NotFound, Refused
from hotline1022.notify.links import Links
from hotline1022.notify.types import (
    Billed,
    Channel,
    Encoding,
    InboundSms,
    Message,
    MessageClass,
    MessageState,
    OutboxFilter,
    RecipientKind,
    ToTellRow,
)
from hotline1022.web.notify_wire import BilledView, StatementView

AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
PHONE = "+84901234567"
LINKS = Links(secret=b"0123456789abcdef")


def a_message(identity: str = "m1", **changes: Any) -> Message:
    message = Message(
        id=identity,
        key=f"t1/{identity}",
        channel=Channel.SMS,
        kind=RecipientKind.CITIZEN,
        recipient=PHONE,
        name="Nguyễn Văn An",
        ticket="t1",
        contact="",
        template="citizen.made.sms",
        message_class=MessageClass.CARE,
        encoding=Encoding.GSM7,
        subject="",
        text=f"1022 da nhan yeu cau tu {PHONE}",
        html="",
        parts=1,
        urgent=False,
        created_at=AT,
        state=MessageState.NEW,
        ready_at=AT,
        due_at=AT,
        tries=0,
        round=0,
        gateway="",
        begun_at=None,
        sent_at=None,
        ended_at=None,
        ask_at=None,
        asked=0,
        error_id="",
        error="",
    )
    return replace(message, **changes)


def a_mail(identity: str = "e1", **changes: Any) -> Message:
    """An email to a specialist."""
    given: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "kind": RecipientKind.AGENCY,
        "recipient": "lan.nguyen@example.vn",
        "contact": "c1",
        "encoding": Encoding.NONE,
        "subject": "Phiếu mới",
        "text": "Kính gửi chị Lan",
        "html": "<p>Kính gửi chị Lan</p>",
    }
    return a_message(identity, **given | changes)


@dataclass
class Book:
    """notify.ports.ContactBook: everybody is a contact point but these."""

    ended: set[str] = field(default_factory=set)

    async def active(self, contact: str) -> bool:
        return contact not in self.ended


@dataclass
class MemoryOutbox:
    messages: dict[str, Message] = field(
        default_factory=lambda: {
            "m1": a_message("m1", state=MessageState.FAILED, error_id="number-refused", error=f"{PHONE} is no number"),
            "m2": a_message("m2", state=MessageState.UNKNOWN),
            "m3": a_mail("m3", state=MessageState.SENT, sent_at=AT),
        }
    )
    lines: dict[str, ToTellRow] = field(
        default_factory=lambda: {
            "l1": ToTellRow(
                id="l1",
                ticket="t1",
                code="4711",
                name="Nguyễn Văn An",
                number="02743822333",
                event="made",
                text="Đã tiếp nhận",
                since=AT,
                told_at=None,
                told_by="",
            )
        }
    )

    #: the text of the one SMS that came in
    wrote: str = "Đèn đường hỏng"

    async def list(self, wanted: OutboxFilter) -> Sequence[Message]:
        found = [
            one
            for one in self.messages.values()
            if wanted.state in (None, one.state)
            and wanted.channel in (None, one.channel)
            and wanted.ticket in ("", one.ticket)
        ]
        return found[: wanted.limit]

    async def resend(self, message: str, *, confirm: bool, at: datetime) -> Message:
        known = self.messages.get(message)
        if known is None:
            raise NotFound("there is no such message; look in /api/outbox", error_id="message-unknown")
        if known.state is MessageState.UNKNOWN and not confirm:
            raise Refused("nobody knows; send confirm = true", error_id="message-unconfirmed")
        self.messages[message] = replace(known, state=MessageState.NEW, due_at=at)
        return self.messages[message]

    async def statement(self, month: str) -> StatementView:
        row = Billed(
            gateway="esms",
            channel=Channel.SMS,
            kind=RecipientKind.CITIZEN,
            messages=3,
            parts=4,
            price=1600,
            unknown=1,
        )
        view = BilledView(
            gateway=row.gateway,
            channel=row.channel,
            kind=row.kind,
            messages=row.messages,
            parts=row.parts,
            price=row.price,
            unknown=row.unknown,
        )
        return StatementView(month=month, rows=(view,), sms=4, price=1600, budget=2000, left=1996)

    async def statement_csv(self, month: str) -> str:
        return f"thang,cong\r\n{month},esms\r\n"

    async def to_tell(self, told: bool | None, limit: int) -> Sequence[ToTellRow]:
        found = [one for one in self.lines.values() if told is None or (one.told_at is not None) is told]
        return found[:limit]

    async def untold(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[ToTellRow], int]:
        every = sorted(await self.to_tell(False, 1000), key=lambda one: one.since, reverse=latest)
        return every[skip : skip + limit], len(every)

    async def mark_told(self, line: str, by: str, at: datetime, *, seen: str = "") -> ToTellRow:
        known = self.lines.get(line)
        if known is None:
            raise NotFound("there is no such line; look in /api/to-tell", error_id="to-tell-unknown")
        if known.told_at is None and seen not in ("", known.mark):
            raise Refused("the ticket has changed meanwhile", error_id="to-tell-changed")
        if known.told_at is None:
            self.lines[line] = replace(known, told_at=at, told_by=by)
        return self.lines[line]

    async def inbound(self, limit: int) -> Sequence[InboundSms]:
        one = InboundSms(
            id="i1",
            gateway="smpp",
            sender=PHONE,
            recipient="1022",
            text=self.wrote,
            parts=1,
            complete=True,
            received_at=AT,
        )
        return [one][:limit]
