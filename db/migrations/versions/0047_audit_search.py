"""The audit is searched by day, kind and actor"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_index("ix_audit_entry_kind_at", "audit_entry", ["kind", "at", "seq"])
    op.create_index("ix_audit_entry_actor_at", "audit_entry", ["kind", "actor", "at", "seq"])
