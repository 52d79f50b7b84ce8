"""Calls that 1022 makes: who began a call, their states and ends, and citizens who were called back"""

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import UtcTime
from hotline1022.db.migrate_lists import add_list, lengthen_list

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_STATES = "'menu', 'waiting', 'talking', 'emergency', 'emergency-talking', 'voicemail', 'after', 'ended'"
_RESULTS = "'answered', 'emergency', 'voicemail', 'informed', 'abandoned', 'refused', 'failed'"
_REASONS = (
    "'agent-answered', 'emergency-answered', 'emergency-by-agent', 'emergency-unanswered', 'message-left', 'no-message', "
    "'heard-information', 'in-menu', 'in-queue', 'in-emergency', 'lines-full', 'unknown-number', 'end-unknown'"
)
#: column, the list as it was, what is new
_LISTS = (
    ("state", _STATES, ("calling-agent", "calling-citizen")),
    ("result", _RESULTS, ("reached", "unreached")),
    (
        "reason",
        _REASONS,
        (
            "citizen-answered",
            "citizen-no-answer",
            "citizen-busy",
            "citizen-refused",
            "citizen-hung-up",
            "number-not-valid",
            "line-trouble",
            "agent-no-answer",
            "agent-hung-up",
        ),
    ),
)
_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Towards the newer schema."""
    op.add_column("call", sa.Column("direction", sa.String, nullable=False, server_default="in"))
    add_list("ck_call_direction", "call", "direction IN ('in', 'out')", before="ck_call_mode")
    for column, words, more in _LISTS:
        for word in more:
            lengthen_list(f"ck_call_{column}", "call", f"{column} IN ({words}", word)
            words = f"{words}, '{word}'"
    op.create_table(
        "callback",
        sa.Column("call", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("what", "target", "line", "person", "name")),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.Column("reason", sa.String),
        sa.CheckConstraint("what IN ('abandoned', 'voicemail', 'ticket')", name="ck_callback_what"),
        sa.CheckConstraint("reason IS NULL OR ended_at IS NOT NULL", name="ck_callback_ended"),
    )
    for name, columns in (("target", ["what", "target"]), ("line", ["line"])):
        op.create_index(
            f"ux_callback_{name}", "callback", columns, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        )
    op.create_index("ix_callback_target", "callback", ["what", "target", "asked_at"])
