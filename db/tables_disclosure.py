"""The tables of disclosure: what units asked for, and who received it. A change needs a migration."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, String, Table

from hotline1022.db.columns import Big, Document, DoubtfulTime, Serial, UtcTime, Word, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.evidence.types import State

disclosure = Table(
    "disclosure",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", Word(State), nullable=False),
    *map(text_column, ("unit", "letter")),
    Column("letter_date", Date, nullable=False),
    *map(text_column, ("person", "why")),
    Column("recordings", Document, nullable=False),
    text_column("asked_by"),
    Column("asked_at", UtcTime, nullable=False),
    text_column("decided_by"),
    Column("decided_at", UtcTime),
    *map(text_column, ("words", "package", "sha256")),
    Column("bytes", Big, nullable=False),
    Column("packed_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("parts", Document, nullable=False, server_default="[]"),
    Column("revision", Big, nullable=False, server_default="1"),
    listed("state", State, "disclosure"),
    CheckConstraint("state <> 'approved' OR decided_by <> asked_by", name="ck_disclosure_two_people"),
    CheckConstraint("(packed_at IS NULL) = (sha256 = '')", name="ck_disclosure_packed"),
)
Index("ix_disclosure_asked_at", disclosure.c.asked_at)
Index("ix_disclosure_state", disclosure.c.state, disclosure.c.asked_at)

disclosure_hand_out = Table(
    "disclosure_hand_out",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("disclosure_id", String, ForeignKey("disclosure.id"), nullable=False),
    *map(text_column, ("received_by", "handed_by")),
    Column("at", DoubtfulTime, nullable=False),
    text_column("sha256"),
)
Index("ix_disclosure_hand_out_disclosure", disclosure_hand_out.c.disclosure_id)

download_link = Table(
    "download_link",
    metadata,
    Column("id", String, primary_key=True),
    Column("disclosure_id", String, ForeignKey("disclosure.id"), nullable=False),
    *map(text_column, ("key_sha256", "received_by", "made_by")),
    Column("made_at", DoubtfulTime, nullable=False),
    Column("expires_at", DoubtfulTime, nullable=False),
    Column("budget", Big, nullable=False),
    Column("sent", Big, nullable=False),
    Column("ended_at", DoubtfulTime),
    CheckConstraint("sent >= 0 AND sent <= budget", name="ck_download_link_budget"),
)
Index("ux_download_link_key", download_link.c.key_sha256, unique=True)
Index("ix_download_link_disclosure", download_link.c.disclosure_id)
