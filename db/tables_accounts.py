"""The tables of who signs in: roles, users, their sessions, tries at the door. A change needs a migration.

Secrets are hashes (passwords, sessions) or sealed (second factors): whoever reads a dump can sign in with none of them.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from hotline1022.accounts.types import Stage
from hotline1022.db.columns import Big, Document, UtcTime, Word, condition, listed, text_column
from hotline1022.db.tables import metadata

role = Table(
    "role",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    #: words of Permission, sorted
    Column("permissions", Document, nullable=False),
    Column("version", Big, nullable=False),
)

user_account = Table(
    "user_account",
    metadata,
    Column("id", String, primary_key=True),
    *map(text_column, ("login", "name", "person", "contact")),
    Column("active", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),
    text_column("password_hash"),
    Column("password_until", UtcTime),
    Column("totp", LargeBinary, nullable=False),
    Column("totp_on", Boolean, nullable=False),
    Column("totp_step", Big, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_sign_in_at", UtcTime),
    Column("version", Big, nullable=False),
    #: a password itself can never be stored
    CheckConstraint("password_hash = '' OR password_hash LIKE '$argon2id$%'", name="ck_user_account_password"),
    CheckConstraint("NOT totp_on OR length(totp) > 0", name="ck_user_account_totp"),
)
Index("ux_user_account_login", user_account.c.login, unique=True)
for _column in (user_account.c.person, user_account.c.contact):
    #: one person of the queue and one contact point have one account at most, of those that are active
    _own = condition(f"active AND {_column.name} <> ''")
    Index(f"ux_user_account_{_column.name}", _column, unique=True, sqlite_where=_own, postgresql_where=_own)

user_role = Table(
    "user_role",
    metadata,
    Column("user_id", String, ForeignKey("user_account.id"), primary_key=True),
    Column("role_id", String, ForeignKey("role.id"), primary_key=True),
)
Index("ix_user_role_role", user_role.c.role_id)

#: keyed hashes of what is shown once; one that was used is gone
recovery_code = Table(
    "recovery_code",
    metadata,
    Column("user_id", String, ForeignKey("user_account.id"), primary_key=True),
    Column("sha256", String, primary_key=True),
    CheckConstraint("length(sha256) = 64", name="ck_recovery_code_sha256"),
)

user_session = Table(
    "user_session",
    metadata,
    Column("id", String, primary_key=True),
    text_column("sha256"),
    Column("user_id", String, ForeignKey("user_account.id"), nullable=False),
    Column("stage", Word(Stage), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("confirmed_at", UtcTime),
    *map(text_column, ("origin", "browser", "ended_by")),
    listed("stage", Stage, "user_session"),
    CheckConstraint("length(sha256) = 64", name="ck_user_session_sha256"),
    CheckConstraint("(stage = 'over') = (ended_by <> '')", name="ck_user_session_ended"),
)
Index("ux_user_session_sha256", user_session.c.sha256, unique=True)
Index("ix_user_session_user", user_session.c.user_id, user_session.c.made_at)

#: tries at the door since the last right one, by who or from where; not tied to users, so that names which nobody has are
#: shut out alike
sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("key", String, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    CheckConstraint("tries > 0", name="ck_sign_in_try_tries"),
)
