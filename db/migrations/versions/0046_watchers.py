"""Alarms: who is told of them away from the desk, how far each telling is, and limits that are changed at the desk"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None

_OPEN, _FRESH = sa.text("state <> 'over'"), sa.text("passed_at IS NULL")


def upgrade() -> None:
    """Towards the newer schema. Of alarms that were raised before, nobody is told."""
    op.add_column("alarm", sa.Column("passed_at", UtcTime))
    op.execute("UPDATE alarm SET passed_at = raised_at")
    op.create_index("ix_alarm_fresh", "alarm", ["raised_at"], sqlite_where=_FRESH, postgresql_where=_FRESH)
    op.create_table(
        "alarm_watcher",
        sa.Column("id", sa.String, primary_key=True),
        *map(_text, ("name", "account", "sms", "email")),
        sa.Column("least", sa.String),
        sa.Column("kinds", Document, nullable=False),
        sa.Column("ends", sa.Boolean, nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        _text("by"),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ended_at", UtcTime),
        _text("tried"),
        sa.CheckConstraint("least IN ('urgent', 'important', 'notice')", name="ck_alarm_watcher_least"),
        sa.CheckConstraint("version > 0", name="ck_alarm_watcher_version"),
        sa.CheckConstraint("sms <> '' OR email <> ''", name="ck_alarm_watcher_way"),
    )
    op.create_table(
        "alarm_telling",
        sa.Column("alarm", sa.String, sa.ForeignKey("alarm.id"), nullable=False),
        sa.Column("watcher", sa.String, sa.ForeignKey("alarm_watcher.id"), nullable=False),
        *map(_text, ("kind", "state")),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("told_at", UtcTime),
        _text("lead"),
        sa.PrimaryKeyConstraint("alarm", "watcher", name="pk_alarm_telling"),
        sa.CheckConstraint("state IN ('held', 'told', 'unreached', 'over')", name="ck_alarm_telling_state"),
        sa.CheckConstraint("(told_at IS NULL) = (lead = '')", name="ck_alarm_telling_told"),
    )
    op.create_index("ix_alarm_telling_open", "alarm_telling", ["watcher"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_alarm_telling_told", "alarm_telling", ["told_at"])
    op.create_table(
        "alarm_limit",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.Integer),
        _text("by"),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("version > 0 AND (value IS NULL OR value >= 0)", name="ck_alarm_limit_value"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)
