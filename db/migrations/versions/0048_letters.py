"""Scans of the letters that justify changes of the directory"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Big, UtcTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "directory_letter",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("change", Big, sa.ForeignKey("directory_change.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("size", Big, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("stored_at", UtcTime, nullable=False),
        sa.Column("stored_by", sa.String, nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND path <> '' AND size > 0", name="ck_directory_letter_file"),
        sa.CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_directory_letter_path"),
        sa.CheckConstraint("stored_by <> ''", name="ck_directory_letter_by"),
    )
    op.create_index("ix_directory_letter_change", "directory_letter", ["change"])
    op.create_index("ux_directory_letter_path", "directory_letter", ["path"], unique=True)
