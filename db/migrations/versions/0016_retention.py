"""Retention: holds on recordings, recordings that expire, calls whose time is over"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime
from hotline1022.db.migrate_lists import lengthen_list

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATES = "'spooled', 'stored', 'verified', 'damaged', 'not-recorded', 'expired'"
_STATUSES = "'stored', 'repaired', 'torn', 'empty', 'missing'"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    lengthen_list("ck_catalogue_state", "catalogue", f"state IN ({_STATES}", "expiring")
    for table in ("track", "voicemail"):
        lengthen_list(f"ck_{table}_status", table, f"status IN ({_STATUSES}", "expired")
    op.create_table(
        "recording_hold",
        *map(_text, ("id", "recording", "letter", "why")),
        sa.Column("since", UtcTime, nullable=False),
        _text("by"),
        sa.Column("released_at", UtcTime),
        *map(_text, ("released_by", "release_why")),
        sa.CheckConstraint("letter <> '' AND why <> '' AND by <> ''", name="ck_recording_hold_reason"),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by = '') AND (released_at IS NULL) = (release_why = '')",
            name="ck_recording_hold_released",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recording_hold_recording", "recording_hold", ["recording", "since"])
    open_ones = sa.text("released_at IS NULL")
    op.create_index(
        "ix_recording_hold_open", "recording_hold", ["since"], sqlite_where=open_ones, postgresql_where=open_ones
    )
    op.create_table(
        "call_expired",
        _text("call_id"),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("call_id"),
    )
