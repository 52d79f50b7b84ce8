"""Alarms without a call are told apart by their detail: two lines that do not answer are two alarms"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.drop_index("ux_alarm_ringing", "alarm")
    ringing = sa.text("seen_at IS NULL AND cleared_at IS NULL")
    op.create_index(
        "ux_alarm_ringing",
        "alarm",
        ["kind", sa.text("coalesce(call_id, detail)")],
        unique=True,
        sqlite_where=ringing,
        postgresql_where=ringing,
    )
