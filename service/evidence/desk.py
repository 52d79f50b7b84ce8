"""The evidence as a whole, for the API: how it stands, a stamp now, a verification in the background whose result is an entry
of the audit. One at a time; refuses a second one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline1022.audit.ports import Originals
from hotline1022.audit.stamps import fingerprint, pem_of
from hotline1022.audit.types import Entry, EntryFilter, Fault, Finding, Kind, Stamp
from hotline1022.core.acting import acting
from hotline1022.core.errors import ConfigError, HotlineError, NotFound, Refused
from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.background.work import Background, Progress, now
from hotline1022.service.evidence.entry import counts_of, entry_of
from hotline1022.service.evidence.history import history
from hotline1022.service.evidence.stamper import Stamper
from hotline1022.service.evidence.walk import Evidence
from hotline1022.service.recordings.catalogue_view import entry_view
from hotline1022.web import evidence_wire as w
from hotline1022.web.types import WorkState

log = logging.getLogger(__name__)

#: findings that an answer has; `evidence verify` has all
SHOWN = 1000

#: looks at everything since a day, tells how much is done and about how much there is
Look = Callable[[date | None, Progress], Awaitable[Evidence]]


class EvidenceDesk:
    """web.evidence_port.EvidencePort; `run()` does what was asked for."""

    def __init__(
        self,
        database: Database,
        bell: AlarmBell,
        *,
        look: Look,
        originals: Originals,
        stamper: Stamper,
        key: Callable[[], Ed25519PrivateKey],
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database, self._bell, self._look, self._originals = database, bell, look, originals
        self._stamper, self._key, self._clock = stamper, key, clock
        self._work: Background[w.VerificationView] = Background("verification", clock)

    async def run(self) -> None:
        """Until cancelled."""
        await self._work.run()

    # ---------------------------------------------------------------- what is asked

    async def now(self) -> w.EvidenceView:
        """How it stands."""
        async with self._database.reading() as tx:
            head = await tx.audit.head()
            stamp, nightly = await tx.audit.last_stamp(), await tx.audit.last(Kind.CHAIN_CHECKED)
            before = None if self._work.view else await tx.audit.last(Kind.EVIDENCE_VERIFIED)
        return w.EvidenceView(
            seq=head.seq,
            sha256=head.sha256,
            stamp=_stamp(stamp) if stamp else None,
            nightly=entry_view(nightly) if nightly else None,
            verification=self._work.view or (_before(before) if before else None),
        )

    async def entries(self, subject: str, limit: int) -> w.EntryList:
        """The last entries about one thing; of a call and its recording one history."""
        async with self._database.reading() as tx:
            found = await history(tx, subject, limit=limit)
        return w.EntryList(entries=tuple(map(entry_view, found)))

    async def told_about(self, subject: str, kinds: Collection[Kind]) -> w.EntryList:
        """All of these kinds, oldest first."""
        async with self._database.reading() as tx:
            found = await tx.audit.told_about(subject, kinds)
        return w.EntryList(entries=tuple(map(entry_view, found)))

    async def search(self, wanted: EntryFilter) -> w.EntryList:
        """The latest first."""
        async with self._database.reading() as tx:
            found = await tx.audit_search.page(wanted)
        return w.EntryList(entries=tuple(map(entry_view, found)))

    async def key(self) -> w.StampKeyView:
        """The public key; NotFound `stamp-key-none`."""
        try:
            public = (await asyncio.to_thread(self._key)).public_key()
        except ConfigError as error:
            text = "there is no key yet that can be read; the first stamp or package makes it"
            raise NotFound(text, error_id="stamp-key-none") from error
        return w.StampKeyView(pem=pem_of(public), sha256=fingerprint(public))

    async def stamp(self) -> w.StampView:
        """A stamp now."""
        return _stamp(await self._stamper.stamp())

    async def verify(self, since: date | None) -> w.VerificationView:
        """Begin; Refused `verification-running`."""
        if self._work.running is not None:
            asked = f"{self._work.running.asked_by} asked for it"
            text = f"a verification runs already ({asked}); wait for it, or stop it"
            raise Refused(text, error_id="verification-running")
        act = acting()
        view = w.VerificationView(
            state=WorkState.RUNNING,
            since=since,
            asked_at=self._clock(),
            asked_by=act.actor if act else "service",
            ended_at=None,
            **dict.fromkeys(("done", "work", "entries", "stamps", "calls", "files", "wrong"), 0),
            findings=(),
            remarks=(),
            error="",
            error_id="",
        )
        return self._work.begin(view, self._verify)

    async def stop(self) -> w.VerificationView:
        """End the one that runs; Refused `verification-none`."""
        stopped = self._work.stop()
        if stopped is None:
            raise Refused("no verification runs", error_id="verification-none")
        return stopped

    async def check(self, recording: str) -> w.CheckedView:
        """All originals of one recording, now: its state follows what is found."""
        async with self._database.reading() as tx:
            row = await tx.catalogue.get(recording)
        found = await self._originals.check_now(row.call, fresh=True)
        views = tuple(map(_finding, found))
        return w.CheckedView(recording=row.id, call=row.call, wrong=len(views), findings=views)

    # ---------------------------------------------------------------- the work

    async def _verify(self, asked: w.VerificationView, progress: Progress) -> Mapping[str, object]:
        found = await self._look(asked.since, progress)
        if not self._work.is_on(asked):  # stopped meanwhile: it leaves no result
            return {}
        counts, findings = counts_of(found), tuple(map(_finding, found.findings[:SHOWN]))
        done = counts["entries"] + counts["calls"] + counts["files"]
        untold = untold_id = ""
        try:
            await self._tell(asked, found)
        except Exception as problem:  # what was found is not lost with it, and the next one can begin
            log.exception("the result of a verification cannot be written into the audit")
            said = problem if isinstance(problem, HotlineError) else type(problem).__name__
            untold_id = "verification-untold"
            untold = f"the result is not in the audit: {said}"
        remarks = tuple(map(_finding, found.remarks))
        told = {"findings": findings, "remarks": remarks, "error": untold, "error_id": untold_id}
        return {**told, "done": done, "work": done, **counts}

    async def _tell(self, asked: w.VerificationView, found: Evidence) -> None:
        fact = entry_of(
            found,
            actor=asked.asked_by,
            origin="service",
            asked_at=asked.asked_at,
            at=self._clock(),
            since=asked.since,
        )
        if found.findings:
            texts = "; ".join(f"{one.fault}: {one.text}" for one in found.findings[:3])
            await self._bell.ring(
                "evidence-damaged", said("alarm-said.findings", found=counts_of(found)["wrong"], texts=texts)
            )
        async with self._database.transaction() as tx:
            tx.audit.add(fact)


def _finding(one: Finding) -> w.FindingView:
    return w.FindingView(fault=one.fault, seq=one.seq, name=one.name, text=one.text)


def _stamp(one: Stamp) -> w.StampView:
    return w.StampView(**{name: getattr(one, name) for name in w.StampView.__dataclass_fields__})


def _before(entry: Entry) -> w.VerificationView | None:
    """What the last one found, as its entry tells; None when somebody changed the entry so that it cannot be read."""
    detail = entry.detail
    with suppress(KeyError, TypeError, ValueError):
        given = {name: int(str(detail[name])) for name in ("entries", "stamps", "calls", "files", "wrong")}
        named: Sequence[dict[str, object]] = detail["findings"]  # type: ignore[assignment]
        findings = tuple(
            w.FindingView(fault=Fault(str(one["fault"])), seq=int(str(one["seq"])), name=str(one["name"]), text="")
            for one in named
        )
        done = given["entries"] + given["calls"] + given["files"]
        return w.VerificationView(
            state=WorkState.DONE,
            since=date.fromisoformat(str(detail["since"])) if detail["since"] else None,
            asked_at=datetime.fromisoformat(str(detail["asked_at"])),
            asked_by=entry.actor,
            ended_at=entry.at,
            done=done,
            work=done,
            findings=findings,
            remarks=(),
            error="",
            error_id="",
            **given,
        )
    return None
