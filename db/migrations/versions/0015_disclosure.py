"""What units asked for by letter, and who received it"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, Serial, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "disclosure",
        *map(_text, ("id", "state", "unit", "letter")),
        sa.Column("letter_date", sa.Date, nullable=False),
        *map(_text, ("person", "why")),
        sa.Column("recordings", Document, nullable=False),
        _text("asked_by"),
        sa.Column("asked_at", UtcTime, nullable=False),
        _text("decided_by"),
        sa.Column("decided_at", UtcTime),
        *map(_text, ("words", "package", "sha256")),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("packed_at", UtcTime),
        sa.Column("expires_at", UtcTime),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'packed', 'handed-out', 'expired', 'withdrawn')",
            name="ck_disclosure_state",
        ),
        sa.CheckConstraint("state <> 'approved' OR decided_by <> asked_by", name="ck_disclosure_two_people"),
        sa.CheckConstraint("(packed_at IS NULL) = (sha256 = '')", name="ck_disclosure_packed"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_disclosure_asked_at", "disclosure", ["asked_at"])
    op.create_table(
        "disclosure_hand_out",
        sa.Column("id", Serial, nullable=False, autoincrement=True),
        *map(_text, ("disclosure_id", "received_by", "handed_by")),
        sa.Column("at", UtcTime, nullable=False),
        _text("sha256"),
        sa.ForeignKeyConstraint(["disclosure_id"], ["disclosure.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_disclosure_hand_out_disclosure", "disclosure_hand_out", ["disclosure_id"])
