"""Contact points that were told of the open tickets that their agency has from one that ended"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "take_over",
        sa.Column("agency", sa.String, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("contact", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.id"]),
        sa.ForeignKeyConstraint(["contact"], ["contact_point.id"]),
        sa.PrimaryKeyConstraint("agency", "since", "contact"),
    )
