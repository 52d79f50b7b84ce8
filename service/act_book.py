"""Writes down acts of people that no transaction of their own tells of. Refuses to lose one: while the database is away it goes
into a file, synced, and from there into the chain when the database is back.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.audit.types import Fact, Kind, written
from hotline1022.core.acting import Acting
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.db.unit import Database
from hotline1022.service.laid_aside import append_synced

log = logging.getLogger(__name__)

#: seconds between two tries to write what waits
EVERY = 5.0


class ActBook:
    """web.ports.Acts."""

    def __init__(self, database: Database, file: Path) -> None:
        self._database, self._file = database, file
        self._lock = asyncio.Lock()

    async def note(self, act: Acting) -> None:
        """Write an act that was done, once. Unavailable `audit-unavailable` when it can be kept nowhere."""
        if act.noted:
            return
        try:
            async with self._database.transaction():  # the act's entry is all that it writes
                return
        except Unavailable as error:
            log.warning("an act is kept in %s until the database is back: %s", self._file.name, error)
        await self._keep(_fact(Kind.ACT, act))
        act.noted = True

    async def refused(self, act: Acting) -> None:
        """Write that somebody wanted what is not theirs; as `note`."""
        fact = _fact(Kind.RECORDING_REFUSED, act)
        try:
            async with self._database.transaction() as tx:
                tx.audit.add(fact)
        except Unavailable:
            await self._keep(fact)

    async def _keep(self, fact: Fact) -> None:
        async with self._lock:
            try:
                await asyncio.to_thread(append_synced, self._file, _line(fact))
            except OSError as error:
                text = (
                    "it was done, and can be written down neither in the database nor on the disk "
                    f"({error.strerror}); tell the operator at once"
                )
                raise Unavailable(text, error_id="audit-unavailable") from error

    async def run(self) -> None:
        """Until cancelled: what waits goes into the chain."""
        while True:
            try:
                await self.catch_up()
            except (HotlineError, OSError) as error:
                log.warning("acts wait in %s: %s", self._file.name, error)
            await asyncio.sleep(EVERY)

    async def catch_up(self) -> int:
        """Write what waits; how many. Killed at any moment, the next time goes on: none is lost, and none is there twice."""
        async with self._lock:
            waiting = await asyncio.to_thread(_read, self._file)
            if not waiting:
                return 0
            async with self._database.transaction() as tx:
                for fact in waiting:
                    if not await tx.audit.knows(fact):
                        tx.audit.add(fact)
            await asyncio.to_thread(self._file.unlink)
        log.info("%d acts that waited for the database are written down", len(waiting))
        return len(waiting)


def _fact(kind: Kind, act: Acting) -> Fact:
    return Fact(
        at=datetime.now(UTC),
        kind=kind,
        actor=act.actor,
        origin=act.origin,
        subject=act.subject,
        detail={"act": act.act, **act.detail},
    )


def _line(fact: Fact) -> bytes:
    values = {name: getattr(fact, name) for name in ("actor", "origin", "subject", "detail")}
    text = json.dumps({**values, "at": written(fact.at), "kind": fact.kind.value}, ensure_ascii=False)
    return b"\n" + text.encode() + b"\n"  # what a crash cut off before stays on a line of its own


def _read(file: Path) -> Sequence[Fact]:
    """The facts of the file."""
    if not file.exists():
        return ()
    facts = []
    for line in file.read_bytes().splitlines():
        if not line:
            continue
        try:
            values = json.loads(line)
        except ValueError:
            log.warning("%s has a line that was cut off by a crash; it was never told to be kept", file)
            continue
        at, kind = datetime.fromisoformat(values.pop("at")), Kind(values.pop("kind"))
        facts.append(Fact(at=at, kind=kind, **values))
    return facts
