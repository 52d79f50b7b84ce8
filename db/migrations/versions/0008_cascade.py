"""Cascades and their steps; legs and tracks of those who are called at an agency"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = "'citizen', 'agent', 'emergency'"


def _one_more_kind(table: str) -> None:
    """The closed list of kinds gets a word more. SQLite cannot alter a CHECK: it wants the text of the table changed."""
    name, old, new = f"ck_{table}_kind", f"kind IN ({_KINDS})", f"kind IN ({_KINDS}, 'contact')"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, new)
        return
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    done = connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name AND instr(sql, :old)"
        ),
        {"old": old, "new": new, "name": table},
    )
    if done.rowcount != 1:
        raise RuntimeError(f"table {table} has no CHECK ({old})")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    for table in ("leg", "track"):
        _one_more_kind(table)
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
