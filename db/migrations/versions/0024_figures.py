"""Hunts that have not ended are found at once"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_UNDER_WAY = sa.text("state <> 'ended'")


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_index(
        "ix_cascade_under_way", "cascade", ["started_at"], sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY
    )
