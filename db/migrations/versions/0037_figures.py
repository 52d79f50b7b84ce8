"""Figures: which wrap-up counts"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("agent_state_change", sa.Column("counted", sa.Boolean, nullable=False, server_default=sa.true()))
