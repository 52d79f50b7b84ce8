"""Addresses for televisions"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "wallboard",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("revoked_at", UtcTime),
        sa.CheckConstraint("length(sha256) = 64", name="ck_wallboard_sha256"),
        sa.CheckConstraint("name <> ''", name="ck_wallboard_name"),
    )
    op.create_index("ux_wallboard_sha256", "wallboard", ["sha256"], unique=True)
    op.create_index(
        "ux_wallboard_name",
        "wallboard",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
