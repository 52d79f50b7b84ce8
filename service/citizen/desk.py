"""One citizen's data: what is there, an erasure that is asked for and then confirmed by typing the number, and its end.

Refuses an office's number, and to erase without a request. The audit has the pseudonym, never the number.
"""

import asyncio
import hashlib
import hmac
import os
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any

from hotline1022.audit.types import Fact, Finding, Kind
from hotline1022.core.acting import Acting, acting
from hotline1022.core.errors import Invalid, Refused, Unavailable
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
from hotline1022.service.citizen.erasure import PARTS, Erasure, seen_of, things_of

#: fewer digits are no citizen's number
_FEWEST = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where files with a citizen's data lie."""

    attachments: Path
    outbox: Path
    journal: Path


def digits_of(number: str) -> str:
    """The digits by which the number is known; Invalid `number-invalid` for what is no citizen's number."""
    digits = significant(unicodedata.normalize("NFC", number))
    if len(digits) < _FEWEST or any(one not in "0123456789+() ./-" for one in number):
        text = f"{number!r} is no telephone number of a citizen; write all of it, 0901 234 567"
        raise Invalid(text, error_id="number-invalid")
    return digits


def forms_of(digits: str) -> tuple[str, ...]:
    """Every way in which it may stand in a column."""
    return forms(digits, significant)


class Citizens:
    """`rows` compares calls with the chain: what differs is evidence and stays."""

    def __init__(
        self,
        database: Database,
        places: Places,
        rows: Callable[[Sequence[str]], Awaitable[Sequence[Finding]]],
        *,
        leave: Callable[[], AbstractContextManager[bool]] = lambda: nullcontext(True),
    ) -> None:
        self._database, self._places, self._rows = database, places, rows
        #: whether files may go while inside; False: a backup copies what rows promised when it began
        self._leave = leave

    async def look(self, number: str) -> Erasure:
        """What would go and what would stay; changes nothing."""
        digits = digits_of(number)
        found = await self._found(digits)
        return await self._said(found, words=await self._having(digits))

    async def request(self, number: str, reason: str, *, seen: str = "", id: str = "") -> Erasure:
        """The first step: write down that this is wanted, under an id of one's own or a new one.

        Refused `citizen-unknown` when nothing may go, `erasure-changed` when something else would go than was `seen`.
        """
        digits = digits_of(number)
        found, words = await self._found(digits), await self._having(digits)
        said = await self._said(found, words=words)
        _must_be(said.seen, seen)
        if not found.anything and not words:
            text = "nothing that may be erased is kept under this number; see the same with --dry-run"
            raise Refused(text, error_id="citizen-unknown")
        act, at = _who(), datetime.now(UTC)
        request, pseudonym = id or token_hex(8), f"an-danh-{token_hex(6)}"
        proof = await asyncio.to_thread(_proof, digits)
        async with self._database.transaction() as tx:
            await tx.citizens.request(
                id=request, pseudonym=pseudonym, proof=proof, reason=reason, requested_at=at, requested_by=act.actor
            )
        return replace(said, request=request, pseudonym=pseudonym)

    async def proven(self, request: str, number: str, *, seen: str = "") -> None:
        """Whether it may be confirmed now. Refuses as `confirm`."""
        digits = digits_of(number)
        asked = await self._proven(request, digits)
        if asked["confirmed_at"] is None and seen:
            _must_be((await self._said(await self._found(digits))).seen, seen)

    async def confirm(
        self, request: str, number: str, *, seen: str = "", progress: Progress = lambda done, work: None
    ) -> Erasure:
        """The second step: erase. Killed on the way, confirming again goes on, with the same pseudonym.

        NotFound `erasure-unknown`; Refused `erasure-other-number`, `erasure-done`, `erasure-changed`: something else would go
        than was `seen`, which is not asked where it goes on; Unavailable `backup-running`.
        """
        digits = digits_of(number)
        with self._leave() as may:
            if not may:
                text = "a backup is being made, or old recordings are just being deleted; confirm again afterwards"
                raise Unavailable(text, error_id="backup-running")
            return await self._confirm(request, digits, seen, progress)

    async def _proven(self, request: str, digits: str) -> Mapping[str, Any]:
        async with self._database.reading() as tx:
            asked = await tx.citizens.asked(request)
        if asked["done_at"] is not None:
            raise Refused(f"the request {request} was carried out", error_id="erasure-done")
        if not await asyncio.to_thread(_proves, asked["proof"], digits):
            text = "the number is not the one of this request; type it again, or make another request"
            raise Refused(text, error_id="erasure-other-number")
        return asked

    async def _confirm(self, request: str, digits: str, seen: str, progress: Progress) -> Erasure:
        asked = await self._proven(request, digits)
        act = _who()
        found, words = await self._found(digits), await self._having(digits)
        if asked["confirmed_at"] is None:
            if seen:
                _must_be((await self._said(found)).seen, seen)
            async with self._database.transaction() as tx:
                await tx.citizens.note(request, confirmed_at=datetime.now(UTC), confirmed_by=act.actor)
        await self._erase(found, digits, asked["pseudonym"], request, act, progress)
        await self._finish(request, digits)
        said = replace(await self._said(found, words=words), request=request, pseudonym=asked["pseudonym"], done=True)
        async with self._database.transaction() as tx:
            at = datetime.now(UTC)
            await tx.citizens.note(request, done_at=at, proof="", files=[])
            detail: dict[str, object] = {
                "request": request,
                "counts": dict(said.counts),
                "kept": dict(Counter(said.kept.values())),
            }
            subject = f"citizen:{said.pseudonym}"
            tx.audit.add(
                Fact(
                    at=at, kind=Kind.CITIZEN_ERASED, actor=act.actor, origin=act.origin, subject=subject, detail=detail
                )
            )
        return said

    async def _found(self, digits: str) -> Found:
        async with self._database.reading() as tx:
            found = await tx.citizens.find(forms_of(digits))
        if found.contact:
            text = f"the number is that of the contact point {found.contact}: it belongs to an office; end it there"
            raise Refused(text, error_id="citizen-is-contact")
        return found

    async def _erase(
        self, found: Found, digits: str, pseudonym: str, request: str, act: Acting, progress: Progress
    ) -> None:
        """Calls last: as long as one is there, everything linked to it is found again. `progress`: in calls."""
        done, work = 0, len(found.calls) + len(found.rung)
        progress(done, work)
        by = {"actor": act.actor, "origin": act.origin}
        async with self._database.transaction() as tx:
            at = datetime.now(UTC)
            files = await tx.citizens.erase_tickets(found.tickets, pseudonym)
            await tx.citizens.erase_drafts(found.drafts)
            files += await tx.citizens.erase_messages(found, forms_of(digits), pseudonym, at)
            before = (await tx.citizens.asked(request))["files"]
            await tx.citizens.note(request, files=[*before, *files])
        await self._words(digits, pseudonym, by)
        for calls, own in ((found.calls, True), (found.rung, False)):
            for at_call in range(0, len(calls), PORTION):
                wanted = calls[at_call : at_call + PORTION]
                differing = await self._differing(wanted)
                portion = [one for one in wanted if one not in differing]
                async with self._database.transaction() as tx:
                    if own:
                        await tx.citizens.erase_calls(portion, digits, pseudonym, datetime.now(UTC), **by)
                    else:
                        await tx.citizens.erase_rung(portion, digits, datetime.now(UTC), **by)
                done += len(wanted)
                progress(done, work)

    async def _words(self, digits: str, pseudonym: str, by: dict[str, str]) -> None:
        """Wherever people wrote it: to listen, to hold, to disclose, to erase; and in alarms. Nothing is held while it is
        searched for; each portion is one transaction, with its entry.
        """
        async with self._database.reading() as tx:
            suspected = await tx.citizen_words.suspected(digits)
        waiting: list[Place] = []
        for portion in suspected:
            async with self._database.reading() as tx:
                place = await tx.citizen_words.with_number(portion, digits)
            if place.ids:
                waiting.append(place)
            if sum(len(one.ids) for one in waiting) >= TEXTS:
                await self._take_out(waiting, digits, pseudonym, by)
                waiting = []
        await self._take_out(waiting, digits, pseudonym, by)

    async def _take_out(self, places: Sequence[Place], digits: str, pseudonym: str, by: dict[str, str]) -> None:
        if not places:
            return
        async with self._database.transaction() as tx:
            changed = [told for place in places for told in await tx.citizen_words.take_out(place, digits)]
            if changed:
                detail: dict[str, object] = {"reasons": changed}
                subject = f"citizen:{pseudonym}"
                tx.audit.add(Fact(at=datetime.now(UTC), kind=Kind.CITIZEN_ERASED, **by, subject=subject, detail=detail))

    async def _differing(self, calls: Sequence[str]) -> frozenset[str]:
        """Those of them whose rows or histories are not what the chain tells."""
        if not await self._rows(calls):
            return frozenset()
        return frozenset([call for call in calls if await self._rows([call])])

    async def _finish(self, request: str, digits: str) -> None:
        """Files of what was erased, and the journal as far as it was read."""
        async with self._database.reading() as tx:
            files = (await tx.citizens.asked(request))["files"]
            position = await tx.calls.position(JOURNAL)
        inode, offset = (position.inode, position.offset) if position else (0, 0)
        await asyncio.to_thread(self._unlink, files)
        await asyncio.to_thread(scrub, self._places.journal, digits, live="cel.jsonl", inode=inode, offset=offset)

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

    async def _having(self, digits: str) -> int:
        """In how many texts of people the number stands."""
        async with self._database.reading() as tx:
            portions = await tx.citizen_words.suspected(digits)
            places = [await tx.citizen_words.with_number(one, digits) for one in portions]
        return sum(len(one.ids) for one in places)

    async def _said(self, found: Found, *, words: int = 0) -> Erasure:
        every = [*found.calls, *found.rung]
        differing = await self._differing(every) if every else frozenset()
        things = things_of(found, differing)
        async with self._database.reading() as tx:
            calls = [one.id for one in things if one.part == "calls"]
            recorded = await tx.originals.last(calls) if calls else {}
        counts = {name: len(getattr(found, name)) for name in PARTS}
        for part in ("calls", "rung"):
            counts[part] -= sum(one in differing for one in getattr(found, part))
        return Erasure(
            request="",
            pseudonym="",
            counts=counts,
            kept={**found.kept, **{f"call:{one}": "damaged" for one in differing}},
            recordings=sum(one in recorded for one in found.calls),
            done=False,
            recorded=len(recorded),
            words=words,
            things=things,
            seen=seen_of(things),
        )


def _must_be(now: str, seen: str) -> None:
    if seen and seen != now:
        text = "something else would be erased now than was shown; look at it again, then confirm that"
        raise Refused(text, error_id="erasure-changed")


def _who() -> Acting:
    return acting() or Acting(actor="service", origin="service", act="")


def _hashed(digits: str, salt: bytes) -> bytes:
    return hashlib.scrypt(digits.encode(), salt=salt, n=2**14, r=8, p=1)


def _proof(digits: str) -> str:
    salt = token_bytes(16)
    return f"{salt.hex()}${_hashed(digits, salt).hex()}"


def _proves(proof: str, digits: str) -> bool:
    salt, _, wanted = proof.partition("$")
    return hmac.compare_digest(_hashed(digits, bytes.fromhex(salt)).hex(), wanted)
