"""What agents have typed and not made a ticket of yet"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Document, UtcTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "agent_draft",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("call_id", sa.String, primary_key=True),
        sa.Column("phone_key", sa.String, nullable=False),
        sa.Column("fields", Document, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.CheckConstraint("version > 0", name="ck_agent_draft_version"),
    )
    op.create_index("ix_agent_draft_phone", "agent_draft", ["phone_key"])
    op.create_index("ix_agent_draft_call", "agent_draft", ["call_id"])
    op.create_index("ix_agent_draft_changed", "agent_draft", ["changed_at"])
