"""Tokens of contact points, which end with them; a number that was shown to an officer is a row of a ticket's history"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.migrate_lists import lengthen_list

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ACTIONS = (
    "'reserve', 'open', 'take', 'drop', 'forward', 'accept', 'pass-to-leader', 'return', 'wait', 'resume', 'extend', "
    "'answer', 'complete', 'refuse', 'reopen', 'edit', 'attach', 'link'"
)


def upgrade() -> None:
    """Towards the newer schema."""
    lengthen_list("ck_ticket_history_action", "ticket_history", f"action IN ({_ACTIONS}", "reveal")
    for name in ("revoked_why", "contact"):
        op.add_column("api_token", sa.Column(name, sa.String, nullable=False, server_default=""))
