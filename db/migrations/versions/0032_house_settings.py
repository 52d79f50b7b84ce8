"""Texts of messages and times of keeping, decided at the desk"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_DAYS = ("ordinary_days", "emergency_days", "calls_days", "calls_emergency_days")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "template_version",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *map(_text, ("subject", "text", "encoding", "message_class")),
        sa.Column("parts", sa.Integer, nullable=False),
        *map(_text, ("note", "by")),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("again", sa.BigInteger, nullable=False),
        sa.Column("from_file", sa.Boolean, nullable=False),
        sa.CheckConstraint("encoding IN ('gsm7', 'ucs2', '')", name="ck_template_version_encoding"),
        sa.CheckConstraint("message_class IN ('care', 'advertising')", name="ck_template_version_message_class"),
        sa.CheckConstraint("number > 0 AND again >= 0 AND again < number", name="ck_template_version_number"),
        sa.CheckConstraint("parts > 0 AND text <> ''", name="ck_template_version_text"),
    )
    op.create_table(
        "terms_version",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _DAYS),
        *map(_text, ("why", "by")),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("from_file", sa.Boolean, nullable=False),
        sa.CheckConstraint("number > 0", name="ck_terms_version_number"),
        sa.CheckConstraint(
            "ordinary_days >= 0 AND emergency_days >= 0 AND calls_days >= 0 AND calls_emergency_days >= 0",
            name="ck_terms_version_days",
        ),
    )
