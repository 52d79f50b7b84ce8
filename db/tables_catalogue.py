"""The tables of the catalogue of recordings: one row a call that should have one, and by what it is found.

Three tables, because a state changes often and what a recording is found by seldom. A change here needs a migration.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Table

from hotline1022.db.columns import Big, Document, Key, Keys, Serial, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.recordings.types import CallKind, State

catalogue = Table(
    "catalogue",
    metadata,
    #: later recordings have greater places: the order of every list, and what a page's cursor is
    Column("place", Big, primary_key=True, autoincrement=False),
    text_column("id"),
    text_column("call_id"),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    *(Column(name, Big, nullable=False) for name in ("duration_ms", "bytes", "tracks")),
    text_column("codec"),
    *(Column(name, Big, nullable=False) for name in ("gap_ms", "lost_ms")),
    Column("state", Word(State), nullable=False),
    #: why it was not recorded
    text_column("why"),
    Column("held", Boolean, nullable=False),
    Column("kind", Word(CallKind), nullable=False),
    text_column("caller"),
    #: persons, lines, agencies, categories, ticket codes
    Column("about", Document, nullable=False),
    Column("verified_at", UtcTime),
    listed("state", State, "catalogue"),
    listed("kind", CallKind, "catalogue"),
    CheckConstraint("(state = 'not-recorded') = (why <> '')", name="ck_catalogue_why"),
    CheckConstraint("state <> 'verified' OR verified_at IS NOT NULL", name="ck_catalogue_verified"),
    CheckConstraint("state <> 'expired' OR NOT held", name="ck_catalogue_held"),
)
Index("ux_catalogue_id", catalogue.c.id, unique=True)
Index("ux_catalogue_call", catalogue.c.call_id, unique=True)
for _column in (catalogue.c.state, catalogue.c.kind):
    Index(f"ix_catalogue_{_column.name}", _column, catalogue.c.place)
Index("ix_catalogue_duration", catalogue.c.duration_ms)
_held = condition("held")
Index("ix_catalogue_held", catalogue.c.place, sqlite_where=_held, postgresql_where=_held)

#: what few recordings share with each other, newest last: numbers, people, lines, agencies, categories, ticket codes
catalogue_key = Table(
    "catalogue_key",
    metadata,
    Column("key", Key, primary_key=True),
    Column("place", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

#: all keys of a recording, words of its tickets too
catalogue_word = Table(
    "catalogue_word",
    metadata,
    Column("place", Big, primary_key=True, autoincrement=False),
    Column("keys", Keys, nullable=False),
)
Index(
    "ix_catalogue_word_keys",
    catalogue_word.c["keys"],
    postgresql_using="gin",
    # a list of what waits to be sorted in would be read through by every search
    postgresql_with={"fastupdate": "off"},
).ddl_if(dialect="postgresql")

#: when a disk that calls are written to had no room at all; open while it has none
disk_full_span = Table(
    "disk_full_span",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime),
)
_now = condition("until IS NULL")
Index("ix_disk_full_span_open", disk_full_span.c.since, sqlite_where=_now, postgresql_where=_now)
