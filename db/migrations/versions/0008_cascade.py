"""Cascades and their steps; legs and tracks of those who are called at an agency"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime
from hotline1022.db.migrate_lists import lengthen_list

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = "'citizen', 'agent', 'emergency'"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    for table in ("leg", "track"):
        lengthen_list(f"ck_{table}_kind", table, f"kind IN ({_KINDS}", "contact")
    op.create_table(
        "cascade",
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("hunt", sa.Integer, nullable=False),
        *map(_text, ("agency", "category", "ticket", "code", "line", "origin")),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("outcome", sa.String),
        sa.Column("ended_at", UtcTime),
        _text("taken_by"),
        sa.Column("taken_at", UtcTime),
        _text("passed"),
        sa.Column("settled_at", UtcTime),
        sa.CheckConstraint("state IN ('hunting', 'introducing', 'talking', 'ended')", name="ck_cascade_state"),
        sa.CheckConstraint(
            "outcome IN ('connected', 'nobody', 'taken-back', 'back', 'dropped', 'lost')", name="ck_cascade_outcome"
        ),
        sa.CheckConstraint("(state = 'ended') = (outcome IS NOT NULL)", name="ck_cascade_ended"),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ck_cascade_ended_at"),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by = '')", name="ck_cascade_taken"),
        sa.CheckConstraint("hunt > 0", name="ck_cascade_hunt"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        sa.PrimaryKeyConstraint("call_id", "hunt"),
    )
    op.create_index("ix_cascade_started", "cascade", ["started_at"])
    op.create_index("ix_cascade_agency", "cascade", ["agency", "started_at"])
    waiting = sa.text("state = 'ended' AND settled_at IS NULL")
    op.create_index("ix_cascade_unsettled", "cascade", ["ended_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "cascade_step",
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("hunt", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *map(_text, ("role", "contact", "which", "dialled")),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.Column("taken_at", UtcTime),
        sa.Column("ended_at", UtcTime),
        sa.Column("outcome", sa.String),
        sa.Column("cause", sa.Integer),
        _text("channel"),
        sa.CheckConstraint(
            "outcome IN ('taken', 'busy', 'no-answer', 'refused', 'unreachable', 'not-confirmed', 'number-missing', "
            "'trunk-full', 'outside-hours', 'cancelled', 'hung-up', 'lost')",
            name="ck_cascade_step_outcome",
        ),
        sa.CheckConstraint("number > 0", name="ck_cascade_step_number"),
        sa.ForeignKeyConstraint(["call_id", "hunt"], ["cascade.call_id", "cascade.hunt"]),
        sa.PrimaryKeyConstraint("call_id", "hunt", "number"),
    )
