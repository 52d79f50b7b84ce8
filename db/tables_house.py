"""The tables of what the house decides at its desk: reasons for a pause, deadlines and days off. A change needs a migration."""

from sqlalchemy import Boolean, CheckConstraint, Column, String, Table

from hotline1022.db.columns import Big, UtcTime
from hotline1022.db.tables import metadata

#: empty: the settings' list is in force
pause_reason = Table(
    "pause_reason",
    metadata,
    #: the digit that is keyed
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
    #: who changed it last, and when
    Column("by", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("version", Big, nullable=False),
    #: NULL = may be chosen
    Column("ended_at", UtcTime),
    CheckConstraint("length(code) = 1", name="ck_pause_reason_code"),
    CheckConstraint("name <> ''", name="ck_pause_reason_name"),
    CheckConstraint("version > 0", name="ck_pause_reason_version"),
)

#: only added to; the greatest number is in force
ticket_policy = Table(
    "ticket_policy",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=False),
    #: JSON in the form of the policy file
    Column("text", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("note", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    #: 0 = of no earlier version
    Column("again", Big, nullable=False),
    Column("from_file", Boolean, nullable=False),
    CheckConstraint("number > 0 AND again >= 0 AND again < number", name="ck_ticket_policy_number"),
    CheckConstraint("length(sha256) = 64", name="ck_ticket_policy_sha256"),
    CheckConstraint("text <> ''", name="ck_ticket_policy_text"),
)
