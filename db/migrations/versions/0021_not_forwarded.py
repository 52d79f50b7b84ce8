"""A ticket that 1022 has not forwarded in time is told to 1022"""

from hotline1022.db.migrate_lists import lengthen_list

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the newer schema."""
    for name, words, word in (
        ("kind", "'before-accept', 'before-answer', 'expired'", "not-forwarded"),
        ("recipient", "'officer', 'leader'", "hotline"),
    ):
        lengthen_list(f"ck_ticket_reminder_{name}", "ticket_reminder", f"{name} IN ({words}", word)
