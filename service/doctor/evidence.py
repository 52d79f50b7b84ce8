"""One point of the doctor: stamps and nightly looks are made, and not under a clock that was wrong. Makes none, leaves no trace."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline1022.audit.nights import KINDS, Nights
from hotline1022.core.clock import local
from hotline1022.core.errors import Unavailable
from hotline1022.db.engine import parse, speaking_our_words, sqlite_file
from hotline1022.db.migrate import HEAD, current
from hotline1022.db.unit import Database
from hotline1022.service.doctor.machine import DATABASE_SECONDS, looking_into
from hotline1022.service.evidence.nights import nights_of
from hotline1022.service.settings.tree import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = "SELECT at FROM audit_entry WHERE kind = ? ORDER BY seq DESC LIMIT 1"
_FIRST = "SELECT at FROM audit_entry ORDER BY seq LIMIT 1"


async def nights(settings: Settings) -> str:
    """The last stamp and the last nightly look are not older than two days, nor of a time to come."""
    file = sqlite_file(parse(settings.database_url))
    if file is not None:
        there = file.exists() and file.stat().st_size > 0
        found = await asyncio.to_thread(_in_sqlite, file) if there else Nights()
    else:
        found = await _in_postgresql(settings.database_url)
    if found.began is None:
        return "evidence: the audit has no entry yet"
    if wrong := found.wrong(datetime.now(UTC)):
        text = (
            f"evidence: {'; '.join(wrong)}. Set the clock right (timedatectl set-ntp true); the service makes both each "
            "night while it runs, and its log says why it did not"
        )
        raise Unavailable(text, error_id="evidence-late")
    return f"evidence: last stamp {_said(found.stamp)}, last nightly look {_said(found.look)}"


def _in_sqlite(file: Path) -> Nights:
    with looking_into(file) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_entry'").fetchone():
            return Nights()
        asked = {"began": connection.execute(_FIRST)}
        asked |= {what: connection.execute(_LAST, (kind.value,)) for what, kind in KINDS.items()}
        rows = {what: answer.fetchone() for what, answer in asked.items()}
    return Nights(**{what: _EPOCH + timedelta(microseconds=row[0]) for what, row in rows.items() if row})


async def _in_postgresql(address: str) -> Nights:
    try:
        async with asyncio.timeout(DATABASE_SECONDS), speaking_our_words():
            if await current(address) != HEAD:
                return Nights()
            async with Database(address) as database:
                return await nights_of(database)
    except TimeoutError as error:
        text = f"PostgreSQL does not answer within {DATABASE_SECONDS:g} s; see that it runs, or correct database.url"
        raise Unavailable(text) from error


def _said(at: datetime | None) -> str:
    return f"{local(at):%F %H:%M}" if at else "not yet"
