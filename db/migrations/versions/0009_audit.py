"""The audit's chain: entries that are only ever added"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_REFUSED = "entries of the audit are never changed or taken away"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", UtcTime, nullable=False),
        *map(_text, ("kind", "actor", "origin", "subject")),
        sa.Column("detail", Document, nullable=False),
        *map(_text, ("prev", "sha256")),
        sa.CheckConstraint("seq > 0", name="ck_audit_entry_seq"),
        sa.CheckConstraint("length(prev) = 64 AND length(sha256) = 64", name="ck_audit_entry_hashes"),
        sa.CheckConstraint("actor <> ''", name="ck_audit_entry_actor"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ux_audit_entry_prev", "audit_entry", ["prev"], unique=True)
    about = sa.text("subject <> ''")
    op.create_index(
        "ix_audit_entry_subject", "audit_entry", ["subject", "seq"], sqlite_where=about, postgresql_where=about
    )
    op.create_index("ix_audit_entry_kind", "audit_entry", ["kind", "seq"])
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{what.lower()} BEFORE {what} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
    )
