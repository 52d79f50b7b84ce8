"""Files are walked through by their paths, disclosures are listed by their state"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_THERE = sa.text("path <> ''")


def upgrade() -> None:
    """Towards the newer schema. Of tables that get few rows: the telephone service's own get no index more."""
    for table in ("recording", "voicemail"):
        op.create_index(f"ix_{table}_path", table, ["path"], sqlite_where=_THERE, postgresql_where=_THERE)
    op.create_index("ix_disclosure_state", "disclosure", ["state", "asked_at"])
