"""Parts of recordings that are disclosed, and links by which packages are fetched"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("disclosure", sa.Column("parts", Document, nullable=False, server_default="[]"))
    op.add_column("disclosure", sa.Column("revision", sa.BigInteger, nullable=False, server_default="1"))
    op.create_table(
        "download_link",
        *(sa.Column(name, sa.String, nullable=False) for name in ("id", "disclosure_id")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("key_sha256", "received_by", "made_by")),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("budget", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.CheckConstraint("sent >= 0 AND sent <= budget", name="ck_download_link_budget"),
        sa.ForeignKeyConstraint(["disclosure_id"], ["disclosure.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_download_link_key", "download_link", ["key_sha256"], unique=True)
    op.create_index("ix_download_link_disclosure", "download_link", ["disclosure_id"])
