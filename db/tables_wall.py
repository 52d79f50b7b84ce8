"""The table of addresses for televisions. A change needs a migration. The key of an address is a hash: a dump opens none."""

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from hotline1022.db.columns import UtcTime, condition
from hotline1022.db.tables import metadata

wallboard = Table(
    "wallboard",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("made_by", String, nullable=False),
    Column("revoked_at", UtcTime),
    CheckConstraint("length(sha256) = 64", name="ck_wallboard_sha256"),
    CheckConstraint("name <> ''", name="ck_wallboard_name"),
)
Index("ux_wallboard_sha256", wallboard.c.sha256, unique=True)
_open = condition("revoked_at IS NULL")
Index("ux_wallboard_name", wallboard.c.name, unique=True, sqlite_where=_open, postgresql_where=_open)
