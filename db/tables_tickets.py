"""The tables of tickets/: tickets and their history. A change here needs a migration; a test compares the two."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from hotline1022.db.columns import Big, Document, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.tickets.types import (
    Action,
    Channel,
    Clock,
    Kind,
    Purpose,
    Recipient,
    ReminderKind,
    Requester,
    State,
    Urgency,
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", String, primary_key=True),
    text_column("code"),
    Column("created_at", UtcTime, nullable=False),
    Column("channel", Word(Channel), nullable=False),
    Column("state", Word(State), nullable=False),
    Column("urgency", Word(Urgency), nullable=False),
    Column("kind", Word(Kind), nullable=False),
    Column("requester", Word(Requester), nullable=False),
    text_column("name"),
    text_column("phone"),
    #: the number in the one form in which it is searched
    text_column("phone_key"),
    text_column("email"),
    text_column("address"),
    text_column("area"),
    text_column("area_name"),
    text_column("category"),
    text_column("category_name"),
    text_column("service_group"),
    text_column("agency"),
    text_column("agency_name"),
    text_column("content"),
    text_column("answer"),
    text_column("owner"),
    text_column("owner_name"),
    Column("begun_at", UtcTime),
    Column("forwarded_at", UtcTime),
    Column("accepted_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("forward_by", UtcTime),
    Column("accept_by", UtcTime),
    Column("answer_by", UtcTime),
    Column("original_answer_by", UtcTime),
    Column("clock", Word(Clock), nullable=False),
    Column("stopped_at", UtcTime),
    text_column("made_by"),
    Column("version", Integer, nullable=False),
    #: everything that is searched, without marks and case
    text_column("search"),
    #: the same without who the citizen is: neither name nor address, and no telephone number
    Column("open_search", String, nullable=False, server_default=""),
    listed("channel", Channel, "ticket"),
    listed("state", State, "ticket"),
    listed("urgency", Urgency, "ticket"),
    listed("kind", Kind, "ticket"),
    listed("requester", Requester, "ticket"),
    listed("clock", Clock, "ticket"),
    CheckConstraint("length(code) = 8", name="ck_ticket_code"),
    CheckConstraint("version > 0", name="ck_ticket_version"),
    CheckConstraint("(state = 'waiting') = (stopped_at IS NOT NULL)", name="ck_ticket_stopped"),
    CheckConstraint("(state IN ('completed', 'refused')) = (closed_at IS NOT NULL)", name="ck_ticket_closed"),
    CheckConstraint("(state IN ('reserved', 'dropped')) = (begun_at IS NULL)", name="ck_ticket_begun"),
    CheckConstraint("(begun_at IS NULL) = (answer_by IS NULL)", name="ck_ticket_answer_by"),
    CheckConstraint("state NOT IN ('answered', 'completed') OR answer <> ''", name="ck_ticket_answer"),
)
Index("ux_ticket_code", ticket.c.code, unique=True)
_seen = condition("begun_at IS NOT NULL")
Index("ix_ticket_created", ticket.c.created_at, ticket.c.id, sqlite_where=_seen, postgresql_where=_seen)
for _column in (ticket.c.state, ticket.c.agency, ticket.c.category, ticket.c.phone_key):
    Index(f"ix_ticket_{_column.name}", _column, ticket.c.created_at)
_open = condition("begun_at IS NOT NULL AND closed_at IS NULL")
#: with all that says which is due first
_due = ("answer_by", "id", "state", "forward_by", "accept_by", "stopped_at", "created_at", "agency")
Index("ix_ticket_open", *(ticket.c[name] for name in _due), sqlite_where=_open, postgresql_where=_open)

#: calls are not tied to `call`: a ticket may be made before the log has read of its call
ticket_call = Table(
    "ticket_call",
    metadata,
    Column("ticket_id", String, ForeignKey("ticket.id"), primary_key=True),
    Column("call_id", String, primary_key=True),
    Column("purpose", Word(Purpose), nullable=False),
    #: place among the calls of the ticket
    Column("place", Integer, nullable=False),
    #: when the call came in; NULL until the log has told of it
    Column("entered_at", UtcTime),
    listed("purpose", Purpose, "ticket_call"),
)
Index("ix_ticket_call_entered", ticket_call.c.entered_at, ticket_call.c.ticket_id, ticket_call.c.call_id)
Index("ix_ticket_call_call", ticket_call.c.call_id)
_made = condition("purpose <> 'talk'")
#: by itself a call makes one ticket for each purpose
Index(
    "ux_ticket_call_purpose",
    ticket_call.c.call_id,
    ticket_call.c.purpose,
    unique=True,
    sqlite_where=_made,
    postgresql_where=_made,
)

ticket_history = Table(
    "ticket_history",
    metadata,
    Column("ticket_id", String, ForeignKey("ticket.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    text_column("who"),
    Column("action", Word(Action), nullable=False),
    Column("state_before", Word(State)),
    Column("state_after", Word(State), nullable=False),
    text_column("why"),
    Column("changes", Document, nullable=False),
    listed("action", Action, "ticket_history"),
    listed("state_before", State, "ticket_history"),
    listed("state_after", State, "ticket_history"),
    CheckConstraint("(number = 1) = (state_before IS NULL)", name="ck_ticket_history_first"),
)
Index("ix_ticket_history_at", ticket_history.c.at)

ticket_attachment = Table(
    "ticket_attachment",
    metadata,
    Column("id", String, primary_key=True),
    Column("ticket_id", String, ForeignKey("ticket.id"), nullable=False),
    text_column("name"),
    text_column("media_type"),
    Column("size", Big, nullable=False),
    text_column("sha256"),
    text_column("path"),
    Column("stored_at", UtcTime, nullable=False),
    text_column("stored_by"),
    CheckConstraint("length(sha256) = 64 AND path <> '' AND size > 0", name="ck_ticket_attachment_file"),
    CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_ticket_attachment_path"),
)
Index("ix_ticket_attachment_ticket", ticket_attachment.c.ticket_id)
Index("ux_ticket_attachment_path", ticket_attachment.c.path, unique=True)

#: what was sent: the key is the reminder, so that nobody is reminded twice
ticket_reminder = Table(
    "ticket_reminder",
    metadata,
    Column("ticket_id", String, ForeignKey("ticket.id"), primary_key=True),
    Column("kind", Word(ReminderKind), primary_key=True),
    Column("due", UtcTime, primary_key=True),
    Column("recipient", Word(Recipient), nullable=False),
    Column("at", UtcTime, nullable=False),
    listed("kind", ReminderKind, "ticket_reminder"),
    listed("recipient", Recipient, "ticket_reminder"),
)

#: contact points that were told of the open tickets that their agency has from one that ended
take_over = Table(
    "take_over",
    metadata,
    Column("agency", String, ForeignKey("agency.id"), primary_key=True),
    #: the first day on which that agency is no more
    Column("since", Date, primary_key=True),
    Column("contact", String, ForeignKey("contact_point.id"), primary_key=True),
    Column("at", UtcTime, nullable=False),
)
