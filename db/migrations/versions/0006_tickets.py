"""Tickets and their history"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Big, Document, UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = (
    "('reserved', 'dropped', 'new', 'forwarded', 'accepted', 'with-leader', 'extended', 'waiting', 'returned', "
    "'answered', 'reopened', 'completed', 'refused')"
)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _times(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, UtcTime) for name in names]


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "ticket",
        *_texts("id", "code"),
        sa.Column("created_at", UtcTime, nullable=False),
        *_texts("channel", "state", "urgency", "kind", "requester", "name", "phone", "phone_key", "email", "address"),
        *_texts("area", "area_name", "category", "category_name", "service_group", "agency", "agency_name"),
        *_texts("content", "answer", "owner", "owner_name"),
        *_times("begun_at", "forwarded_at", "accepted_at", "answered_at", "closed_at"),
        *_times("forward_by", "accept_by", "answer_by", "original_answer_by"),
        *_texts("clock"),
        *_times("stopped_at"),
        *_texts("made_by"),
        sa.Column("version", sa.Integer, nullable=False),
        *_texts("search"),
        sa.CheckConstraint(
            "channel IN ('phone', 'voicemail', 'cascade', 'sms', 'email', 'chat', 'web', 'api')",
            name="ck_ticket_channel",
        ),
        sa.CheckConstraint(f"state IN {_STATES}", name="ck_ticket_state"),
        sa.CheckConstraint("urgency IN ('ordinary', 'urgent')", name="ck_ticket_urgency"),
        sa.CheckConstraint("kind IN ('question', 'report', 'proposal')", name="ck_ticket_kind"),
        sa.CheckConstraint("requester IN ('person', 'business')", name="ck_ticket_requester"),
        sa.CheckConstraint("clock IN ('working', 'calendar')", name="ck_ticket_clock"),
        sa.CheckConstraint("length(code) = 8", name="ck_ticket_code"),
        sa.CheckConstraint("version > 0", name="ck_ticket_version"),
        sa.CheckConstraint("(state = 'waiting') = (stopped_at IS NOT NULL)", name="ck_ticket_stopped"),
        sa.CheckConstraint("(state IN ('completed', 'refused')) = (closed_at IS NOT NULL)", name="ck_ticket_closed"),
        sa.CheckConstraint("(state IN ('reserved', 'dropped')) = (begun_at IS NULL)", name="ck_ticket_begun"),
        sa.CheckConstraint("(begun_at IS NULL) = (answer_by IS NULL)", name="ck_ticket_answer_by"),
        sa.CheckConstraint("state NOT IN ('answered', 'completed') OR answer <> ''", name="ck_ticket_answer"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_ticket_code", "ticket", ["code"], unique=True)
    op.create_index("ix_ticket_created", "ticket", ["created_at", "id"], **_where("begun_at IS NOT NULL"))
    for column in ("state", "agency", "category", "phone_key"):
        op.create_index(f"ix_ticket_{column}", "ticket", [column, "created_at"])
    op.create_index("ix_ticket_open", "ticket", ["answer_by"], **_where("begun_at IS NOT NULL AND closed_at IS NULL"))

    op.create_table(
        "ticket_call",
        sa.Column("ticket_id", sa.String, sa.ForeignKey("ticket.id"), nullable=False),
        *_texts("call_id", "purpose"),
        sa.Column("place", sa.Integer, nullable=False),
        sa.CheckConstraint("purpose IN ('talk', 'cascade', 'voicemail')", name="ck_ticket_call_purpose"),
        sa.PrimaryKeyConstraint("ticket_id", "call_id"),
    )
    op.create_index("ix_ticket_call_call", "ticket_call", ["call_id"])
    op.create_index(
        "ux_ticket_call_purpose", "ticket_call", ["call_id", "purpose"], unique=True, **_where("purpose <> 'talk'")
    )

    op.create_table(
        "ticket_history",
        sa.Column("ticket_id", sa.String, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        *_texts("who", "action"),
        sa.Column("state_before", sa.String),
        *_texts("state_after", "why"),
        sa.Column("changes", Document, nullable=False),
        sa.CheckConstraint(
            "action IN ('reserve', 'open', 'take', 'drop', 'forward', 'accept', 'pass-to-leader', 'return', 'wait', "
            "'resume', 'extend', 'answer', 'complete', 'refuse', 'reopen', 'edit', 'attach', 'link')",
            name="ck_ticket_history_action",
        ),
        sa.CheckConstraint(f"state_before IN {_STATES}", name="ck_ticket_history_state_before"),
        sa.CheckConstraint(f"state_after IN {_STATES}", name="ck_ticket_history_state_after"),
        sa.CheckConstraint("(number = 1) = (state_before IS NULL)", name="ck_ticket_history_first"),
        sa.PrimaryKeyConstraint("ticket_id", "number"),
    )
    op.create_index("ix_ticket_history_at", "ticket_history", ["at"])

    op.create_table(
        "ticket_attachment",
        *_texts("id"),
        sa.Column("ticket_id", sa.String, sa.ForeignKey("ticket.id"), nullable=False),
        *_texts("name", "media_type"),
        sa.Column("size", Big, nullable=False),
        *_texts("sha256", "path"),
        sa.Column("stored_at", UtcTime, nullable=False),
        *_texts("stored_by"),
        sa.CheckConstraint("length(sha256) = 64 AND path <> '' AND size > 0", name="ck_ticket_attachment_file"),
        sa.CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_ticket_attachment_path"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ticket_attachment_ticket", "ticket_attachment", ["ticket_id"])
    op.create_index("ux_ticket_attachment_path", "ticket_attachment", ["path"], unique=True)

    op.create_table(
        "ticket_reminder",
        sa.Column("ticket_id", sa.String, sa.ForeignKey("ticket.id"), nullable=False),
        *_texts("kind"),
        sa.Column("due", UtcTime, nullable=False),
        *_texts("recipient"),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint("kind IN ('before-accept', 'before-answer', 'expired')", name="ck_ticket_reminder_kind"),
        sa.CheckConstraint("recipient IN ('officer', 'leader')", name="ck_ticket_reminder_recipient"),
        sa.PrimaryKeyConstraint("ticket_id", "kind", "due"),
    )
