"""The outbox of messages, receipts, citizens to tell, incoming SMS"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Big, Document, Serial, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES = "'new', 'leased', 'sending', 'sent', 'delivered', 'failed', 'unknown'"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "outbox_message",
        *_texts("id", "key", "channel", "kind", "recipient", "name", "ticket", "contact", "template"),
        *_texts("message_class", "encoding", "subject", "text", "html"),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        *_texts("state"),
        sa.Column("ready_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        *_texts("gateway", "lease_owner"),
        sa.Column("leased_until", UtcTime),
        sa.Column("begun_at", UtcTime),
        sa.Column("sent_at", UtcTime),
        sa.Column("ended_at", UtcTime),
        sa.Column("ask_at", UtcTime),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("accepted", sa.Integer, nullable=False),
        sa.Column("price", Big, nullable=False),
        *_texts("error_id", "error"),
        sa.CheckConstraint("channel IN ('sms', 'email')", name="ck_outbox_message_channel"),
        sa.CheckConstraint("kind IN ('citizen', 'agency')", name="ck_outbox_message_kind"),
        sa.CheckConstraint("message_class IN ('care', 'advertising')", name="ck_outbox_message_message_class"),
        sa.CheckConstraint("encoding IN ('gsm7', 'ucs2', '')", name="ck_outbox_message_encoding"),
        sa.CheckConstraint(f"state IN ({_STATES})", name="ck_outbox_message_state"),
        sa.CheckConstraint("parts > 0", name="ck_outbox_message_parts"),
        sa.CheckConstraint(
            "(leased_until IS NULL) = (state NOT IN ('leased', 'sending'))", name="ck_outbox_message_lease"
        ),
        sa.CheckConstraint("state <> 'sending' OR begun_at IS NOT NULL", name="ck_outbox_message_begun"),
        sa.CheckConstraint("state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL", name="ck_outbox_message_sent"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_outbox_message_key", "outbox_message", ["key"], unique=True)
    op.create_index("ix_outbox_message_due", "outbox_message", ["channel", "due_at"], **_where("state = 'new'"))
    op.create_index(
        "ix_outbox_message_leased", "outbox_message", ["leased_until"], **_where("leased_until IS NOT NULL")
    )
    op.create_index("ix_outbox_message_ask", "outbox_message", ["ask_at"], **_where("ask_at IS NOT NULL"))
    op.create_index(
        "ix_outbox_message_bad",
        "outbox_message",
        ["state", "created_at"],
        **_where("state IN ('failed', 'unknown')"),
    )
    op.create_index("ix_outbox_message_created", "outbox_message", ["created_at", "id"])
    op.create_index("ix_outbox_message_begun", "outbox_message", ["begun_at"])
    op.create_index("ix_outbox_message_sent", "outbox_message", ["sent_at"])
    op.create_index("ix_outbox_message_ticket", "outbox_message", ["ticket", "created_at"], **_where("ticket <> ''"))

    op.create_table(
        "outbox_part",
        sa.Column("message_id", sa.String, sa.ForeignKey("outbox_message.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_texts("gateway", "gateway_id"),
        sa.Column("delivered", sa.Boolean),
        sa.PrimaryKeyConstraint("message_id", "number"),
    )
    op.create_index("ix_outbox_part_id", "outbox_part", ["gateway", "gateway_id"])

    op.create_table(
        "early_receipt",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        *_texts("gateway", "gateway_id", "number"),
        sa.Column("delivered", sa.Boolean, nullable=False),
        *_texts("error"),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_early_receipt_id", "early_receipt", ["gateway", "gateway_id"])
    op.create_index("ix_early_receipt_at", "early_receipt", ["at"])

    op.create_table(
        "to_tell",
        *_texts("id", "ticket", "code", "name", "number", "event", "text"),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("told_at", UtcTime),
        *_texts("told_by"),
        sa.CheckConstraint("(told_at IS NULL) = (told_by = '')", name="ck_to_tell_told"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_to_tell_ticket", "to_tell", ["ticket"], unique=True, **_where("told_at IS NULL"))
    op.create_index("ix_to_tell_since", "to_tell", ["since"])

    op.create_table(
        "inbound_sms",
        *_texts("id", "gateway", "sender", "recipient"),
        sa.Column("reference", sa.Integer),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        *_texts("text"),
        sa.Column("pieces", Document, nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.CheckConstraint("parts > 0", name="ck_inbound_sms_parts"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inbound_sms_received", "inbound_sms", ["received_at"])
    op.create_index("ix_inbound_sms_open", "inbound_sms", ["gateway", "sender"], **_where("NOT complete"))
