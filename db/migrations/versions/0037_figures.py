"""Figures: which wrap-up counts, and how open tickets stand by an index alone"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0033"
branch_labels = None
depends_on = None

_OPEN = sa.text("begun_at IS NOT NULL AND closed_at IS NULL")


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("agent_state_change", sa.Column("counted", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_index(
        "ix_ticket_standing",
        "ticket",
        ["state", "created_at", "forward_by", "accept_by", "answer_by"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
