"""Tickets: when their calls came in"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("ticket_call", sa.Column("entered_at", UtcTime))
    # calls of which the log has not told stay without
    op.execute("UPDATE ticket_call SET entered_at = (SELECT entered_at FROM call WHERE call.id = ticket_call.call_id)")
    op.create_index("ix_ticket_call_entered", "ticket_call", ["entered_at", "ticket_id", "call_id"])
