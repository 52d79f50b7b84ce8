"""How long things are kept at this moment: as somebody decided at the desk, else as the settings' file says. Refuses to be sure of rows
that the audit's chain does not tell of: whoever has the database could shorten them.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, fields, replace

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.errors import Unavailable
from hotline1022.core.said import said
from hotline1022.db.unit import Database, Work
from hotline1022.recordings.types import Terms, TermsVersion
from hotline1022.service.settings.retention import Retention

log = logging.getLogger(__name__)

#: settings that the desk may overrule
DAYS = frozenset(f"retention.{one.name}_days" for one in fields(Terms))


async def terms_of(tx: Work, settings: Retention) -> tuple[Retention, str]:
    """The settings with the days in force, and why nothing may be deleted by them; "" = nothing stands in the way."""
    newest, told = await tx.terms.newest(), await tx.audit.last(Kind.RETENTION_CHANGED)
    kept = settings if newest is None else with_terms(settings, newest.terms)
    return kept, _differs(newest, told)


async def overruled(database: Database, keys: Sequence[str]) -> tuple[str, ...]:
    """Which of these settings the file does not lead any more. A database that is away is told of elsewhere."""
    days = tuple(key for key in keys if key in DAYS)
    if not days:
        return ()
    try:
        async with database.reading() as tx:
            return days if await tx.terms.newest() is not None else ()
    except Unavailable as error:
        log.warning("whether the desk decided how long things are kept could not be read: %s", error)
        return ()


def with_terms(settings: Retention, terms: Terms) -> Retention:
    """The same with other days."""
    return replace(
        settings,
        ordinary_days=terms.ordinary,
        emergency_days=terms.emergency,
        calls_days=terms.calls,
        calls_emergency_days=terms.calls_emergency,
    )


def detail_of(version: TermsVersion, before: Terms) -> dict[str, object]:
    """What the chain tells of a version."""
    return {"version": version.number, "days": asdict(version.terms), "before": asdict(before)}


def _differs(newest: TermsVersion | None, told: Entry | None) -> str:
    if newest is None and told is None:
        return ""
    if newest is None:
        return said("doubt.days-gone")
    same = {"version": newest.number, "days": asdict(newest.terms)}
    if told is None or any(told.detail.get(name) != value for name, value in same.items()):
        return said("doubt.days-differ", number=newest.number)
    return ""
