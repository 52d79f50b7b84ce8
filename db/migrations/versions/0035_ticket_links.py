"""What the short links of messages stand for"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "ticket_link",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("contact", sa.String, nullable=False),
        sa.Column("ticket", sa.String, nullable=False),
        sa.Column("expires", UtcTime, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name="ck_ticket_link_sha256"),
    )
    op.create_index("ix_ticket_link_expires", "ticket_link", ["expires"])
