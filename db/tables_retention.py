"""The tables of retention: holds on recordings, and calls whose personal data went when their time was over. A change here
needs a migration.
"""

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from hotline1022.db.columns import UtcTime, condition, text_column
from hotline1022.db.tables import metadata

#: each hold is released by itself; a recording is held while one is open
recording_hold = Table(
    "recording_hold",
    metadata,
    Column("id", String, primary_key=True),
    #: id of the catalogue
    text_column("recording"),
    #: number of the letter that asks for it
    text_column("letter"),
    text_column("why"),
    Column("since", UtcTime, nullable=False),
    text_column("by"),
    Column("released_at", UtcTime),
    text_column("released_by"),
    text_column("release_why"),
    CheckConstraint("letter <> '' AND why <> '' AND by <> ''", name="ck_recording_hold_reason"),
    CheckConstraint(
        "(released_at IS NULL) = (released_by = '') AND (released_at IS NULL) = (release_why = '')",
        name="ck_recording_hold_released",
    ),
)
_open = condition("released_at IS NULL")
Index("ix_recording_hold_recording", recording_hold.c.recording, recording_hold.c.since)
Index("ix_recording_hold_open", recording_hold.c.since, sqlite_where=_open, postgresql_where=_open)

#: calls whose numbers and history were taken away
call_expired = Table(
    "call_expired",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
)
