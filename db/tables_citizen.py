"""The tables of personal data: who asked for whose data to go, which rows were one person's, which notice was in force when.
A change here needs a migration.

No number is kept: a request has a proof by which the typed number is known again, and a pseudonym made by chance.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from hotline1022.db.columns import Document, UtcTime, Word, listed, text_column
from hotline1022.db.tables import metadata


class AliasKind(StrEnum):
    """What a pseudonym joins."""

    CALL = "call"
    TICKET = "ticket"
    MESSAGE = "message"
    SMS = "sms"


citizen_erasure = Table(
    "citizen_erasure",
    metadata,
    Column("id", String, primary_key=True),
    text_column("pseudonym"),
    #: salt and scrypt of the number, hexadecimal; "" when it was carried out
    text_column("proof"),
    text_column("reason"),
    Column("requested_at", UtcTime, nullable=False),
    text_column("requested_by"),
    Column("confirmed_at", UtcTime),
    text_column("confirmed_by"),
    Column("done_at", UtcTime),
    #: files that go last: folder and name
    Column("files", Document, nullable=False),
    #: what has gone so far: of each part how many, or their ids where they may be met again (db/citizen_requests.py)
    Column("gone", Document, nullable=False, server_default="{}"),
    #: when something of it went last, or when it was taken up
    Column("moved_at", UtcTime),
    #: id of the alarm that rang because it stands broken off; "" = none
    Column("alarm", String, nullable=False, server_default=""),
    CheckConstraint("reason <> '' AND pseudonym <> ''", name="ck_citizen_erasure_reason"),
    CheckConstraint("(confirmed_at IS NULL) = (confirmed_by = '')", name="ck_citizen_erasure_confirmed"),
    CheckConstraint("done_at IS NULL OR confirmed_at IS NOT NULL", name="ck_citizen_erasure_done"),
)
Index("ux_citizen_erasure_pseudonym", citizen_erasure.c.pseudonym, unique=True)

#: the calls, tickets and messages of one pseudonym belong together still: for figures
citizen_alias = Table(
    "citizen_alias",
    metadata,
    Column("kind", Word(AliasKind), primary_key=True),
    Column("subject", String, primary_key=True),
    text_column("pseudonym"),
    listed("kind", AliasKind, "citizen_alias"),
)
Index("ix_citizen_alias_pseudonym", citizen_alias.c.pseudonym)

#: the recording notice that citizens heard from then on: SHA-256 of its sound
notice_version = Table(
    "notice_version",
    metadata,
    Column("prompt", String, primary_key=True),
    Column("since", UtcTime, primary_key=True),
    text_column("version"),
    CheckConstraint("length(version) = 64", name="ck_notice_version_version"),
)
