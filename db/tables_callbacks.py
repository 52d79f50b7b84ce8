"""The table of citizens whom agents called back. A change needs a migration. No number is in it: the call has it."""

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from hotline1022.core.callbacks import CallbackWhat
from hotline1022.core.outcomes import Reason
from hotline1022.db.columns import UtcTime, Word, condition, listed
from hotline1022.db.tables import metadata

#: not tied to calls: it is written before the phone rings
callback = Table(
    "callback",
    metadata,
    Column("call", String, primary_key=True),
    Column("what", Word(CallbackWhat), nullable=False),
    Column("target", String, nullable=False),
    Column("line", String, nullable=False),
    Column("person", String, nullable=False),
    Column("name", String, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("reason", Word(Reason)),
    listed("what", CallbackWhat, "callback"),
    CheckConstraint("reason IS NULL OR ended_at IS NOT NULL", name="ck_callback_ended"),
)
_open = condition("ended_at IS NULL")
# one agent at a time calls her, and one line calls one citizen at a time
Index("ux_callback_target", callback.c.what, callback.c.target, unique=True, sqlite_where=_open, postgresql_where=_open)
Index("ux_callback_line", callback.c.line, unique=True, sqlite_where=_open, postgresql_where=_open)
Index("ix_callback_target", callback.c.what, callback.c.target, callback.c.asked_at)
