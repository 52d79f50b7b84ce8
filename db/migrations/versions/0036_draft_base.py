"""From which version the menu's draft was begun, and why it is written"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Big, UtcTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("menu_draft", sa.Column("base", Big, nullable=False, server_default="0"))
    op.add_column("menu_draft", sa.Column("note", sa.String, nullable=False, server_default=""))
    draft = sa.table("menu_draft", sa.column("base", Big), sa.column("at", UtcTime))
    version = sa.table("menu_version", sa.column("number", Big), sa.column("at", UtcTime))
    before = sa.select(sa.func.max(version.c.number)).where(version.c.at <= draft.c.at).scalar_subquery()
    op.execute(sa.update(draft).values(base=sa.func.coalesce(before, 0)))
