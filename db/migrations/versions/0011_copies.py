"""Copies in the cache: what was made once of a call"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KINDS = ("wav", "mp3", "opus", "wav-levelled", "mp3-levelled", "opus-levelled", "survey")


def upgrade() -> None:
    """Towards the newer schema."""
    words = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.create_table(
        "derived_copy",
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.CheckConstraint(f"kind IN ({words})", name="ck_derived_copy_kind"),
        sa.CheckConstraint("name <> '' AND length(sha256) = 64", name="ck_derived_copy_file"),
        sa.PrimaryKeyConstraint("call_id", "kind"),
        sqlite_with_rowid=False,
    )
