"""Writes down acts of people that no transaction of their own tells of. Refuses to lose one: while the database is away it goes
into a file, synced, and from there into the chain when the database is back. What it cannot read there, or the database refuses for
good, is put aside and rung; the others do not wait for it.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline1022.audit.types import Fact, Kind, written
from hotline1022.core.acting import Acting
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.service.calls.laid_aside import append_synced

log = logging.getLogger(__name__)

#: seconds between two tries to write what waits; acts of one transaction
EVERY, PORTION = 5.0, 200
#: beside the file: lines that cannot go into the chain, and the alarm of that
ASIDE, ASIDE_ALARM = "acts-aside.jsonl", "acts-aside"


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
            waiting, aside = await asyncio.to_thread(_read, self._file)
            if not waiting and not aside:
                return 0
            for at in range(0, len(waiting), PORTION):
                aside += await self._written(waiting[at : at + PORTION])
            if aside:
                await self._put_aside(aside)
            await asyncio.to_thread(self._file.unlink)
        log.info("%d acts that waited for the database are written down", len(waiting))
        return len(waiting)

    async def _written(self, facts: Sequence[Fact]) -> list[bytes]:
        """Write them; lines of those that the database refuses for good."""
        try:
            async with self._database.transaction() as tx:
                for fact in facts:
                    if not await tx.audit.knows(fact):
                        tx.audit.add(fact)
        except Unavailable:
            raise
        except (HotlineError, ValueError, TypeError) as error:
            if len(facts) > 1:
                return [line for fact in facts for line in await self._written([fact])]
            log.error("an act cannot be written into the audit: %s", error)
            return [_line(facts[0])]
        return []

    async def _put_aside(self, lines: Sequence[bytes]) -> None:
        """Killed after it, they are put there twice: none is lost."""
        await asyncio.to_thread(append_synced, self._file.with_name(ASIDE), b"".join(lines))
        text = said("alarm-said.aside", file=ASIDE)
        async with self._database.transaction() as tx:
            await tx.alarms.raise_alarm(ASIDE_ALARM, text, datetime.now(UTC))


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


def _read(file: Path) -> tuple[list[Fact], list[bytes]]:
    """The facts of the file, and lines that are none: of another version, or spoilt."""
    facts, strange = list[Fact](), list[bytes]()
    if not file.exists():
        return facts, strange
    for line in file.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            values = json.loads(line)
        except ValueError:
            log.warning("%s has a line that was cut off by a crash; it was never told to be kept", file)
            continue
        try:
            facts.append(_fact_of(values))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            log.error("%s has a line that is no act for this version: %s", file, type(error).__name__)
            strange.append(line + b"\n")
    return facts, strange


def _fact_of(values: dict[str, Any]) -> Fact:
    at, kind = datetime.fromisoformat(values.pop("at")), Kind(values.pop("kind"))
    texts = {name: values.pop(name) for name in ("actor", "origin", "subject")}
    detail = values.pop("detail")
    if values or not isinstance(detail, dict) or not all(isinstance(one, str) for one in texts.values()):
        raise ValueError("not as it is written here")
    return Fact(at=at, kind=kind, detail=detail, **texts)
