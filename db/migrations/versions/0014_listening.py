"""Who may hear which recording for which reason, and which ranges were sent"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Serial, UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "listening",
        _text("id"),
        sa.Column("key_sha256", sa.String),
        *map(_text, ("token_id", "actor", "origin", "recording_id", "call_id", "what", "name", "reason", "words")),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime),
        *map(_text, ("path", "sha256")),
        *map(_number, ("bytes", "duration_ms")),
        sa.Column("played_at", UtcTime),
        sa.CheckConstraint("reason <> '' AND actor <> ''", name="ck_listening_reason"),
        sa.CheckConstraint("(key_sha256 IS NULL) = (expires_at IS NULL)", name="ck_listening_key"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_listening_key", "listening", ["key_sha256"], unique=True)
    op.create_index("ix_listening_call", "listening", ["call_id", "asked_at"])
    op.create_table(
        "listening_range",
        sa.Column("id", Serial, nullable=False, autoincrement=True),
        _text("listening_id"),
        _text("origin"),
        sa.Column("at", UtcTime, nullable=False),
        *map(_number, ("first", "after", "noted")),
        sa.CheckConstraint("first >= 0 AND first <= noted AND noted <= after", name="ck_listening_range_noted"),
        sa.ForeignKeyConstraint(["listening_id"], ["listening.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_listening_range_listening", "listening_range", ["listening_id"])
    unnoted = sa.text("noted < after")
    op.create_index(
        "ix_listening_range_unnoted",
        "listening_range",
        ["id"],
        sqlite_where=unnoted,
        postgresql_where=unnoted,
    )
