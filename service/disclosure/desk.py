"""What units ask for by letter: asked, allowed by another person, packed, handed out, ended. Refuses all that the table has not."""

import asyncio
import logging
import stat
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

from hotline1022.audit.disclosed import ROW, of_hand_out
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.said import said
from hotline1022.db.audit import DAMAGED_ALARM
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Database, Work
from hotline1022.evidence.excerpt import AskedPart, as_told, parts_of
from hotline1022.evidence.states import NEEDS_WORDS, Move, follow
from hotline1022.evidence.types import LONGEST, Disclosure, DownloadLink, HandOut, Part, Request, State
from hotline1022.recordings.apart import SECONDS, WHOLE_SECONDS, on_disk
from hotline1022.service.disclosure.allowed import check_allowed, check_packed, check_terms, check_who
from hotline1022.service.disclosure.pack import Packer
from hotline1022.service.disclosure.story import cut_of

log = logging.getLogger(__name__)

#: a request, and a package, is good for so long
GOOD_FOR = timedelta(days=30)
#: a file in the folder of packages that no row names goes after this
LEFT_OVER = timedelta(days=1)
_KINDS = {
    Move.APPROVE: Kind.DISCLOSURE_APPROVED,
    Move.REFUSE: Kind.DISCLOSURE_REFUSED,
    Move.WITHDRAW: Kind.DISCLOSURE_WITHDRAWN,
    Move.EXPIRE: Kind.DISCLOSURE_EXPIRED,
}


class DisclosureDesk:
    """Everything that is done with a disclosure; each is one entry of the audit, in its transaction."""

    def __init__(self, database: Database, packer: Packer, folder: Path) -> None:
        self._database, self._packer = database, packer
        #: where packages lie
        self._folder = folder
        #: that cannot be read, and were rung
        self._rung: set[str] = set()

    async def request(self, request: Request, actor: str, at: datetime, asked: Sequence[AskedPart] = ()) -> Disclosure:
        """Write down what a unit asks for, whole or the parts `asked`.

        NotFound `recording-unknown`; Invalid `disclosure-invalid`, `excerpt-…` (see evidence.excerpt.parts_of).
        """
        async with self._database.reading() as tx:
            found = [await tx.catalogue.get(one) for one in request.recordings]
        request = replace(request, recordings=tuple(one.id for one in found))
        request = replace(request, parts=await self._parts(request, asked))
        made = Disclosure(
            id=token_hex(8),
            state=State.REQUESTED,
            request=request,
            asked_by=actor,
            asked_at=at,
            expires_at=at + GOOD_FOR,
        )
        async with self._database.transaction() as tx:
            await tx.disclosures.add(made)
            detail: dict[str, object] = {
                "letter_date": request.letter_date.isoformat(),
                "recordings": list(request.recordings),
            }
            _note(tx, Kind.DISCLOSURE_REQUESTED, made, actor, at, detail | _terms(made))
        return made

    async def change(self, id: str, actor: str, at: datetime, asked: Sequence[AskedPart]) -> Disclosure:
        """Ask for other parts, or with none for everything: what was allowed, or packed, is no more.

        Refused `not-who-asked`, `disclosure-state`, `disclosure-changed`; Invalid `excerpt-…`.
        """
        async with self._database.reading() as tx:
            before = await tx.disclosures.get(id)
            await check_who(tx, Move.CHANGE, before.asked_by, actor)
        state = follow(before.state, Move.CHANGE)
        after = replace(
            before,
            state=state,
            request=replace(before.request, parts=await self._parts(before.request, asked)),
            revision=before.revision + 1,
            decided_by="",
            decided_at=None,
            package="",
            sha256="",
            bytes=0,
            packed_at=None,
            expires_at=at + GOOD_FOR,
        )
        async with self._database.transaction() as tx:
            await tx.disclosures.move(before, after)
            _note(tx, Kind.DISCLOSURE_CHANGED, after, actor, at, _terms(after))
        await self._drop(before)
        return after

    async def _parts(self, request: Request, asked: Sequence[AskedPart]) -> tuple[Part, ...]:
        if not asked:
            return ()
        clocks = {}
        async with self._database.reading() as tx:
            named = {
                one.recording: (await tx.catalogue.get(one.recording)).id for one in asked[: len(request.recordings)]
            }
        for name, recording in named.items():
            if recording in request.recordings:
                clocks[name] = await self._packer.clock(recording)
        return await asyncio.to_thread(parts_of, asked, clocks)

    async def decide(
        self, id: str, move: Move, actor: str, at: datetime, words: str = "", terms: str = ""
    ) -> Disclosure:
        """Allow, refuse or take back. Refused `same-person`, `disclosure-state`, `disclosure-changed`.

        Whoever allows parts, or what was changed, says by the first letters of its `terms` what was seen: Refused
        `disclosure-terms` for others.
        """
        words = " ".join(words.split())
        if (move in NEEDS_WORDS and not words) or len(words) > LONGEST:
            text = f"to {move} a disclosure needs words, {LONGEST} characters at most; say why"
            raise Invalid(text, error_id="disclosure-words")
        async with self._database.transaction() as tx:
            before = await tx.disclosures.get(id)
            await check_who(tx, move, before.asked_by, actor)
            state = follow(before.state, move)
            if move is Move.APPROVE:
                check_terms(before, terms)
            after = replace(before, state=state, decided_by=actor, decided_at=at, words=words)
            await tx.disclosures.move(before, after)
            if move is Move.WITHDRAW:
                await tx.disclosures.end_links(id, at)
            _note(tx, _KINDS[move], after, actor, at, _terms(after) if move is Move.APPROVE else {})
        if move is Move.WITHDRAW:
            await self._drop(before)
        return after

    async def _drop(self, one: Disclosure) -> None:
        """Its package goes."""
        if one.package:
            await on_disk(self._folder, SECONDS, self.path(one).unlink, missing_ok=True)

    async def pack(self, id: str, actor: str, at: datetime) -> Disclosure:
        """Make the package. Refused `recording-damaged`, `disclosure-state`, `disclosure-not-allowed`; NotFound `recording-none`."""
        async with self._database.reading() as tx:
            before = await tx.disclosures.get(id)
            state = follow(before.state, Move.PACK)
            await check_allowed(tx, before)
        written = await self._packer.pack(before, self._folder / _name(before), at)
        after = replace(
            before,
            state=state,
            package=written.path.name,
            sha256=written.sha256,
            bytes=written.bytes,
            packed_at=at,
            expires_at=at + GOOD_FOR,
        )
        try:
            async with self._database.transaction() as tx:
                await tx.disclosures.move(before, after)
                _note(tx, Kind.DISCLOSURE_PACKED, after, actor, at, {"sha256": after.sha256, "bytes": after.bytes})
        except Refused:  # somebody else packed it, or took it back, meanwhile
            await on_disk(self._folder, SECONDS, written.path.unlink, missing_ok=True)
            raise
        return after

    async def hand_out(
        self,
        id: str,
        received_by: str,
        actor: str,
        at: datetime,
        also: Callable[[Work, Disclosure], Awaitable[None]] | None = None,
    ) -> HandOut:
        """Write down who receives the package; it is looked at before. Refused `package-damaged`, `disclosure-expired`,
        `disclosure-not-allowed`.

        `also` is done in the same transaction.
        """
        received_by = " ".join(received_by.split())
        if not 1 <= len(received_by) <= LONGEST:
            raise Invalid("nobody receives it; write name and post", error_id="disclosure-invalid")
        async with self._database.reading() as tx:
            before = await tx.disclosures.get(id)
            state = follow(before.state, Move.HAND_OUT)
            await check_packed(tx, before)
        if before.expires_at is not None and before.expires_at <= at:
            raise Refused("the time of this package is over; ask anew", error_id="disclosure-expired")
        if await on_disk(self._folder, WHOLE_SECONDS, self._packer.digest, self.path(before)) != before.sha256:
            text = "the package is gone or not what was packed; withdraw it and ask anew"
            raise Refused(text, error_id="package-damaged")
        made = HandOut(disclosure=id, received_by=received_by, handed_by=actor, at=at, sha256=before.sha256)
        async with self._database.transaction() as tx:
            await tx.disclosures.move(before, replace(before, state=state))
            await tx.disclosures.hand_out(made)
            told: dict[str, object] = {"sha256": before.sha256, ROW: of_hand_out(made)}
            _note(tx, Kind.DISCLOSURE_HANDED_OUT, before, actor, at, told)
            for recording in before.request.recordings:
                found = await tx.catalogue.get(recording)
                detail = {"disclosure": id, "package_sha256": before.sha256}
                tx.audit.add(
                    Fact(
                        at=at,
                        kind=Kind.RECORDING_HANDED_OUT,
                        actor=actor,
                        subject=subject_of(found.call),
                        detail=detail,
                    )
                )
            if also is not None:
                await also(tx, before)
        return made

    async def get(self, id: str) -> Disclosure:
        """One; NotFound `disclosure-unknown`."""
        async with self._database.reading() as tx:
            return await tx.disclosures.get(id)

    async def show(self, id: str) -> dict[str, object]:
        """One, what goes out of each recording, who received it, and its links without their secrets: for JSON."""
        async with self._database.reading() as tx:
            one = await tx.disclosures.get(id)
            outs, links = await tx.disclosures.hand_outs(id), await tx.disclosures.links(id)
        parts = {part.recording: part for part in one.request.parts}
        told: dict[str, object] = {}
        for recording in one.request.recordings:
            if recording not in parts:
                told[recording] = "whole"
                continue
            clock = await self._packer.clock(recording)
            told[recording] = cut_of(clock.entered_at, parts[recording], ())
        shown = [
            {name: getattr(link, name) for name in DownloadLink.__dataclass_fields__ if name != "key_sha256"}
            for link in links
        ]
        return {
            "disclosure": one,
            "goes_out": told,
            "terms": one.request.terms,
            "hand_outs": list(outs),
            "links": shown,
        }

    def fingerprint(self) -> str:
        """Of the key that signs: it belongs onto the paper that is signed at the hand-out. Blocks for a file."""
        return self._packer.fingerprint()

    def path(self, one: Disclosure) -> Path:
        """Where its package lies."""
        return self._folder / one.package

    async def _ring(self, unreadable: Sequence[str], at: datetime) -> None:
        """Once for each: the bell repeats it until somebody has seen it."""
        for id in set(unreadable) - self._rung:
            text = said("alarm-said.disclosure", disclosure=id)
            async with self._database.transaction() as tx:
                await tx.alarms.raise_alarm(DAMAGED_ALARM, text, at)
            self._rung.add(id)

    async def sweep(self, at: datetime) -> int:
        """End what is over: its package goes, its hash stays; how many. One that cannot be read rings, and stays."""
        count = 0
        for state in (State.REQUESTED, State.APPROVED, State.PACKED, State.HANDED_OUT):
            async with self._database.reading() as tx:
                listed = await tx.disclosures.all(state, limit=1000)
            await self._ring(listed.unreadable, at)
            for one in listed.found:
                if one.expires_at is None or one.expires_at > at:
                    continue
                try:
                    async with self._database.transaction() as tx:
                        await tx.disclosures.move(one, replace(one, state=follow(one.state, Move.EXPIRE)))
                        _note(tx, Kind.DISCLOSURE_EXPIRED, one, "service", at, {"sha256": one.sha256})
                except Refused as error:  # somebody packed it, handed it out or took it back in this very moment
                    log.info("disclosure %s is not over yet: %s", one.id, error)
                    continue
                await self._drop(one)  # killed before: no row names it any more, and it goes with what is left over
                count += 1
        async with self._database.reading() as tx:
            known = await tx.disclosures.packages()
        await on_disk(self._folder, WHOLE_SECONDS, _sweep, self._folder, known, at - LEFT_OVER)
        return count


def _sweep(folder: Path, known: AbstractSet[str], before: datetime) -> None:
    """What a kill left half made, or made and not written down."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        try:
            about = path.lstat()
            if stat.S_ISDIR(about.st_mode):  # no work of ours
                log.warning("%s is no package; look who put it there", path)
            elif path.name not in known and about.st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue


def _name(one: Disclosure) -> str:
    """Of a package: an excerpt says that it is one."""
    return f"1022-{one.id}-{token_hex(4)}{'-trich-doan' if one.request.parts else ''}.zip"


def _terms(one: Disclosure) -> dict[str, object]:
    """What is asked for, as the audit tells of it."""
    parts = {"parts": as_told(one.request.parts)} if one.request.parts else {}
    return {"revision": one.revision, "terms": one.request.terms, **parts}


def _note(tx: Work, kind: Kind, one: Disclosure, actor: str, at: datetime, detail: dict[str, object]) -> None:
    tx.audit.add(Fact(at=at.astimezone(UTC), kind=kind, actor=actor, subject=f"disclosure:{one.id}", detail=detail))
