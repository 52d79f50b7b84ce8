"""The tables of directory/: agencies, areas, categories, contact points. A change here needs a migration; a test compares the two.

Nothing is ever deleted: what ends has an end, and what was otherwise before is in `directory_change`. References among
agencies and among areas are looked at when the transaction ends, so that a tree may be written in any order.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from hotline1022.db.columns import Big, Document, Serial, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.directory.types import AgencyKind, AreaKind, Role, What


def _other(name: str, table: str) -> Column[str]:
    """A reference within the same table."""
    return Column(name, String, ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED"))


def _times(table: str) -> tuple[Column[object], Column[object], CheckConstraint]:
    return (
        Column("valid_from", Date),
        Column("valid_to", Date),
        CheckConstraint("valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name=f"ck_{table}_times"),
    )


def _successor(table: str) -> CheckConstraint:
    return CheckConstraint(
        "successor IS NULL OR (valid_to IS NOT NULL AND successor <> id)", name=f"ck_{table}_successor"
    )


agency = Table(
    "agency",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    text_column("short"),
    Column("kind", Word(AgencyKind), nullable=False),
    _other("parent", "agency"),
    _other("successor", "agency"),
    *_times("agency"),
    Column("code", Integer),
    text_column("hours"),
    #: texts such as `specialist.office 20`; [] = that of the agency above
    Column("hunt", Document, nullable=False),
    listed("kind", AgencyKind, "agency"),
    CheckConstraint("code BETWEEN 700 AND 799", name="ck_agency_code"),
    CheckConstraint("parent <> id", name="ck_agency_parent"),
    _successor("agency"),
)
_coded = condition("code IS NOT NULL")
Index("ux_agency_code", agency.c.code, unique=True, sqlite_where=_coded, postgresql_where=_coded)

area = Table(
    "area",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    Column("kind", Word(AreaKind), nullable=False),
    _other("parent", "area"),
    _other("successor", "area"),
    *_times("area"),
    listed("kind", AreaKind, "area"),
    CheckConstraint("parent <> id", name="ck_area_parent"),
    _successor("area"),
)

category = Table(
    "category",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    Column("urgent", Boolean, nullable=False),
    Column("agency", String, ForeignKey("agency.id"), nullable=False),
    *_times("category"),
)
category_area = Table(
    "category_area",
    metadata,
    Column("category", String, ForeignKey("category.id"), primary_key=True),
    Column("area", String, ForeignKey("area.id"), primary_key=True),
    Column("agency", String, ForeignKey("agency.id"), nullable=False),
)

contact_point = Table(
    "contact_point",
    metadata,
    Column("id", String, primary_key=True),
    Column("agency", String, ForeignKey("agency.id"), nullable=False),
    Column("role", Word(Role), nullable=False),
    text_column("name"),
    text_column("office"),
    text_column("mobile"),
    text_column("sms"),
    text_column("email"),
    text_column("hours"),
    Column("order", Integer, nullable=False),
    *_times("contact_point"),
    text_column("letter"),
    Column("letter_date", Date),
    listed("role", Role, "contact_point"),
    CheckConstraint("mobile = '' OR mobile LIKE '+%'", name="ck_contact_point_mobile"),
    CheckConstraint("sms = '' OR sms LIKE '+%'", name="ck_contact_point_sms"),
    CheckConstraint("letter_date IS NULL OR letter <> ''", name="ck_contact_point_letter"),
)
Index("ix_contact_point_agency", contact_point.c.agency)

#: one row: how often the directory was changed
directory_version = Table(
    "directory_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Big, nullable=False),
    CheckConstraint("id = 1", name="ck_directory_version_one"),
)

directory_change = Table(
    "directory_change",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    text_column("by"),
    Column("what", Word(What), nullable=False),
    text_column("thing"),
    #: {} = it was new
    Column("before", Document, nullable=False),
    Column("after", Document, nullable=False),
    listed("what", What, "directory_change"),
    CheckConstraint("by <> ''", name="ck_directory_change_by"),
)
Index("ix_directory_change_thing", directory_change.c.what, directory_change.c.thing, directory_change.c.id)

#: scans of the letters that justify changes; the files are beside those of tickets
directory_letter = Table(
    "directory_letter",
    metadata,
    Column("id", String, primary_key=True),
    Column("change", Big, ForeignKey("directory_change.id"), nullable=False),
    text_column("name"),
    text_column("media_type"),
    Column("size", Big, nullable=False),
    text_column("sha256"),
    text_column("path"),
    Column("stored_at", UtcTime, nullable=False),
    text_column("stored_by"),
    CheckConstraint("length(sha256) = 64 AND path <> '' AND size > 0", name="ck_directory_letter_file"),
    CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_directory_letter_path"),
    CheckConstraint("stored_by <> ''", name="ck_directory_letter_by"),
)
Index("ix_directory_letter_change", directory_letter.c.change)
Index("ux_directory_letter_path", directory_letter.c.path, unique=True)
