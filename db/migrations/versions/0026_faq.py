"""Questions and answers of the agencies, and searches without an answer"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, Serial, UtcTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "faq_entry",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("agency", sa.String, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        *map(_number, ("revision", "published", "opened", "last")),
        sa.CheckConstraint(
            "revision > 0 AND last > 0 AND published <= last AND opened <= last", name="ck_faq_entry_numbers"
        ),
    )
    op.create_index("ix_faq_entry_changed", "faq_entry", ["changed_at", "id"])
    op.create_index("ix_faq_entry_agency", "faq_entry", ["agency", "changed_at"])
    op.create_table(
        "faq_version",
        sa.Column("entry_id", sa.String, sa.ForeignKey("faq_entry.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _text("state"),
        *map(_text, ("question", "answer", "keywords", "legal_source", "category")),
        sa.Column("valid_to", sa.Date),
        sa.Column("authors", Document, nullable=False),
        _text("written_by"),
        sa.Column("written_at", UtcTime, nullable=False),
        _text("proposed_by"),
        sa.Column("proposed_at", UtcTime),
        _text("published_by"),
        sa.Column("published_at", UtcTime),
        _text("ended_by"),
        sa.Column("ended_at", UtcTime),
        *map(_text, ("why", "search", "folded")),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'published', 'replaced', 'withdrawn')", name="ck_faq_version_state"
        ),
        sa.CheckConstraint("number > 0 AND question <> '' AND answer <> ''", name="ck_faq_version_text"),
        sa.CheckConstraint(
            "state NOT IN ('published', 'replaced') OR published_at IS NOT NULL", name="ck_faq_version_published"
        ),
        sa.CheckConstraint(
            "(state IN ('replaced', 'withdrawn')) = (ended_at IS NOT NULL)", name="ck_faq_version_ended"
        ),
    )
    op.create_index("ix_faq_version_folded", "faq_version", ["folded"])
    for name, sql in (("published", "state = 'published'"), ("open", "state IN ('draft', 'proposed')")):
        one = sa.text(sql)
        op.create_index(
            f"ux_faq_version_{name}",
            "faq_version",
            ["entry_id"],
            unique=True,
            sqlite_where=one,
            postgresql_where=one,
        )
    op.create_table(
        "faq_find",
        sa.Column("place", Serial, primary_key=True, autoincrement=True),
        sa.Column("entry_id", sa.String, sa.ForeignKey("faq_entry.id"), nullable=False),
        *map(_text, ("agency", "category")),
    )
    op.create_index("ux_faq_find_entry", "faq_find", ["entry_id"], unique=True)
    op.create_table(
        "faq_key",
        sa.Column("key", sa.String(collation="C" if postgres else None), nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("key", "place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "faq_miss",
        sa.Column("id", sa.String, primary_key=True),
        *map(_text, ("folded", "words")),
        _number("count"),
        sa.Column("first_at", UtcTime, nullable=False),
        sa.Column("last_at", UtcTime, nullable=False),
        sa.Column("done_at", UtcTime),
        _text("done_by"),
        sa.CheckConstraint("count > 0 AND folded <> ''", name="ck_faq_miss_count"),
        sa.CheckConstraint("(done_at IS NULL) = (done_by = '')", name="ck_faq_miss_done"),
    )
    op.create_index("ux_faq_miss_folded", "faq_miss", ["folded"], unique=True)
