"""The table of copies in the cache: what was made once, so that made again it can be compared. A change needs a migration."""

from sqlalchemy import CheckConstraint, Column, String, Table

from hotline1022.db.columns import Big, UtcTime, Word, listed
from hotline1022.db.tables import metadata
from hotline1022.recordings.types import CopyKind

derived_copy = Table(
    "derived_copy",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("kind", Word(CopyKind), primary_key=True),
    #: who is heard in it alone, as recordings.types.DerivedRow has it; "" = all
    Column("speakers", String, primary_key=True, server_default=""),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("bytes", Big, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    listed("kind", CopyKind, "derived_copy"),
    CheckConstraint("name <> '' AND length(sha256) = 64", name="ck_derived_copy_file"),
    sqlite_with_rowid=False,
)
