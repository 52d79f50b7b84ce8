"""The tables of cascades: each hunt of a call with its steps. A change here needs a migration; a test compares the two."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table

from hotline1022.core.cascade import Outcome, State, StepOutcome
from hotline1022.db.columns import UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata

cascade = Table(
    "cascade",
    metadata,
    Column("call_id", String, ForeignKey("call.id"), primary_key=True),
    Column("hunt", Integer, primary_key=True),
    text_column("agency"),
    text_column("category"),
    text_column("ticket"),
    text_column("code"),
    text_column("line"),
    text_column("origin"),
    Column("started_at", UtcTime, nullable=False),
    Column("state", Word(State), nullable=False),
    Column("outcome", Word(Outcome)),
    Column("ended_at", UtcTime),
    #: contact and time of who took the citizen last; "" and NULL for nobody
    text_column("taken_by"),
    Column("taken_at", UtcTime),
    text_column("passed"),
    #: its ticket and messages have been seen to
    Column("settled_at", UtcTime),
    listed("state", State, "cascade"),
    listed("outcome", Outcome, "cascade"),
    CheckConstraint("(state = 'ended') = (outcome IS NOT NULL)", name="ck_cascade_ended"),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ck_cascade_ended_at"),
    CheckConstraint("(taken_at IS NULL) = (taken_by = '')", name="ck_cascade_taken"),
    CheckConstraint("hunt > 0", name="ck_cascade_hunt"),
)
Index("ix_cascade_started", cascade.c.started_at)
Index("ix_cascade_agency", cascade.c.agency, cascade.c.started_at)
_under_way = condition("state <> 'ended'")
Index("ix_cascade_under_way", cascade.c.started_at, sqlite_where=_under_way, postgresql_where=_under_way)
_waiting = condition("state = 'ended' AND settled_at IS NULL")
Index("ix_cascade_unsettled", cascade.c.ended_at, sqlite_where=_waiting, postgresql_where=_waiting)

cascade_step = Table(
    "cascade_step",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("hunt", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    text_column("role"),
    text_column("contact"),
    text_column("which"),
    text_column("dialled"),
    Column("started_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("taken_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("outcome", Word(StepOutcome)),
    #: Q.850 cause of the called leg's own end
    Column("cause", Integer),
    text_column("channel"),
    ForeignKeyConstraint(["call_id", "hunt"], ["cascade.call_id", "cascade.hunt"]),
    listed("outcome", StepOutcome, "cascade_step"),
    CheckConstraint("number > 0", name="ck_cascade_step_number"),
)
