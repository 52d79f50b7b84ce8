"""The tables of listening: who may hear which recording for which reason, and which ranges were sent. A change needs a
migration.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table

from hotline1022.db.columns import Big, Serial, UtcTime, condition, text_column
from hotline1022.db.tables import metadata

listening = Table(
    "listening",
    metadata,
    Column("id", String, primary_key=True),
    Column("key_sha256", String),
    *map(text_column, ("token_id", "actor", "origin", "recording_id", "call_id", "what", "name", "reason", "words")),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    text_column("path"),
    text_column("sha256"),
    Column("bytes", Big, nullable=False),
    Column("duration_ms", Big, nullable=False),
    Column("played_at", UtcTime),
    Column("speakers", String, nullable=False, server_default=""),
    CheckConstraint("reason <> '' AND actor <> ''", name="ck_listening_reason"),
    CheckConstraint("(key_sha256 IS NULL) = (expires_at IS NULL)", name="ck_listening_key"),
)
Index("ux_listening_key", listening.c.key_sha256, unique=True)
Index("ix_listening_call", listening.c.call_id, listening.c.asked_at)

listening_range = Table(
    "listening_range",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("listening_id", String, ForeignKey("listening.id"), nullable=False),
    text_column("origin"),
    Column("at", UtcTime, nullable=False),
    Column("first", Big, nullable=False),
    Column("after", Big, nullable=False),
    Column("noted", Big, nullable=False),
    CheckConstraint("first >= 0 AND first <= noted AND noted <= after", name="ck_listening_range_noted"),
)
Index("ix_listening_range_listening", listening_range.c.listening_id)
_unnoted = condition("noted < after")
Index("ix_listening_range_unnoted", listening_range.c.id, sqlite_where=_unnoted, postgresql_where=_unnoted)
