"""Copies of some speakers alone, and rights to hear them"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_KINDS = ("wav", "mp3", "opus", "wav-levelled", "mp3-levelled", "opus-levelled", "survey", "speakers")
_KNOWN = f"kind IN ({', '.join(repr(kind) for kind in _KINDS)})"
_COLUMNS = "call_id, kind, name, sha256, bytes, made_at"


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("listening", sa.Column("speakers", sa.String, nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("derived_copy", sa.Column("speakers", sa.String, nullable=False, server_default=""))
        op.drop_constraint("derived_copy_pkey", "derived_copy", type_="primary")
        op.create_primary_key("derived_copy_pkey", "derived_copy", ["call_id", "kind", "speakers"])
        op.drop_constraint("ck_derived_copy_kind", "derived_copy", type_="check")
        op.create_check_constraint("ck_derived_copy_kind", "derived_copy", _KNOWN)
        return
    op.rename_table("derived_copy", "derived_copy_before")  # SQLite changes no key in place
    op.create_table(
        "derived_copy",
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("speakers", sa.String, nullable=False, server_default=""),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.CheckConstraint(_KNOWN, name="ck_derived_copy_kind"),
        sa.CheckConstraint("name <> '' AND length(sha256) = 64", name="ck_derived_copy_file"),
        sa.PrimaryKeyConstraint("call_id", "kind", "speakers"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO derived_copy ({_COLUMNS}) SELECT {_COLUMNS} FROM derived_copy_before")
    op.drop_table("derived_copy_before")
