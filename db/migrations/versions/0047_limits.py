"""Limits of alarms that are changed at the desk"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "alarm_limit",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.Integer),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("version > 0 AND (value IS NULL OR value >= 0)", name="ck_alarm_limit_value"),
    )
