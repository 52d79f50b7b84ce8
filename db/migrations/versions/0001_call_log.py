"""The call log, recordings, agents, tokens, alarms, shifts"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline1022.db.columns import Big, Document, Serial, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Towards the newer schema."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("call_id", sa.String),
        sa.Column("raised_at", UtcTime, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("last_repeated_at", UtcTime),
        sa.Column("seen_at", UtcTime),
        sa.Column("seen_by", sa.String, server_default="", nullable=False),
        sa.Column("cleared_at", UtcTime),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by = '')", name="ck_alarm_seen"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alarm_kind", "alarm", ["kind", "raised_at"])
    op.create_index("ix_alarm_raised", "alarm", ["raised_at"])
    op.create_index(
        "ux_alarm_ringing",
        "alarm",
        ["kind", sa.text("coalesce(call_id, '')")],
        unique=True,
        **_where("seen_at IS NULL AND cleared_at IS NULL"),
    )

    op.create_table(
        "api_token",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("scopes", sa.String, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("last_used_at", UtcTime),
        sa.Column("revoked_at", UtcTime),
        sa.CheckConstraint("length(sha256) = 64", name="ck_api_token_sha256"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_api_token_name", "api_token", ["name"], unique=True, **_where("revoked_at IS NULL"))
    op.create_index("ux_api_token_sha256", "api_token", ["sha256"], unique=True)

    op.create_table(
        "call",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("entered_at", UtcTime, nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.Column("ended_at", UtcTime),
        sa.Column("did", sa.String, nullable=False),
        sa.Column("caller_raw", sa.String, nullable=False),
        sa.Column("caller_e164", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("result", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("backfilled", sa.Boolean, nullable=False),
        sa.Column("wait_ms", Big),
        sa.Column("talk_ms", Big, nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("version", Big, nullable=False),
        sa.CheckConstraint("(state = 'ended') = (result IS NOT NULL)", name="ck_call_ended"),
        sa.CheckConstraint("mode IN ('', 'service', 'static', 'mixed')", name="ck_call_mode"),
        sa.CheckConstraint(
            "reason IN ('agent-answered', 'emergency-answered', 'emergency-by-agent', 'emergency-unanswered', 'message-left', 'no-message', "
            "'heard-information', 'in-menu', 'in-queue', 'in-emergency', 'lines-full', 'unknown-number', 'end-unknown')",
            name="ck_call_reason",
        ),
        sa.CheckConstraint(
            "result IN ('answered', 'emergency', 'voicemail', 'informed', 'abandoned', 'refused', 'failed')",
            name="ck_call_result",
        ),
        sa.CheckConstraint(
            "state IN ('menu', 'waiting', 'talking', 'emergency', 'emergency-talking', 'voicemail', 'after', 'ended')",
            name="ck_call_state",
        ),
        sa.CheckConstraint("(result IS NULL) = (reason IS NULL)", name="ck_call_outcome"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_call_abandoned", "call", ["entered_at"], **_where("reason = 'in-queue'"))
    op.create_index("ix_call_caller_raw", "call", ["caller_raw", "entered_at"])
    op.create_index("ix_call_entered", "call", ["entered_at", "id"])
    op.create_index("ix_call_number", "call", [sa.text("coalesce(caller_e164, caller_raw)"), "entered_at"])
    op.create_index("ix_call_line", "call", ["line", "entered_at"], **_where("line <> ''"))
    op.create_index("ix_call_open", "call", ["entered_at"], **_where("state <> 'ended'"))
    op.create_index("ix_call_person", "call", ["person", "entered_at"], **_where("person <> ''"))
    op.create_index("ix_call_result", "call", ["result", "entered_at"])

    op.create_table(
        "crew",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "journal_position",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("inode", sa.String, nullable=False),
        sa.Column("offset", Big, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("pin_hash", sa.String, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.CheckConstraint("pin_hash LIKE '$argon2id$%'", name="ck_person_pin_hash"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "recording",
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("duration_ms", Big, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("notes", Document, nullable=False),
        sa.CheckConstraint("path <> '' AND length(sha256) = 64", name="ck_recording_file"),
        sa.CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_recording_path"),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("starts", sa.Time, nullable=False),
        sa.Column("ends", sa.Time, nullable=False),
        sa.Column("needed", sa.Integer, nullable=False),
        sa.CheckConstraint("needed >= 0", name="ck_shift_needed"),
        sa.CheckConstraint("starts <> ends", name="ck_shift_length"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "track",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("segment_started_at", UtcTime, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("side", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("bytes", Big, nullable=False),
        sa.Column("duration_ms", Big, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("gap_ms", Big, nullable=False),
        sa.Column("lost_ms", Big, nullable=False),
        sa.Column("detail", Document, nullable=False),
        sa.Column("stored_at", UtcTime, nullable=False),
        sa.CheckConstraint("kind IN ('citizen', 'agent', 'emergency')", name="ck_track_kind"),
        sa.CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_track_path"),
        sa.CheckConstraint("side IN ('r', 't')", name="ck_track_side"),
        sa.CheckConstraint("status = 'missing' OR (path <> '' AND length(sha256) = 64)", name="ck_track_original"),
        sa.CheckConstraint("status IN ('stored', 'repaired', 'torn', 'empty', 'missing')", name="ck_track_status"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_track_call", "track", ["call_id"])
    op.create_index("ux_track_path", "track", ["path"], unique=True, **_where("path <> ''"))

    op.create_table(
        "voicemail",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("call_id", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("duration_ms", Big, nullable=False),
        sa.Column("left_at", UtcTime, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("heard_at", UtcTime),
        sa.Column("heard_by", sa.String, server_default="", nullable=False),
        sa.CheckConstraint("(heard_at IS NULL) = (heard_by = '')", name="ck_voicemail_heard"),
        sa.CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name="ck_voicemail_path"),
        sa.CheckConstraint("status = 'missing' OR (path <> '' AND length(sha256) = 64)", name="ck_voicemail_original"),
        sa.CheckConstraint("status IN ('stored', 'repaired', 'torn', 'empty', 'missing')", name="ck_voicemail_status"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_voicemail_call", "voicemail", ["call_id"])
    op.create_index("ix_voicemail_left", "voicemail", ["left_at"])

    op.create_table(
        "agent_session",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("person_id", sa.String, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sa.Column("logged_in_at", UtcTime, nullable=False),
        sa.Column("logged_out_at", UtcTime),
        sa.Column("end_reason", sa.String, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agent_session_line", "agent_session", ["line", "logged_in_at"])
    op.create_index("ux_agent_session_line", "agent_session", ["line"], unique=True, **_where("logged_out_at IS NULL"))
    op.create_index(
        "ux_agent_session_person_id", "agent_session", ["person_id"], unique=True, **_where("logged_out_at IS NULL")
    )

    op.create_table(
        "agent_state_change",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint(
            "state IN ('logged-out', 'ready', 'paused', 'ringing', 'talking', 'wrap-up', 'unreachable')",
            name="ck_agent_state_change_state",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agent_state_change_at", "agent_state_change", ["at"])
    op.create_index("ix_agent_state_change_person", "agent_state_change", ["person_id", "at"])

    op.create_table(
        "call_event",
        sa.Column("call_id", sa.String, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("data", Document, nullable=False),
        sa.Column("seq", Big, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "crew_member",
        sa.Column("crew_id", sa.String, sa.ForeignKey("crew.id"), nullable=False),
        sa.Column("person_id", sa.String, sa.ForeignKey("person.id"), nullable=False),
        sa.PrimaryKeyConstraint("crew_id", "person_id"),
    )
    op.create_table(
        "leg",
        sa.Column("call_id", sa.String, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.Column("ended_at", UtcTime),
        sa.Column("cause", sa.Integer),
        sa.Column("talk_ms", Big, nullable=False),
        sa.Column("hold_ms", Big),
        sa.Column("rtp_received", Big),
        sa.CheckConstraint("kind IN ('citizen', 'agent', 'emergency')", name="ck_leg_kind"),
        sa.PrimaryKeyConstraint("call_id", "channel"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_leg_open", "leg", ["call_id"], **_where("ended_at IS NULL"))
    op.create_index("ix_leg_party", "leg", ["party", "started_at"])

    op.create_table(
        "roster",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("shift_id", sa.String, sa.ForeignKey("shift.id"), nullable=False),
        sa.Column("crew_id", sa.String, sa.ForeignKey("crew.id")),
        sa.Column("person_id", sa.String, sa.ForeignKey("person.id")),
        sa.CheckConstraint("(crew_id IS NULL) <> (person_id IS NULL)", name="ck_roster_who"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ux_roster_crew_id", "roster", ["day", "shift_id", "crew_id"], unique=True, **_where("crew_id IS NOT NULL")
    )
    op.create_index(
        "ux_roster_person_id",
        "roster",
        ["day", "shift_id", "person_id"],
        unique=True,
        **_where("person_id IS NOT NULL"),
    )
