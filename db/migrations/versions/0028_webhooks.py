"""Webhooks, and what they are told"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, Serial, UtcTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.String, primary_key=True),
        *map(_text, ("name", "url")),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("kinds", Document, nullable=False),
        sa.Column("numbers", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        _text("created_by"),
        _number("version"),
        sa.Column("paused_at", UtcTime),
        sa.Column("paused_why", sa.String),
        _number("failures"),
        *(sa.Column(name, UtcTime) for name in ("failing_since", "retry_at", "succeeded_at")),
        _text("error_id"),
        sa.CheckConstraint("paused_why IN ('by-hand', 'failing', 'gone')", name="ck_webhook_paused_why"),
        sa.CheckConstraint("version > 0 AND failures >= 0", name="ck_webhook_numbers"),
        sa.CheckConstraint("(paused_at IS NULL) = (paused_why IS NULL)", name="ck_webhook_paused"),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("place", Serial, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        *map(_text, ("webhook_id", "key", "kind", "thing")),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("data", Document, nullable=False),
        _text("state"),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        _number("tries"),
        sa.Column("first_try_at", UtcTime),
        _text("lease_owner"),
        *(sa.Column(name, UtcTime) for name in ("leased_until", "ended_at")),
        _number("status"),
        _text("error_id"),
        sa.CheckConstraint(
            "kind IN ('call.ended', 'call.missed', 'ticket.made', 'ticket.changed', 'ticket.closed')",
            name="ck_webhook_delivery_kind",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'given-up')", name="ck_webhook_delivery_state"
        ),
        sa.CheckConstraint("(state = 'sending') = (leased_until IS NOT NULL)", name="ck_webhook_delivery_lease"),
        sa.CheckConstraint(
            "(state IN ('delivered', 'given-up')) = (ended_at IS NOT NULL)", name="ck_webhook_delivery_ended"
        ),
    )
    op.create_index("ux_webhook_delivery_key", "webhook_delivery", ["webhook_id", "key"], unique=True)
    for name, columns, sql in (
        ("due", ["webhook_id", "due_at"], "state = 'waiting'"),
        ("open", ["webhook_id", "thing", "place"], "ended_at IS NULL"),
        ("lease", ["leased_until"], "leased_until IS NOT NULL"),
    ):
        one = sa.text(sql)
        op.create_index(
            f"ix_webhook_delivery_{name}", "webhook_delivery", columns, sqlite_where=one, postgresql_where=one
        )
    op.create_index("ix_webhook_delivery_created", "webhook_delivery", ["created_at"])
