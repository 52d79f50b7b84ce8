"""What the gateway of each channel took last; calls that gave up, and open tickets, in their order"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

#: index → table, columns, of which rows
MADE = {
    "ix_outbox_message_last_sent": ("outbox_message", ["channel", "sent_at"], "sent_at IS NOT NULL"),
    "ix_call_abandoned": ("call", ["entered_at", "id"], "reason = 'in-queue'"),
    "ix_ticket_open": (
        "ticket",
        ["answer_by", "id", "state", "forward_by", "accept_by", "stopped_at", "created_at", "agency"],
        "begun_at IS NOT NULL AND closed_at IS NULL",
    ),
}


def upgrade() -> None:
    """Towards the newer schema."""
    op.drop_index("ix_call_abandoned", "call")
    op.drop_index("ix_ticket_open", "ticket")
    for name, (table, columns, some) in MADE.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(some), postgresql_where=sa.text(some))
