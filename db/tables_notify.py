"""The tables of notify/: the outbox, receipts, links, citizens to tell, incoming SMS. A change here needs a migration."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from hotline1022.db.columns import Big, Document, Serial, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.notify.types import Channel, Encoding, MessageClass, MessageState, RecipientKind

outbox_message = Table(
    "outbox_message",
    metadata,
    Column("id", String, primary_key=True),
    text_column("key"),
    Column("channel", Word(Channel), nullable=False),
    Column("kind", Word(RecipientKind), nullable=False),
    text_column("recipient"),
    text_column("name"),
    text_column("ticket"),
    text_column("contact"),
    text_column("template"),
    Column("message_class", Word(MessageClass), nullable=False),
    Column("encoding", Word(Encoding), nullable=False),
    text_column("subject"),
    text_column("text"),
    text_column("html"),
    Column("parts", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", Word(MessageState), nullable=False),
    Column("ready_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    text_column("gateway"),
    #: which worker has it, and until when it is believed to live
    text_column("lease_owner"),
    Column("leased_until", UtcTime),
    Column("begun_at", UtcTime),
    Column("sent_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("ask_at", UtcTime),
    Column("asked", Integer, nullable=False),
    #: times that a gateway took it, and what that cost, for the statement; đồng
    Column("accepted", Integer, nullable=False),
    Column("price", Big, nullable=False),
    text_column("error_id"),
    text_column("error"),
    listed("channel", Channel, "outbox_message"),
    listed("kind", RecipientKind, "outbox_message"),
    listed("message_class", MessageClass, "outbox_message"),
    listed("encoding", Encoding, "outbox_message"),
    listed("state", MessageState, "outbox_message"),
    CheckConstraint("parts > 0", name="ck_outbox_message_parts"),
    CheckConstraint("(leased_until IS NULL) = (state NOT IN ('leased', 'sending'))", name="ck_outbox_message_lease"),
    CheckConstraint("state <> 'sending' OR begun_at IS NOT NULL", name="ck_outbox_message_begun"),
    CheckConstraint("state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL", name="ck_outbox_message_sent"),
)
Index("ux_outbox_message_key", outbox_message.c.key, unique=True)
_new = condition("state = 'new'")
Index(
    "ix_outbox_message_due", outbox_message.c.channel, outbox_message.c.due_at, sqlite_where=_new, postgresql_where=_new
)
_had = condition("leased_until IS NOT NULL")
Index("ix_outbox_message_leased", outbox_message.c.leased_until, sqlite_where=_had, postgresql_where=_had)
_asking = condition("ask_at IS NOT NULL")
Index("ix_outbox_message_ask", outbox_message.c.ask_at, sqlite_where=_asking, postgresql_where=_asking)
_bad = condition("state IN ('failed', 'unknown')")
Index(
    "ix_outbox_message_bad",
    outbox_message.c.state,
    outbox_message.c.created_at,
    sqlite_where=_bad,
    postgresql_where=_bad,
)
Index("ix_outbox_message_created", outbox_message.c.created_at, outbox_message.c.id)
Index("ix_outbox_message_begun", outbox_message.c.begun_at)
Index("ix_outbox_message_sent", outbox_message.c.sent_at)
_sent = condition("sent_at IS NOT NULL")
Index(
    "ix_outbox_message_last_sent",
    outbox_message.c.channel,
    outbox_message.c.sent_at,
    sqlite_where=_sent,
    postgresql_where=_sent,
)
_of_ticket = condition("ticket <> ''")
Index(
    "ix_outbox_message_ticket",
    outbox_message.c.ticket,
    outbox_message.c.created_at,
    sqlite_where=_of_ticket,
    postgresql_where=_of_ticket,
)

outbox_part = Table(
    "outbox_part",
    metadata,
    Column("message_id", String, ForeignKey("outbox_message.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    text_column("gateway"),
    text_column("gateway_id"),
    #: None: no receipt yet
    Column("delivered", Boolean),
)
Index("ix_outbox_part_id", outbox_part.c.gateway, outbox_part.c.gateway_id)

#: receipts that fit no part yet: they may come before the answer that names the part
early_receipt = Table(
    "early_receipt",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    text_column("gateway"),
    text_column("gateway_id"),
    text_column("number"),
    Column("delivered", Boolean, nullable=False),
    text_column("error"),
    Column("at", UtcTime, nullable=False),
)
Index("ix_early_receipt_id", early_receipt.c.gateway, early_receipt.c.gateway_id)
Index("ix_early_receipt_at", early_receipt.c.at)

#: short links of messages to officers; the key is a hash: a dump opens none
ticket_link = Table(
    "ticket_link",
    metadata,
    Column("sha256", String, primary_key=True),
    text_column("contact"),
    text_column("ticket"),
    Column("expires", UtcTime, nullable=False),
    CheckConstraint("length(sha256) = 64", name="ck_ticket_link_sha256"),
)
Index("ix_ticket_link_expires", ticket_link.c.expires)

to_tell = Table(
    "to_tell",
    metadata,
    Column("id", String, primary_key=True),
    text_column("ticket"),
    text_column("code"),
    text_column("name"),
    text_column("number"),
    text_column("event"),
    text_column("text"),
    Column("since", UtcTime, nullable=False),
    Column("told_at", UtcTime),
    text_column("told_by"),
    CheckConstraint("(told_at IS NULL) = (told_by = '')", name="ck_to_tell_told"),
)
_untold = condition("told_at IS NULL")
Index("ux_to_tell_ticket", to_tell.c.ticket, unique=True, sqlite_where=_untold, postgresql_where=_untold)
Index("ix_to_tell_since", to_tell.c.since)

inbound_sms = Table(
    "inbound_sms",
    metadata,
    Column("id", String, primary_key=True),
    text_column("gateway"),
    text_column("sender"),
    text_column("recipient"),
    Column("reference", Integer),
    Column("parts", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    text_column("text"),
    #: each part as it came: number → text, raw bytes in hexadecimal, coding
    Column("pieces", Document, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    CheckConstraint("parts > 0", name="ck_inbound_sms_parts"),
)
Index("ix_inbound_sms_received", inbound_sms.c.received_at)
_waiting = condition("NOT complete")
Index(
    "ix_inbound_sms_open", inbound_sms.c.gateway, inbound_sms.c.sender, sqlite_where=_waiting, postgresql_where=_waiting
)
