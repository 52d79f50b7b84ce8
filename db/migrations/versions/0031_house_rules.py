"""Reasons for a pause, versions of the deadlines, and the end of shifts and crews"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "pause_reason",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.CheckConstraint("length(code) = 1", name="ck_pause_reason_code"),
        sa.CheckConstraint("name <> ''", name="ck_pause_reason_name"),
        sa.CheckConstraint("version > 0", name="ck_pause_reason_version"),
    )
    op.create_table(
        "ticket_policy",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("again", sa.BigInteger, nullable=False),
        sa.Column("from_file", sa.Boolean, nullable=False),
        sa.CheckConstraint("number > 0 AND again >= 0 AND again < number", name="ck_ticket_policy_number"),
        sa.CheckConstraint("length(sha256) = 64", name="ck_ticket_policy_sha256"),
        sa.CheckConstraint("text <> ''", name="ck_ticket_policy_text"),
    )
    for table in ("crew", "shift"):
        op.add_column(table, sa.Column("ended_on", sa.Date))
