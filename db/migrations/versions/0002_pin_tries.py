"""Wrong PINs are remembered over a restart"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "pin_try",
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("last_at", UtcTime, nullable=False),
        sa.CheckConstraint("tries > 0", name="ck_pin_try_tries"),
        sa.PrimaryKeyConstraint("person_id"),
    )
