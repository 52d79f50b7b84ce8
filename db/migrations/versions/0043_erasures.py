"""Erasures: what has gone so far, when one moved last, and the alarm of one that stands broken off"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0043"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema. Of one that is broken off now, what had gone before is not known."""
    op.add_column("citizen_erasure", sa.Column("gone", Document, nullable=False, server_default="{}"))
    op.add_column("citizen_erasure", sa.Column("moved_at", UtcTime))
    op.add_column("citizen_erasure", sa.Column("alarm", sa.String, nullable=False, server_default=""))
