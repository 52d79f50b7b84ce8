"""Holds, and what would go, for the API and the command line: each change with its entry of the audit. The reason of a hold
stays out of the audit, which is kept for ever; the letter's number is in it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import Acting, acting
from hotline1022.db.unit import Database
from hotline1022.recordings.types import DueView, Hold
from hotline1022.service.retention import look
from hotline1022.service.settings_retention import Retention


class RetentionView:
    """web.retention_port.RetentionPort."""

    def __init__(self, database: Database, settings: Callable[[], Retention]) -> None:
        self._database, self._settings = database, settings

    async def hold(self, recording: str, *, letter: str, why: str) -> Hold:
        """Keep it, by its id or its call's."""
        at, act = datetime.now(UTC), _who()
        async with self._database.transaction() as tx:
            made = await tx.holds.hold(recording, letter=letter, why=why, by=act.actor, at=at)
            tx.audit.add(_fact(Kind.RECORDING_HELD, made, at, act))
        return made

    async def release(self, hold: str, *, why: str) -> tuple[Hold, bool]:
        """End this hold."""
        at, act = datetime.now(UTC), _who()
        async with self._database.transaction() as tx:
            ended, held = await tx.holds.release(hold, why=why, by=act.actor, at=at)
            tx.audit.add(_fact(Kind.RECORDING_RELEASED, ended, at, act))
        return ended, held

    async def holds_of(self, recording: str) -> Sequence[Hold]:
        """All of a recording."""
        async with self._database.reading() as tx:
            return await tx.holds.of((await tx.catalogue.get(recording)).id)

    async def open_holds(self) -> Sequence[Hold]:
        """All that are not released."""
        async with self._database.reading() as tx:
            return await tx.holds.open()

    async def due(self) -> DueView:
        """What would go now."""
        return await look(self._database, self._settings(), datetime.now(UTC))


def _who() -> Acting:
    return acting() or Acting(actor="service", origin="service", act="")


def _fact(kind: Kind, hold: Hold, at: datetime, act: Acting) -> Fact:
    detail: dict[str, object] = {"hold": hold.id, "letter": hold.letter}
    subject = f"recording:{hold.recording}"
    return Fact(at=at, kind=kind, actor=act.actor, origin=act.origin, subject=subject, detail=detail)
