"""The tables of the menu: every version that was put in force, and the draft. A change here needs a migration."""

from sqlalchemy import Boolean, CheckConstraint, Column, String, Table

from hotline1022.db.columns import Big, UtcTime
from hotline1022.db.tables import metadata

#: only added to; the greatest number is in force
menu_version = Table(
    "menu_version",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("text", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("note", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    #: 0 = of no earlier version
    Column("again", Big, nullable=False),
    Column("from_file", Boolean, nullable=False),
    CheckConstraint("number > 0 AND again >= 0 AND again < number", name="ck_menu_version_number"),
    CheckConstraint("length(sha256) = 64", name="ck_menu_version_sha256"),
    CheckConstraint("text <> ''", name="ck_menu_version_text"),
)

#: at most one
menu_draft = Table(
    "menu_draft",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("text", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("revision", Big, nullable=False),
    Column("base", Big, nullable=False, server_default="0"),
    Column("note", String, nullable=False, server_default=""),
    CheckConstraint("id = 1", name="ck_menu_draft_one"),
)
