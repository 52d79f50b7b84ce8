"""Personal data: requests to erase, pseudonyms, versions of the recording notice"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "citizen_erasure",
        *map(_text, ("id", "pseudonym", "proof", "reason")),
        sa.Column("requested_at", UtcTime, nullable=False),
        _text("requested_by"),
        sa.Column("confirmed_at", UtcTime),
        _text("confirmed_by"),
        sa.Column("done_at", UtcTime),
        sa.Column("files", Document, nullable=False),
        sa.CheckConstraint("reason <> '' AND pseudonym <> ''", name="ck_citizen_erasure_reason"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by = '')", name="ck_citizen_erasure_confirmed"),
        sa.CheckConstraint("done_at IS NULL OR confirmed_at IS NOT NULL", name="ck_citizen_erasure_done"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_citizen_erasure_pseudonym", "citizen_erasure", ["pseudonym"], unique=True)
    op.create_table(
        "citizen_alias",
        *map(_text, ("kind", "subject", "pseudonym")),
        sa.CheckConstraint("kind IN ('call', 'ticket', 'message', 'sms')", name="ck_citizen_alias_kind"),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_index("ix_citizen_alias_pseudonym", "citizen_alias", ["pseudonym"])
    op.create_table(
        "notice_version",
        _text("prompt"),
        sa.Column("since", UtcTime, nullable=False),
        _text("version"),
        sa.CheckConstraint("length(version) = 64", name="ck_notice_version_version"),
        sa.PrimaryKeyConstraint("prompt", "since"),
    )
