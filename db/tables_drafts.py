"""The table of what agents have typed and not made a ticket of yet. A change needs a migration."""

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from hotline1022.db.columns import Big, Document, UtcTime
from hotline1022.db.tables import metadata

#: not tied to users or calls: tokens have drafts too, and a call is typed for before the log has written it
agent_draft = Table(
    "agent_draft",
    metadata,
    Column("owner", String, primary_key=True),
    #: "" = for no call
    Column("call_id", String, primary_key=True),
    #: of the number that was typed, as tickets have it
    Column("phone_key", String, nullable=False),
    #: field → text, version, window
    Column("fields", Document, nullable=False),
    Column("version", Big, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    CheckConstraint("version > 0", name="ck_agent_draft_version"),
)
Index("ix_agent_draft_phone", agent_draft.c.phone_key)
Index("ix_agent_draft_call", agent_draft.c.call_id)
Index("ix_agent_draft_changed", agent_draft.c.changed_at)
