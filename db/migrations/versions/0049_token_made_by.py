"""Who made an API token"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema. Of those that are there it is not known."""
    op.add_column("api_token", sa.Column("made_by", sa.String, nullable=False, server_default=""))
