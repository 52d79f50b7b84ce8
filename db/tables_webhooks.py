"""The tables of webhooks/: who is told, and what waits or was told. A change here needs a migration; a test compares the two.

No column holds a number, a name or a word of a citizen: a number that a webhook may know is read when it is sent.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, String, Table

from hotline1022.db.columns import Document, Serial, UtcTime, Word, condition, listed
from hotline1022.db.tables import metadata
from hotline1022.webhooks.types import DeliveryState, EventKind, PausedWhy

webhook = Table(
    "webhook",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("url", String, nullable=False),
    #: sealed
    Column("secret", LargeBinary, nullable=False),
    Column("kinds", Document, nullable=False),
    Column("numbers", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("paused_at", UtcTime),
    Column("paused_why", Word(PausedWhy)),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("retry_at", UtcTime),
    Column("succeeded_at", UtcTime),
    Column("error_id", String, nullable=False),
    listed("paused_why", PausedWhy, "webhook"),
    CheckConstraint("version > 0 AND failures >= 0", name="ck_webhook_numbers"),
    CheckConstraint("(paused_at IS NULL) = (paused_why IS NULL)", name="ck_webhook_paused"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("place", Serial, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    #: no foreign key: a webhook that is removed in the same moment must not undo the change of a ticket
    Column("webhook_id", String, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", Word(EventKind), nullable=False),
    Column("thing", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("data", Document, nullable=False),
    Column("state", Word(DeliveryState), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first_try_at", UtcTime),
    Column("lease_owner", String, nullable=False),
    Column("leased_until", UtcTime),
    Column("ended_at", UtcTime),
    Column("status", Integer, nullable=False),
    Column("error_id", String, nullable=False),
    listed("kind", EventKind, "webhook_delivery"),
    listed("state", DeliveryState, "webhook_delivery"),
    CheckConstraint("(state = 'sending') = (leased_until IS NOT NULL)", name="ck_webhook_delivery_lease"),
    CheckConstraint("(state IN ('delivered', 'given-up')) = (ended_at IS NOT NULL)", name="ck_webhook_delivery_ended"),
)
#: the same event is told once
Index("ux_webhook_delivery_key", webhook_delivery.c.webhook_id, webhook_delivery.c.key, unique=True)
for _name, _columns, _sql in (
    ("due", ("webhook_id", "due_at"), "webhook_delivery.state = 'waiting'"),
    ("open", ("webhook_id", "thing", "place"), "webhook_delivery.ended_at IS NULL"),
    ("lease", ("leased_until",), "webhook_delivery.leased_until IS NOT NULL"),
):
    _one = condition(_sql.replace("webhook_delivery.", ""))
    Index(
        f"ix_webhook_delivery_{_name}",
        *(webhook_delivery.c[one] for one in _columns),
        sqlite_where=_one,
        postgresql_where=_one,
    )
Index("ix_webhook_delivery_created", webhook_delivery.c.created_at)
