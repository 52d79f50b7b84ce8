"""The tables of faq/: entries, their versions, what published ones are found by, searches without an answer. A change here
needs a migration; a test compares the two.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from hotline1022.db.columns import Big, Document, Key, Serial, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata
from hotline1022.faq.types import State

faq_entry = Table(
    "faq_entry",
    metadata,
    Column("id", String, primary_key=True),
    Column("agency", String, ForeignKey("agency.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    #: who changes it must have seen this one
    Column("revision", Integer, nullable=False),
    #: numbers of versions; 0 = none
    *(Column(name, Integer, nullable=False) for name in ("published", "opened", "last")),
    CheckConstraint("revision > 0 AND last > 0 AND published <= last AND opened <= last", name="ck_faq_entry_numbers"),
)
Index("ix_faq_entry_changed", faq_entry.c.changed_at, faq_entry.c.id)
Index("ix_faq_entry_agency", faq_entry.c.agency, faq_entry.c.changed_at)

faq_version = Table(
    "faq_version",
    metadata,
    Column("entry_id", String, ForeignKey("faq_entry.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Word(State), nullable=False),
    *map(text_column, ("question", "answer", "keywords", "legal_source", "category")),
    #: the last day on which it holds
    Column("valid_to", Date),
    #: keys of who wrote it, sorted
    Column("authors", Document, nullable=False),
    text_column("written_by"),
    Column("written_at", UtcTime, nullable=False),
    text_column("proposed_by"),
    Column("proposed_at", UtcTime),
    text_column("published_by"),
    Column("published_at", UtcTime),
    text_column("ended_by"),
    Column("ended_at", UtcTime),
    text_column("why"),
    #: question, keywords and legal source, without marks and case
    text_column("search"),
    #: the question alone: an agency has it once
    text_column("folded"),
    listed("state", State, "faq_version"),
    CheckConstraint("number > 0 AND question <> '' AND answer <> ''", name="ck_faq_version_text"),
    CheckConstraint(
        "state NOT IN ('published', 'replaced') OR published_at IS NOT NULL", name="ck_faq_version_published"
    ),
    CheckConstraint("(state IN ('replaced', 'withdrawn')) = (ended_at IS NOT NULL)", name="ck_faq_version_ended"),
)
Index("ix_faq_version_folded", faq_version.c.folded)
for _name, _sql in (("published", "state = 'published'"), ("open", "state IN ('draft', 'proposed')")):
    #: an entry has one of each at most
    _one = condition(_sql)
    Index(f"ux_faq_version_{_name}", faq_version.c.entry_id, unique=True, sqlite_where=_one, postgresql_where=_one)

#: published answers that are found; the place is another one after each change
faq_find = Table(
    "faq_find",
    metadata,
    Column("place", Serial, primary_key=True, autoincrement=True),
    Column("entry_id", String, ForeignKey("faq_entry.id"), nullable=False),
    *map(text_column, ("agency", "category")),
)
Index("ux_faq_find_entry", faq_find.c.entry_id, unique=True)

#: by what: `q:` words and pairs of words of question and keywords, `a:` words of the answer too
faq_key = Table(
    "faq_key",
    metadata,
    Column("key", Key, primary_key=True),
    Column("place", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

#: searches without an answer; long numbers are left out before
faq_miss = Table(
    "faq_miss",
    metadata,
    Column("id", String, primary_key=True),
    text_column("folded"),
    #: as it was typed last
    text_column("words"),
    Column("count", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    text_column("done_by"),
    CheckConstraint("count > 0 AND folded <> ''", name="ck_faq_miss_count"),
    CheckConstraint("(done_at IS NULL) = (done_by = '')", name="ck_faq_miss_done"),
)
Index("ux_faq_miss_folded", faq_miss.c.folded, unique=True)
