"""The tables of who is told of alarms away from the desk. A change needs a migration; a test compares the two."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table

from hotline1022.core.watching import Severity, TellingState
from hotline1022.db.columns import Document, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import alarm, metadata

alarm_watcher = Table(
    "alarm_watcher",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    #: no foreign key: who was told stays readable when the account is gone
    text_column("account"),
    text_column("sms"),
    text_column("email"),
    Column("least", Word(Severity)),
    Column("kinds", Document, nullable=False),
    Column("ends", Boolean, nullable=False),
    Column("since", UtcTime, nullable=False),
    text_column("by"),
    Column("at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("ended_at", UtcTime),
    text_column("tried"),
    listed("least", Severity, "alarm_watcher"),
    CheckConstraint("version > 0", name="ck_alarm_watcher_version"),
    CheckConstraint("sms <> '' OR email <> ''", name="ck_alarm_watcher_way"),
)

alarm_telling = Table(
    "alarm_telling",
    metadata,
    Column("alarm", String, ForeignKey("alarm.id"), nullable=False),
    Column("watcher", String, ForeignKey("alarm_watcher.id"), nullable=False),
    text_column("kind"),
    Column("state", Word(TellingState), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("told_at", UtcTime),
    text_column("lead"),
    #: the same alarm is told to the same person once, whoever tells
    PrimaryKeyConstraint("alarm", "watcher", name="pk_alarm_telling"),
    listed("state", TellingState, "alarm_telling"),
    CheckConstraint("(told_at IS NULL) = (lead = '')", name="ck_alarm_telling_told"),
)
_open = condition("state <> 'over'")
Index("ix_alarm_telling_open", alarm_telling.c.watcher, sqlite_where=_open, postgresql_where=_open)
Index("ix_alarm_telling_told", alarm_telling.c.told_at)
_fresh = condition("passed_at IS NULL")
Index("ix_alarm_fresh", alarm.c.raised_at, sqlite_where=_fresh, postgresql_where=_fresh)
