"""Agencies, areas, categories, contact points"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Big, Document, Serial, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _tree(table: str, *more: sa.Column[Any] | sa.Constraint, kinds: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        *([sa.Column("short", sa.String, nullable=False)] if table == "agency" else []),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("parent", sa.String),
        sa.Column("successor", sa.String),
        *_times(table),
        *more,
        sa.CheckConstraint(f"kind IN ({kinds})", name=f"ck_{table}_kind"),
        sa.CheckConstraint("parent <> id", name=f"ck_{table}_parent"),
        sa.CheckConstraint(
            "successor IS NULL OR (valid_to IS NOT NULL AND successor <> id)", name=f"ck_{table}_successor"
        ),
        sa.ForeignKeyConstraint(["parent"], [f"{table}.id"], deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["successor"], [f"{table}.id"], deferrable=True, initially="DEFERRED"),
        sa.PrimaryKeyConstraint("id"),
    )


def _times(table: str) -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name=f"ck_{table}_times"
        ),
    )


def upgrade() -> None:
    """Towards the newer schema."""
    _tree(
        "agency",
        sa.Column("code", sa.Integer),
        sa.Column("hours", sa.String, nullable=False),
        sa.Column("hunt", Document, nullable=False),
        sa.CheckConstraint("code BETWEEN 700 AND 799", name="ck_agency_code"),
        kinds="'province', 'department', 'police', 'committee', 'district', 'town', 'city', 'commune', 'ward', "
        "'public-service', 'emergency', 'hotline'",
    )
    coded = sa.text("code IS NOT NULL")
    op.create_index("ux_agency_code", "agency", ["code"], unique=True, sqlite_where=coded, postgresql_where=coded)
    _tree("area", kinds="'province', 'city', 'town', 'district', 'township', 'ward', 'commune', 'quarter'")
    op.create_table(
        "category",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("agency", sa.String, nullable=False),
        *_times("category"),
        sa.ForeignKeyConstraint(["agency"], ["agency.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "category_area",
        sa.Column("category", sa.String, nullable=False),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("agency", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["category"], ["category.id"]),
        sa.ForeignKeyConstraint(["area"], ["area.id"]),
        sa.ForeignKeyConstraint(["agency"], ["agency.id"]),
        sa.PrimaryKeyConstraint("category", "area"),
    )
    texts = ("name", "office", "mobile", "sms", "email", "hours")
    op.create_table(
        "contact_point",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("agency", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        sa.Column("order", sa.Integer, nullable=False),
        *_times("contact_point"),
        sa.Column("letter", sa.String, nullable=False),
        sa.Column("letter_date", sa.Date),
        sa.CheckConstraint("role IN ('specialist', 'leader')", name="ck_contact_point_role"),
        sa.CheckConstraint("mobile = '' OR mobile LIKE '+%'", name="ck_contact_point_mobile"),
        sa.CheckConstraint("sms = '' OR sms LIKE '+%'", name="ck_contact_point_sms"),
        sa.CheckConstraint("letter_date IS NULL OR letter <> ''", name="ck_contact_point_letter"),
        sa.ForeignKeyConstraint(["agency"], ["agency.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_point_agency", "contact_point", ["agency"])
    op.create_table(
        "directory_version",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", Big, nullable=False),
        sa.CheckConstraint("id = 1", name="ck_directory_version_one"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "directory_change",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("thing", sa.String, nullable=False),
        sa.Column("before", Document, nullable=False),
        sa.Column("after", Document, nullable=False),
        sa.CheckConstraint("what IN ('agency', 'area', 'category', 'contact')", name="ck_directory_change_what"),
        sa.CheckConstraint("by <> ''", name="ck_directory_change_by"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_directory_change_thing", "directory_change", ["what", "thing", "id"])
