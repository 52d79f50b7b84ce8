"""The tables of the audit: the chain and its stamps. Rows are only ever added: triggers refuse the rest. A change here needs
a migration.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, Table

from hotline1022.audit.types import Method
from hotline1022.db.columns import Document, DoubtfulTime, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DoubtfulTime, nullable=False),
    text_column("kind"),
    text_column("actor"),
    text_column("origin"),
    text_column("subject"),
    Column("detail", Document, nullable=False),
    text_column("prev"),
    text_column("sha256"),
    CheckConstraint("seq > 0", name="ck_audit_entry_seq"),
    CheckConstraint("length(prev) = 64 AND length(sha256) = 64", name="ck_audit_entry_hashes"),
    CheckConstraint("actor <> ''", name="ck_audit_entry_actor"),
    sqlite_with_rowid=False,
)
#: two entries cannot follow the same one
Index("ux_audit_entry_prev", audit_entry.c.prev, unique=True)
_about = condition("subject <> ''")
Index(
    "ix_audit_entry_subject",
    audit_entry.c.subject,
    audit_entry.c.seq,
    sqlite_where=_about,
    postgresql_where=_about,
)
Index("ix_audit_entry_kind", audit_entry.c.kind, audit_entry.c.seq)
Index("ix_audit_entry_actor", audit_entry.c.actor, audit_entry.c.seq)
#: what people search by, the latest first: of a kind, and of a kind by somebody
Index("ix_audit_entry_kind_at", audit_entry.c.kind, audit_entry.c.at, audit_entry.c.seq)
Index("ix_audit_entry_actor_at", audit_entry.c.kind, audit_entry.c.actor, audit_entry.c.at, audit_entry.c.seq)

audit_stamp = Table(
    "audit_stamp",
    metadata,
    Column("name", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    text_column("sha256"),
    Column("at", UtcTime, nullable=False),
    Column("method", Word(Method), nullable=False),
    text_column("proof"),
    text_column("key"),
    text_column("public_key"),
    Column("sent_to", Document, nullable=False),
    listed("method", Method, "audit_stamp"),
    CheckConstraint("seq > 0 AND length(sha256) = 64", name="ck_audit_stamp_head"),
)
Index("ix_audit_stamp_at", audit_stamp.c.at)
