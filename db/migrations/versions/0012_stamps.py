"""Stamps of the audit's chain"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REFUSED = "stamps of the audit are never changed or taken away"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "audit_stamp",
        _text("name"),
        sa.Column("seq", sa.BigInteger, nullable=False),
        _text("sha256"),
        sa.Column("at", UtcTime, nullable=False),
        *map(_text, ("method", "proof", "key", "public_key")),
        sa.Column("sent_to", Document, nullable=False),
        sa.CheckConstraint("method IN ('tsa', 'ed25519')", name="ck_audit_stamp_method"),
        sa.CheckConstraint("seq > 0 AND length(sha256) = 64", name="ck_audit_stamp_head"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_audit_stamp_at", "audit_stamp", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_stamp_no_{what.lower()} BEFORE {what} ON audit_stamp "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_stamp_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_stamp_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_stamp "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stamp_refuse()"
    )
