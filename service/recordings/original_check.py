"""Looks at one call's originals now, as at each play and download: damage is written into the chain and rung. Refuses nothing:
whoever asked decides what follows from it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from hotline1022.audit.types import Fact, Fault, Finding, Kind
from hotline1022.core.acting import by_the_service
from hotline1022.core.said import said
from hotline1022.db.holds import subject_of_recording
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.names import call_of
from hotline1022.recordings.verify import Versions
from hotline1022.service.evidence.walk import Evidence, Examiner

#: a call that was found whole is not hashed again for so many seconds, while rows and what the disk says of its files stay
#: the same: a player asks for one file in many ranges
FRESH_SECONDS = 60.0
#: calls remembered
BOUND = 256
_OF_DAMAGE = (Kind.RECORDING_DAMAGED, Kind.RECORDING_VERIFIED)


class OriginalCheck:
    """audit.ports.Originals."""

    def __init__(
        self,
        database: Database,
        examiner: Examiner,
        bell: AlarmBell,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._examiner, self._bell, self._now = database, examiner, bell, now
        self._whole: OrderedDict[str, tuple[float, Versions]] = OrderedDict()

    async def check_now(self, call: str, *, fresh: bool = False) -> Sequence[Finding]:
        """What is wrong with the call's rows and files; nothing when all is as it was stored."""
        versions = await self._examiner.versions(call)  # before hashing: what changes meanwhile is seen the next time
        at, known = self._whole.get(call, (0.0, None))
        if (
            not fresh
            and known == versions
            and self._now() - at < FRESH_SECONDS
            and not await self._examiner.rows([call])
        ):
            return ()
        evidence = Evidence()
        await self._examiner.originals(evidence, [call])
        if evidence.ok:
            await note_mended(self._database, call)
            self._whole[call] = (self._now(), versions)
            self._whole.move_to_end(call)
            while len(self._whole) > BOUND:
                self._whole.popitem(last=False)
            return ()
        self._whole.pop(call, None)
        damage = [one for one in evidence.findings if one.fault is not Fault.KEY_MISSING]
        unread = [one for one in evidence.findings if one.fault is Fault.KEY_MISSING]
        if damage:
            await note_damage(self._database, self._bell, call, damage)
        if unread:  # says nothing of the recording: the chain, which keeps it for ever, does not tell of it
            await self._bell.ring("recording-key-missing", _told(unread), call)
        return tuple(evidence.findings)


def _told(found: Sequence[Finding]) -> str:
    return said("alarm-said.fault", fault=found[0].fault, text="; ".join(one.text for one in found[:5]))


async def note_damage(database: Database, bell: AlarmBell, call: str, found: Sequence[Finding]) -> None:
    """One entry for the same damage until it was found mended, and an alarm until somebody has seen it."""
    subject = subject_of(call)
    detail = {"findings": [{"fault": one.fault.value, "name": one.name} for one in found]}
    if await open_damage(database, call) != detail:
        async with database.transaction() as tx:
            at = datetime.now(UTC)
            tx.audit.add(Fact(at=at, kind=Kind.RECORDING_DAMAGED, actor="service", subject=subject, detail=detail))
    await bell.ring("recording-damaged", _told(found), call)


async def note_changed(database: Database, bell: AlarmBell, path: str) -> Finding | None:
    """The same of an original whose bytes were others while somebody was given them. None, and nothing is told: no row promises
    it any more, its time was over meanwhile.
    """
    async with database.reading() as tx:
        promised = await tx.recordings.originals([call_of(path)])
    if path not in {one.path for one in promised}:
        return None
    finding = Finding(fault=Fault.FILE_CHANGED, seq=0, name=path, text=f"{path} has other bytes than were stored")
    with by_the_service():
        await note_damage(database, bell, call_of(path), [finding])
    return finding


async def open_damage(database: Database, call: str) -> Mapping[str, object] | None:
    """The call's last damage, as its entry tells of it; None when there was none, or it was found whole since: by a check of
    the files, which tells of the recording by its id, or by a look at the call.
    """
    async with database.reading() as tx:
        told = [one for one in await tx.audit.about(subject_of(call)) if one.kind in _OF_DAMAGE]
        found = await tx.catalogue.find(call)
        if found is not None:
            about = await tx.audit.about(subject_of_recording(found.id))
            told += [one for one in about if one.kind == Kind.RECORDING_VERIFIED]
    last = max(told, key=lambda one: one.seq, default=None)
    return last.told if last is not None and last.kind == Kind.RECORDING_DAMAGED else None


async def note_mended(database: Database, call: str) -> None:
    """One entry that what was damaged was found as it was stored; none where nothing was."""
    if await open_damage(database, call) is None:
        return
    async with database.transaction() as tx:
        detail = {"call": call}
        fact = Fact(
            at=datetime.now(UTC),
            kind=Kind.RECORDING_VERIFIED,
            actor="service",
            subject=subject_of(call),
            detail=detail,
        )
        tx.audit.add(fact)
