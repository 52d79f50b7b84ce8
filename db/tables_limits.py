"""The table of limits of alarms that were changed at the desk. A change needs a migration; a test compares the two."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from hotline1022.db.columns import UtcTime, text_column
from hotline1022.db.tables import metadata

alarm_limit = Table(
    "alarm_limit",
    metadata,
    #: key of the settings' file
    Column("key", String, primary_key=True),
    #: NULL = the settings' file leads again
    Column("value", Integer),
    text_column("by"),
    Column("at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("version > 0 AND (value IS NULL OR value >= 0)", name="ck_alarm_limit_value"),
)
