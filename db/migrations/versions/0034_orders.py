"""What the gateway of each channel took last, and calls that gave up in their order"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    sent, given_up = sa.text("sent_at IS NOT NULL"), sa.text("reason = 'in-queue'")
    op.create_index(
        "ix_outbox_message_last_sent",
        "outbox_message",
        ["channel", "sent_at"],
        sqlite_where=sent,
        postgresql_where=sent,
    )
    op.drop_index("ix_call_abandoned", "call")
    op.create_index("ix_call_abandoned", "call", ["entered_at", "id"], sqlite_where=given_up, postgresql_where=given_up)
