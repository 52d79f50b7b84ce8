"""The catalogue of recordings: states, what they are found by; when a disk was full"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from hotline1022.db.columns import Big, Document, Serial, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _place() -> sa.Column[int]:
    return sa.Column("place", Big, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Towards the newer schema. The rows of calls that are there are made by the service, in portions."""
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "catalogue",
        _place(),
        *map(_text, ("id", "call_id")),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        *map(_number, ("duration_ms", "bytes", "tracks")),
        _text("codec"),
        *map(_number, ("gap_ms", "lost_ms")),
        *map(_text, ("state", "why")),
        sa.Column("held", sa.Boolean, nullable=False),
        *map(_text, ("kind", "caller")),
        sa.Column("about", Document, nullable=False),
        sa.Column("verified_at", UtcTime),
        sa.CheckConstraint(
            "state IN ('spooled', 'stored', 'verified', 'damaged', 'not-recorded', 'expired')",
            name="ck_catalogue_state",
        ),
        sa.CheckConstraint("kind IN ('emergency', 'ticket-open', 'ordinary')", name="ck_catalogue_kind"),
        sa.CheckConstraint("(state = 'not-recorded') = (why <> '')", name="ck_catalogue_why"),
        sa.CheckConstraint("state <> 'verified' OR verified_at IS NOT NULL", name="ck_catalogue_verified"),
        sa.CheckConstraint("state <> 'expired' OR NOT held", name="ck_catalogue_held"),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_index("ux_catalogue_id", "catalogue", ["id"], unique=True)
    op.create_index("ux_catalogue_call", "catalogue", ["call_id"], unique=True)
    op.create_index("ix_catalogue_state", "catalogue", ["state", "place"])
    op.create_index("ix_catalogue_kind", "catalogue", ["kind", "place"])
    op.create_index("ix_catalogue_duration", "catalogue", ["duration_ms"])
    held = sa.text("held")
    op.create_index("ix_catalogue_held", "catalogue", ["place"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "catalogue_key",
        sa.Column("key", sa.String(collation="C" if postgres else None), nullable=False),
        _place(),
        sa.PrimaryKeyConstraint("key", "place"),
        sqlite_with_rowid=False,
    )
    keys = postgresql.ARRAY(sa.String(collation="C")) if postgres else sa.String()
    op.create_table(
        "catalogue_word", _place(), sa.Column("keys", keys, nullable=False), sa.PrimaryKeyConstraint("place")
    )
    if postgres:
        op.create_index(
            "ix_catalogue_word_keys",
            "catalogue_word",
            ["keys"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.create_table(
        "disk_full_span",
        sa.Column("id", Serial, nullable=False, autoincrement=True),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("until", UtcTime),
        sa.PrimaryKeyConstraint("id"),
    )
    now = sa.text("until IS NULL")
    op.create_index("ix_disk_full_span_open", "disk_full_span", ["since"], sqlite_where=now, postgresql_where=now)
