"""What the schema itself says: the same in code, in the migrations and in both databases; and what it never lets in."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.accounts.types import Stage
from hotline1022.core import cascade
from hotline1022.core.callbacks import CallbackWhat
from hotline1022.core.errors import Refused
from hotline1022.core.events import LegKind, Mode
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.core.watching import Severity, TellingState
from hotline1022.db import migrate as migration
from hotline1022.db.engine import connect
from hotline1022.db.migrate import migrate
from hotline1022.db.schema import metadata
from hotline1022.db.tables_citizen import AliasKind
from hotline1022.db.unit import Database
from hotline1022.directory.types import AgencyKind, AreaKind, Role, What
from hotline1022.evidence.types import State as DisclosureState
from hotline1022.faq.types import State as FaqState
from hotline1022.notify import types as notify
from hotline1022.notify.types import Encoding, MessageClass, MessageState, RecipientKind
from hotline1022.queue.types import AgentState
from hotline1022.recordings.types import CallKind, CopyKind, Side, Status
from hotline1022.recordings.types import State as RecordingState
from hotline1022.tickets.types import (
    Action,
    Channel,
    Clock,
    Kind,
    Purpose,
    Recipient,
    ReminderKind,
    Requester,
    State,
    Urgency,
)
from hotline1022.webhooks.types import DeliveryState, EventKind, PausedWhy
from tests.contract.database.made import HASH

LISTS: dict[str, Iterable[str]] = {
    "ck_user_session_stage": Stage,
    "ck_citizen_alias_kind": AliasKind,
    "ck_catalogue_state": RecordingState,
    "ck_catalogue_kind": CallKind,
    "ck_cascade_state": cascade.State,
    "ck_cascade_outcome": cascade.Outcome,
    "ck_cascade_step_outcome": cascade.StepOutcome,
    "ck_call_direction": Direction,
    "ck_callback_what": CallbackWhat,
    "ck_call_state": CallState,
    "ck_call_result": Result,
    "ck_call_reason": Reason,
    "ck_call_mode": ("", *Mode, "mixed"),
    "ck_leg_kind": LegKind,
    "ck_track_kind": LegKind,
    "ck_track_side": Side,
    "ck_derived_copy_kind": CopyKind,
    "ck_track_status": Status,
    "ck_voicemail_status": Status,
    "ck_agent_state_change_state": AgentState,
    "ck_agency_kind": AgencyKind,
    "ck_area_kind": AreaKind,
    "ck_faq_version_state": FaqState,
    "ck_disclosure_state": DisclosureState,
    "ck_alarm_watcher_least": Severity,
    "ck_alarm_telling_state": TellingState,
    "ck_webhook_paused_why": PausedWhy,
    "ck_webhook_delivery_kind": EventKind,
    "ck_webhook_delivery_state": DeliveryState,
    "ck_contact_point_role": Role,
    "ck_template_version_encoding": Encoding,
    "ck_template_version_message_class": MessageClass,
    "ck_directory_change_what": What,
    "ck_ticket_channel": Channel,
    "ck_ticket_state": State,
    "ck_ticket_urgency": Urgency,
    "ck_ticket_kind": Kind,
    "ck_ticket_requester": Requester,
    "ck_ticket_clock": Clock,
    "ck_ticket_call_purpose": Purpose,
    "ck_ticket_history_action": Action,
    "ck_ticket_history_state_before": State,
    "ck_ticket_history_state_after": State,
    "ck_ticket_reminder_kind": ReminderKind,
    "ck_ticket_reminder_recipient": Recipient,
    "ck_outbox_message_channel": notify.Channel,
    "ck_outbox_message_kind": RecipientKind,
    "ck_outbox_message_message_class": MessageClass,
    "ck_outbox_message_encoding": Encoding,
    "ck_outbox_message_state": MessageState,
}
_SQLITE = """
SELECT 'column', m.name, c.name, c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
UNION ALL
SELECT 'reference', m.name, f."from", f."table" || '.' || f."to"
FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
UNION ALL
SELECT 'index', tbl_name, name, sql FROM sqlite_master WHERE type = 'index'
"""
_POSTGRES = """
SELECT 'column', table_name, column_name, concat_ws(' ', data_type, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


async def described(connection: AsyncConnection) -> set[tuple[str, ...]]:
    """Everything that the database says of its schema."""
    sqlite = connection.dialect.name == "sqlite"
    rows = await connection.execute(text(_SQLITE if sqlite else _POSTGRES))
    found = {tuple("" if part is None else " ".join(str(part).split()) for part in row) for row in rows}
    if sqlite:
        found |= {("constraint", "", name, check) for name, check in (await checks(connection)).items()}
    return {row for row in found if "alembic_version" not in row}


async def checks(connection: AsyncConnection) -> dict[str, str]:
    """The CHECK constraints by name."""
    if connection.dialect.name == "postgresql":
        rows = await connection.execute(
            text("SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'")
        )
        return {row[0]: row[1] for row in rows}
    tables = await connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'table'"))
    found: dict[str, str] = {}
    for (sql,) in tables:
        for line in sql.splitlines():
            named = re.match(r"\s*CONSTRAINT (ck_\w+) CHECK (\(.*\)),?\s*$", line)
            if named:
                found[named[1]] = named[2]
    return found


async def test_migrations_and_tables_make_the_same_schema(empty: str, address: str) -> None:
    by_tables, by_steps = connect(empty, pool=1), connect(address, pool=1)
    try:
        if by_tables.dialect == "sqlite":
            Path(empty.removeprefix("sqlite:///")).parent.mkdir(parents=True)
        async with by_tables.writer.begin() as connection:
            await connection.run_sync(metadata.create_all)
            of_tables = await described(connection)
        async with by_steps.writer.begin() as connection:
            of_steps = await described(connection)
    finally:
        await by_tables.close()
        await by_steps.close()
    assert of_tables == of_steps
    kinds = [row[0] for row in of_steps]
    assert min(kinds.count(kind) for kind in ("column", "index", "constraint")) > 20, "the description saw too little"


async def test_closed_lists_in_code_and_in_the_database_are_the_same(address: str) -> None:
    engines = connect(address, pool=1)
    try:
        async with engines.reader.connect() as connection:
            found = await checks(connection)
    finally:
        await engines.close()
    for name, words in LISTS.items():
        assert set(re.findall(r"'([^']*)'", found[name])) == {str(word) for word in words}, name
    listed = {name for name, check in found.items() if check.count("'") >= 2 * 4 and "status = 'missing'" not in check}
    assert listed <= LISTS.keys(), "a closed list that no enum is compared with"


async def test_the_list_of_steps_is_that_of_the_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[3] / "db" / "migrations"))
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(reversed([step.revision for step in steps])) == migration.REVISIONS


NEVER = {
    "a direction that is none": "INSERT INTO call SELECT 'x', {t}, NULL, NULL, '', '', NULL, 'menu', NULL, NULL, '', '', {f}, NULL, 0, '', '', 1, '', 'up'",
    "a try with an end before it ended": "INSERT INTO callback SELECT 'x', 'abandoned', 't', '101', '1001', 'Lan', {t}, NULL, 'citizen-busy'",
    "a state that is none": "INSERT INTO call SELECT 'x', {t}, NULL, NULL, '', '', NULL, 'asleep', NULL, NULL, '', '', {f}, NULL, 0, '', '', 1, '', 'in'",
    "an end without a result": "INSERT INTO call SELECT 'x', {t}, NULL, {t}, '', '', NULL, 'ended', NULL, NULL, '', '', {f}, NULL, 0, '', '', 1, '', 'in'",
    "a result without a reason": "INSERT INTO call SELECT 'x', {t}, NULL, {t}, '', '', NULL, 'ended', 'answered', NULL, '', '', {f}, NULL, 0, '', '', 1, '', 'in'",
    "a result before the end": "INSERT INTO call SELECT 'x', {t}, NULL, NULL, '', '', NULL, 'menu', 'answered', 'agent-answered', '', '', {f}, NULL, 0, '', '', 1, '', 'in'",
    "a leg of no call": "INSERT INTO leg SELECT 'nobody', 'x', 'citizen', '', '', '', {t}, NULL, NULL, NULL, 0, NULL, NULL",
    "a PIN in the clear": "INSERT INTO person SELECT '1', 'An', '1234', {y}",
    "a session of nobody": "INSERT INTO agent_session SELECT 'x', 'nobody', '101', {t}, NULL, ''",
    "a path out of the folder": "INSERT INTO recording SELECT 'c', '../x', '{h}', 1, {t}, '[]'",
    "an absolute path": "INSERT INTO recording SELECT 'c', '/etc/x', '{h}', 1, {t}, '[]'",
    "a recording without hash": "INSERT INTO recording SELECT 'c', 'x', '', 1, {t}, '[]'",
    "a plan of nobody": "INSERT INTO roster (day, shift_id) SELECT '2026-03-02', 'day'",
    "told by nobody": "INSERT INTO to_tell SELECT 't', 'p', 'c', '', '', 'made', '', {t}, {t}, ''",
    "heard by nobody": "INSERT INTO voicemail SELECT 'v', 'c', 'p', '{h}', 1, {t}, 'key', 'stored', {t}, ''",
}


@pytest.mark.parametrize("what", NEVER)
async def test_the_database_itself_refuses(database: Database, what: str) -> None:
    sqlite = database.dialect == "sqlite"
    words = {"t": "0" if sqlite else "now()", "f": "false", "y": "true", "h": "0" * 64}
    sql = NEVER[what].format(**words)
    if not sqlite:
        sql = sql.replace("'[]'", "'[]'::jsonb").replace("'2026-03-02'", "date '2026-03-02'")
    with pytest.raises(Refused) as caught:
        async with database.transaction() as tx:
            await tx._connection.execute(text(sql))
    assert caught.value.error_id == "row-refused"


async def test_one_open_session_a_person_and_a_line_even_behind_the_repositories(database: Database) -> None:
    moment = "0" if database.dialect == "sqlite" else "now()"

    async def insert(name: str, person: str, line: str, end: str = "NULL") -> None:
        async with database.transaction() as tx:
            await tx._connection.execute(
                text(f"INSERT INTO agent_session SELECT '{name}', '{person}', '{line}', {moment}, {end}, ''")
            )

    async with database.transaction() as tx:
        for person in ("1001", "1002"):
            await tx._connection.execute(text(f"INSERT INTO person SELECT '{person}', 'An', '{HASH}', true"))
    await insert("s1", "1001", "101")
    for person, line in (("1001", "102"), ("1002", "101")):
        with pytest.raises(Refused):
            await insert("s2", person, line)
    await insert("s3", "1001", "101", end=moment)
    await insert("s4", "1002", "102")


async def test_the_schema_is_made_by_the_first_start(empty: str) -> None:
    done = await migrate(empty)
    assert (done.before, done.after, done.backup) == (None, migration.HEAD, None)
    async with Database(empty) as database, database.reading() as tx:
        assert await tx.calls.load_open() == []
