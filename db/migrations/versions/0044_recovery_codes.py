"""Recovery codes of second factors"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema. Who has a second factor has none of them until some are made."""
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.String, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("sha256", sa.String, primary_key=True),
        sa.CheckConstraint("length(sha256) = 64", name="ck_recovery_code_sha256"),
    )
