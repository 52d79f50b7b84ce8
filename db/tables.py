"""The tables. What must never be false is said here too: closed lists, unique and partial indexes, NOT NULL.

A call's facts hang on its row. Recordings and alarms do not: the original of a recording is kept and listed even if the
call's own row was lost. A change here needs a migration; a test compares the two.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Time,
    func,
    true,
)

from hotline1022.core.events import LegKind, Mode
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.db.columns import Big, Document, Inode, Serial, UtcTime, Word, condition, listed, text_column
from hotline1022.queue.types import AgentState
from hotline1022.recordings.types import Side, Status

metadata = MetaData()


def _path(table: str) -> CheckConstraint:
    return CheckConstraint("path NOT LIKE '/%' AND path NOT LIKE '%..%'", name=f"ck_{table}_path")


call = Table(
    "call",
    metadata,
    Column("id", String, primary_key=True),
    Column("entered_at", UtcTime, nullable=False),
    Column("direction", Word(Direction), nullable=False, server_default=Direction.IN.value),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    text_column("did"),
    text_column("caller_raw"),
    text_column("caller_sent", empty=True),
    Column("caller_e164", String),
    Column("state", Word(CallState), nullable=False),
    Column("result", Word(Result)),
    Column("reason", Word(Reason)),
    text_column("category"),
    text_column("mode"),
    Column("backfilled", Boolean, nullable=False),
    Column("wait_ms", Big),
    Column("talk_ms", Big, nullable=False),
    text_column("line"),
    text_column("person"),
    Column("version", Big, nullable=False),
    listed("direction", Direction, "call"),
    listed("state", CallState, "call"),
    listed("result", Result, "call"),
    listed("reason", Reason, "call"),
    listed("mode", ("", *Mode, "mixed"), "call"),
    CheckConstraint("(result IS NULL) = (reason IS NULL)", name="ck_call_outcome"),
    CheckConstraint("(state = 'ended') = (result IS NOT NULL)", name="ck_call_ended"),
)
#: the number by which a caller is known
number = func.coalesce(call.c.caller_e164, call.c.caller_raw)
Index("ix_call_entered", call.c.entered_at, call.c.id)
Index("ix_call_number", func.coalesce(call.c.caller_e164, call.c.caller_raw), call.c.entered_at)
Index("ix_call_caller_raw", call.c.caller_raw, call.c.entered_at)
for _column in (call.c.line, call.c.person):
    _used = condition(f"{_column.name} <> ''")
    Index(f"ix_call_{_column.name}", _column, call.c.entered_at, sqlite_where=_used, postgresql_where=_used)
Index("ix_call_result", call.c.result, call.c.entered_at)
_open = condition("state <> 'ended'")
Index("ix_call_open", call.c.entered_at, sqlite_where=_open, postgresql_where=_open)
_given_up = condition("reason = 'in-queue'")
Index("ix_call_abandoned", call.c.entered_at, call.c.id, sqlite_where=_given_up, postgresql_where=_given_up)

leg = Table(
    "leg",
    metadata,
    Column("call_id", String, ForeignKey("call.id"), primary_key=True),
    Column("channel", String, primary_key=True),
    Column("kind", Word(LegKind), nullable=False),
    text_column("party"),
    text_column("line"),
    text_column("person"),
    Column("started_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("cause", Integer),
    Column("talk_ms", Big, nullable=False),
    Column("hold_ms", Big),
    Column("rtp_received", Big),
    listed("kind", LegKind, "leg"),
    sqlite_with_rowid=False,
)
Index("ix_leg_party", leg.c.party, leg.c.started_at)
_going = condition("ended_at IS NULL")
Index("ix_leg_open", leg.c.call_id, sqlite_where=_going, postgresql_where=_going)

call_event = Table(
    "call_event",
    metadata,
    Column("call_id", String, ForeignKey("call.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
    text_column("kind"),
    text_column("channel"),
    Column("data", Document, nullable=False),
    Column("seq", Big, nullable=False),
    sqlite_with_rowid=False,
)

journal_position = Table(
    "journal_position",
    metadata,
    Column("name", String, primary_key=True),
    Column("inode", Inode, nullable=False),
    Column("offset", Big, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

track = Table(
    "track",
    metadata,
    Column("id", String, primary_key=True),
    text_column("call_id"),
    text_column("channel"),
    Column("kind", Word(LegKind), nullable=False),
    Column("segment_started_at", UtcTime, nullable=False),
    text_column("path"),
    Column("side", Word(Side), nullable=False),
    text_column("sha256"),
    Column("bytes", Big, nullable=False),
    Column("duration_ms", Big, nullable=False),
    Column("status", Word(Status), nullable=False),
    Column("gap_ms", Big, nullable=False),
    Column("lost_ms", Big, nullable=False),
    Column("detail", Document, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    listed("kind", LegKind, "track"),
    listed("side", Side, "track"),
    listed("status", Status, "track"),
    CheckConstraint("status = 'missing' OR (path <> '' AND length(sha256) = 64)", name="ck_track_original"),
    _path("track"),
)
Index("ix_track_call", track.c.call_id)
_there = condition("path <> ''")
Index("ux_track_path", track.c.path, unique=True, sqlite_where=_there, postgresql_where=_there)

recording = Table(
    "recording",
    metadata,
    Column("call_id", String, primary_key=True),
    text_column("path"),
    text_column("sha256"),
    Column("duration_ms", Big, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("notes", Document, nullable=False),
    CheckConstraint("path <> '' AND length(sha256) = 64", name="ck_recording_file"),
    _path("recording"),
)

voicemail = Table(
    "voicemail",
    metadata,
    Column("id", String, primary_key=True),
    text_column("call_id"),
    text_column("path"),
    text_column("sha256"),
    Column("duration_ms", Big, nullable=False),
    Column("left_at", UtcTime, nullable=False),
    text_column("reason"),
    Column("status", Word(Status), nullable=False),
    Column("heard_at", UtcTime),
    text_column("heard_by", empty=True),
    listed("status", Status, "voicemail"),
    CheckConstraint("status = 'missing' OR (path <> '' AND length(sha256) = 64)", name="ck_voicemail_original"),
    CheckConstraint("(heard_at IS NULL) = (heard_by = '')", name="ck_voicemail_heard"),
    _path("voicemail"),
)
Index("ix_voicemail_call", voicemail.c.call_id)
#: all files are walked through by their paths
for _table in (recording, voicemail):
    Index(f"ix_{_table.name}_path", _table.c.path, sqlite_where=_there, postgresql_where=_there)
Index("ix_voicemail_left", voicemail.c.left_at)

person = Table(
    "person",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    text_column("pin_hash"),
    Column("active", Boolean, nullable=False),
    #: a PIN itself can never be stored
    CheckConstraint("pin_hash LIKE '$argon2id$%'", name="ck_person_pin_hash"),
)

#: PINs tried since the last right one; not tied to `person`, so that ids which nobody has are shut out alike
pin_try = Table(
    "pin_try",
    metadata,
    Column("person_id", String, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    CheckConstraint("tries > 0", name="ck_pin_try_tries"),
)

agent_session = Table(
    "agent_session",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", String, ForeignKey("person.id"), nullable=False),
    text_column("line"),
    Column("logged_in_at", UtcTime, nullable=False),
    Column("logged_out_at", UtcTime),
    text_column("end_reason", empty=True),
)
_now = condition("logged_out_at IS NULL")
for _column in (agent_session.c.person_id, agent_session.c.line):
    Index(f"ux_agent_session_{_column.name}", _column, unique=True, sqlite_where=_now, postgresql_where=_now)
Index("ix_agent_session_line", agent_session.c.line, agent_session.c.logged_in_at)

agent_state_change = Table(
    "agent_state_change",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("person_id", String, ForeignKey("person.id"), nullable=False),
    text_column("line"),
    Column("state", Word(AgentState), nullable=False),
    text_column("reason"),
    Column("at", UtcTime, nullable=False),
    #: false while talking and writing down: of a call that 1022 makes, or of the emergency queue
    Column("counted", Boolean, nullable=False, server_default=true()),
    listed("state", AgentState, "agent_state_change"),
)
Index("ix_agent_state_change_person", agent_state_change.c.person_id, agent_state_change.c.at)
Index("ix_agent_state_change_at", agent_state_change.c.at)

api_token = Table(
    "api_token",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    text_column("sha256"),
    #: words with a blank between
    text_column("scopes"),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    #: why it was revoked by itself
    text_column("revoked_why", empty=True),
    #: the contact point that it belongs to, and with which it ends
    text_column("contact", empty=True),
    #: who made it, as the audit names them; "" = not known
    text_column("made_by", empty=True),
    CheckConstraint("length(sha256) = 64", name="ck_api_token_sha256"),
)
Index("ux_api_token_sha256", api_token.c.sha256, unique=True)
_valid = condition("revoked_at IS NULL")
Index("ux_api_token_name", api_token.c.name, unique=True, sqlite_where=_valid, postgresql_where=_valid)

alarm = Table(
    "alarm",
    metadata,
    Column("id", String, primary_key=True),
    text_column("kind"),
    Column("call_id", String),
    Column("raised_at", UtcTime, nullable=False),
    text_column("detail"),
    Column("last_repeated_at", UtcTime),
    Column("seen_at", UtcTime),
    text_column("seen_by", empty=True),
    Column("cleared_at", UtcTime),
    #: when it was looked at whom to tell of it; NULL = not yet
    Column("passed_at", UtcTime),
    CheckConstraint("(seen_at IS NULL) = (seen_by = '')", name="ck_alarm_seen"),
)
_ringing = condition("seen_at IS NULL AND cleared_at IS NULL")
Index(
    "ux_alarm_ringing",
    alarm.c.kind,
    func.coalesce(alarm.c.call_id, alarm.c.detail),
    unique=True,
    sqlite_where=_ringing,
    postgresql_where=_ringing,
)
Index("ix_alarm_raised", alarm.c.raised_at)
Index("ix_alarm_kind", alarm.c.kind, alarm.c.raised_at)

crew = Table(
    "crew",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    #: from this day on it cannot be planned; NULL = it can
    Column("ended_on", Date),
)
crew_member = Table(
    "crew_member",
    metadata,
    Column("crew_id", String, ForeignKey("crew.id"), primary_key=True),
    Column("person_id", String, ForeignKey("person.id"), primary_key=True),
)
shift = Table(
    "shift",
    metadata,
    Column("id", String, primary_key=True),
    text_column("name"),
    #: on the province's clock; `ends` before `starts` means past midnight
    Column("starts", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("needed", Integer, nullable=False),
    #: from this day on there is none; NULL = it goes on
    Column("ended_on", Date),
    CheckConstraint("needed >= 0", name="ck_shift_needed"),
    CheckConstraint("starts <> ends", name="ck_shift_length"),
)
roster = Table(
    "roster",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False),
    Column("shift_id", String, ForeignKey("shift.id"), nullable=False),
    Column("crew_id", String, ForeignKey("crew.id")),
    Column("person_id", String, ForeignKey("person.id")),
    CheckConstraint("(crew_id IS NULL) <> (person_id IS NULL)", name="ck_roster_who"),
)
for _column in (roster.c.crew_id, roster.c.person_id):
    _named = condition(f"{_column.name} IS NOT NULL")
    Index(
        f"ux_roster_{_column.name}",
        roster.c.day,
        roster.c.shift_id,
        _column,
        unique=True,
        sqlite_where=_named,
        postgresql_where=_named,
    )
