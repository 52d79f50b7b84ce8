"""Versions of the menu, and the draft"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "menu_version",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("again", sa.BigInteger, nullable=False),
        sa.Column("from_file", sa.Boolean, nullable=False),
        sa.CheckConstraint("number > 0 AND again >= 0 AND again < number", name="ck_menu_version_number"),
        sa.CheckConstraint("length(sha256) = 64", name="ck_menu_version_sha256"),
        sa.CheckConstraint("text <> ''", name="ck_menu_version_text"),
    )
    op.create_table(
        "menu_draft",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name="ck_menu_draft_one"),
    )
