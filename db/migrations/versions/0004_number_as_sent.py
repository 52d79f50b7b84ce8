"""What the carrier sent as the caller's number, beside the digits of it"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema; of older calls only the digits are known."""
    op.add_column("call", sa.Column("caller_sent", sa.String, nullable=False, server_default=""))
