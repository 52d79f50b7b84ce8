"""Users, roles and sessions of the desk"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STAGES = "stage IN ('second', 'change', 'full', 'over')"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "role",
        sa.Column("id", sa.String, primary_key=True),
        _text("name"),
        sa.Column("permissions", Document, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.String, primary_key=True),
        *map(_text, ("login", "name", "person", "contact")),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        _text("password_hash"),
        sa.Column("password_until", UtcTime),
        sa.Column("totp", sa.LargeBinary, nullable=False),
        sa.Column("totp_on", sa.Boolean, nullable=False),
        sa.Column("totp_step", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("last_sign_in_at", UtcTime),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.CheckConstraint("password_hash = '' OR password_hash LIKE '$argon2id$%'", name="ck_user_account_password"),
        sa.CheckConstraint("NOT totp_on OR length(totp) > 0", name="ck_user_account_totp"),
    )
    op.create_index("ux_user_account_login", "user_account", ["login"], unique=True)
    for name in ("person", "contact"):
        own = sa.text(f"active AND {name} <> ''")
        op.create_index(
            f"ux_user_account_{name}", "user_account", [name], unique=True, sqlite_where=own, postgresql_where=own
        )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.String, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("role_id", sa.String, sa.ForeignKey("role.id"), primary_key=True),
    )
    op.create_index("ix_user_role_role", "user_role", ["role_id"])
    op.create_table(
        "user_session",
        sa.Column("id", sa.String, primary_key=True),
        _text("sha256"),
        sa.Column("user_id", sa.String, sa.ForeignKey("user_account.id"), nullable=False),
        _text("stage"),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        *map(_text, ("origin", "browser", "ended_by")),
        sa.CheckConstraint(_STAGES, name="ck_user_session_stage"),
        sa.CheckConstraint("length(sha256) = 64", name="ck_user_session_sha256"),
        sa.CheckConstraint("(stage = 'over') = (ended_by <> '')", name="ck_user_session_ended"),
    )
    op.create_index("ux_user_session_sha256", "user_session", ["sha256"], unique=True)
    op.create_index("ix_user_session_user", "user_session", ["user_id", "made_at"])
    op.create_table(
        "sign_in_try",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("last_at", UtcTime, nullable=False),
        sa.CheckConstraint("tries > 0", name="ck_sign_in_try_tries"),
    )
