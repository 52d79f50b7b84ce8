"""The tables of what the house decides at the desk in place of its settings file: texts of messages, times of keeping. Rows are
only added. A change here needs a migration.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, String, Table

from hotline1022.db.columns import Big, UtcTime, Word, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.notify.types import Encoding, MessageClass

#: of each message the greatest number is in force
template_version = Table(
    "template_version",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", Big, primary_key=True, autoincrement=False),
    text_column("subject"),
    text_column("text"),
    Column("encoding", Word(Encoding), nullable=False),
    Column("message_class", Word(MessageClass), nullable=False),
    Column("parts", Integer, nullable=False),
    text_column("note"),
    text_column("by"),
    Column("at", UtcTime, nullable=False),
    #: 0 = of no earlier version
    Column("again", Big, nullable=False),
    Column("from_file", Boolean, nullable=False),
    listed("encoding", Encoding, "template_version"),
    listed("message_class", MessageClass, "template_version"),
    CheckConstraint("number > 0 AND again >= 0 AND again < number", name="ck_template_version_number"),
    CheckConstraint("parts > 0 AND text <> ''", name="ck_template_version_text"),
)

#: how long recordings and calls are kept; the greatest number is in force
terms_version = Table(
    "terms_version",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("ordinary_days", Integer, nullable=False),
    Column("emergency_days", Integer, nullable=False),
    Column("calls_days", Integer, nullable=False),
    Column("calls_emergency_days", Integer, nullable=False),
    text_column("why"),
    text_column("by"),
    Column("at", UtcTime, nullable=False),
    Column("from_file", Boolean, nullable=False),
    CheckConstraint("number > 0", name="ck_terms_version_number"),
    CheckConstraint(
        "ordinary_days >= 0 AND emergency_days >= 0 AND calls_days >= 0 AND calls_emergency_days >= 0",
        name="ck_terms_version_days",
    ),
)
