"""The steps of an erasure: words, rows and histories, files, the journal. Each portion is one transaction, in which the request's row says
what it takes: broken off anywhere, the whole is told all the same. Refuses nothing itself: desk.py has looked whether it may.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.audit.types import Fact, Finding, Kind
from hotline1022.core.acting import Acting
from hotline1022.core.numbers import forms
from hotline1022.db.citizen import PORTION
from hotline1022.db.citizen_find import Found
from hotline1022.db.citizen_words import PORTION as TEXTS
from hotline1022.db.citizen_words import Place
from hotline1022.db.unit import Database
from hotline1022.recordings.types import significant
from hotline1022.service.background.work import Progress
from hotline1022.service.calls.journal_scrub import scrub
from hotline1022.service.calls.log_store import JOURNAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where files with a citizen's data lie."""

    attachments: Path
    outbox: Path
    journal: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is erased, and by whom."""

    request: str
    pseudonym: str
    digits: str = field(repr=False)
    by: Acting

    @property
    def told_by(self) -> dict[str, str]:
        """Who, for entries."""
        return {"actor": self.by.actor, "origin": self.by.origin}


def forms_of(digits: str) -> tuple[str, ...]:
    """Every way in which it may stand in a column."""
    return forms(digits, significant)


class Steps:
    """`rows` compares calls with the chain: what differs is evidence and stays."""

    def __init__(
        self, database: Database, places: Places, rows: Callable[[Sequence[str]], Awaitable[Sequence[Finding]]]
    ) -> None:
        self._database, self._places, self._rows = database, places, rows

    async def erase(self, one: Erased, found: Found, gone: Mapping[str, int], progress: Progress) -> None:
        """Calls last: as long as one is there, everything linked to it is found again. `progress`: in calls, those that had `gone`
        before too.
        """
        done = gone.get("calls", 0) + gone.get("rung", 0)
        work = done + len(found.calls) + len(found.rung)
        progress(done, work)
        async with self._database.transaction() as tx:
            at = datetime.now(UTC)
            files = await tx.citizens.erase_tickets(found.tickets, one.pseudonym)
            await tx.citizens.erase_drafts(found.drafts)
            files += await tx.citizens.erase_messages(found, forms_of(one.digits), one.pseudonym, at)
            parts = {name: getattr(found, name) for name in ("tickets", "messages", "told", "to_tell", "sms")}
            drafts = [" ".join(draft) for draft in found.drafts]
            await tx.citizens.requests.went(one.request, at, files, **parts, drafts=drafts)
        await self._words(one)
        for calls, own in ((found.calls, True), (found.rung, False)):
            for at_call in range(0, len(calls), PORTION):
                wanted = calls[at_call : at_call + PORTION]
                differing = await self.differing(wanted)
                await self._calls(one, [call for call in wanted if call not in differing], own=own)
                done += len(wanted)
                progress(done, work)

    async def finish(self, one: Erased) -> None:
        """Files of what was erased, and the journal as far as it was read."""
        async with self._database.reading() as tx:
            files = (await tx.citizens.requests.asked(one.request))["files"]
            position = await tx.calls.position(JOURNAL)
        inode, offset = (position.inode, position.offset) if position else (0, 0)
        await asyncio.to_thread(self._unlink, files)
        await asyncio.to_thread(scrub, self._places.journal, one.digits, live="cel.jsonl", inode=inode, offset=offset)

    async def differing(self, calls: Sequence[str]) -> frozenset[str]:
        """Those of them whose rows or histories are not what the chain tells."""
        if not await self._rows(calls):
            return frozenset()
        return frozenset([call for call in calls if await self._rows([call])])

    async def _calls(self, one: Erased, calls: Sequence[str], *, own: bool) -> None:
        """Of the citizen, or of others that rang the number."""
        async with self._database.transaction() as tx:
            at = datetime.now(UTC)
            if own:
                recorded = await tx.citizens.erase_calls(calls, one.digits, one.pseudonym, at, **one.told_by)
                await tx.citizens.requests.went(one.request, at, calls=len(calls), recordings=recorded)
            else:
                await tx.citizens.erase_rung(calls, one.digits, at, **one.told_by)
                await tx.citizens.requests.went(one.request, at, rung=len(calls))

    async def _words(self, one: Erased) -> None:
        """Wherever people wrote it: to listen, to hold, to disclose, to erase; and in alarms. Nothing is held while it is
        searched for; each portion is one transaction, with its entry.
        """
        async with self._database.reading() as tx:
            suspected = await tx.citizen_words.suspected(one.digits)
        waiting: list[Place] = []
        for portion in suspected:
            async with self._database.reading() as tx:
                place = await tx.citizen_words.with_number(portion, one.digits)
            if place.ids:
                waiting.append(place)
            if sum(len(each.ids) for each in waiting) >= TEXTS:
                await self._take_out(waiting, one)
                waiting = []
        await self._take_out(waiting, one)

    async def _take_out(self, places: Sequence[Place], one: Erased) -> None:
        if not places:
            return
        async with self._database.transaction() as tx:
            at = datetime.now(UTC)
            taken = [await tx.citizen_words.take_out(place, one.digits) for place in places]
            await tx.citizens.requests.went(one.request, at, words=sum(many for many, _ in taken))
            changed = [told for _, all_told in taken for told in all_told]
            if changed:
                detail: dict[str, object] = {"reasons": changed}
                subject = f"citizen:{one.pseudonym}"
                tx.audit.add(Fact(at=at, kind=Kind.CITIZEN_ERASED, **one.told_by, subject=subject, detail=detail))

    def _unlink(self, files: Sequence[Sequence[str]]) -> None:
        roots = {"attachments": self._places.attachments, "outbox": self._places.outbox}
        for kind, name in files:
            path = roots[kind] / name
            if path.resolve().is_relative_to(roots[kind].resolve()):
                with suppress(FileNotFoundError):
                    path.unlink()
        for root in roots.values():
            if root.is_dir():
                fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                try:
                    os.fsync(fd)
                finally:
                    os.close(fd)
