"""One citizen's data: what is there, an erasure that is asked for and then confirmed by typing the number, and its end.

Refuses an office's number, and to erase without a request. The audit has the pseudonym, never the number.
"""

import asyncio
import hashlib
import hmac
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_bytes, token_hex
from typing import Any

from hotline1022.audit.types import Fact, Finding, Kind
from hotline1022.core.acting import Acting, acting
from hotline1022.core.errors import Invalid, Refused, Unavailable
from hotline1022.db.citizen_find import Found
from hotline1022.db.citizen_requests import counts_of
from hotline1022.db.unit import Database
from hotline1022.recordings.types import significant
from hotline1022.service.background.work import Progress
from hotline1022.service.citizen.erasure import PARTS, Erasure, seen_of, things_of, whole_of
from hotline1022.service.citizen.steps import Erased, Places, Steps, forms_of

#: fewer digits are no citizen's number
_FEWEST = 7


def digits_of(number: str) -> str:
    """The digits by which the number is known; Invalid `number-invalid` for what is no citizen's number."""
    digits = significant(unicodedata.normalize("NFC", number))
    if len(digits) < _FEWEST or any(one not in "0123456789+() ./-" for one in number):
        text = f"{number!r} is no telephone number of a citizen; write all of it, 0901 234 567"
        raise Invalid(text, error_id="number-invalid")
    return digits


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
        self._database, self._steps = database, Steps(database, places, rows)
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
            await tx.citizens.requests.add(
                id=request, pseudonym=pseudonym, proof=proof, reason=reason, requested_at=at, requested_by=act.actor
            )
        return replace(said, request=request, pseudonym=pseudonym)

    async def proven(self, request: str, number: str, *, seen: str = "") -> None:
        """Whether it may be confirmed now. Refuses as `confirm`."""
        digits = digits_of(number)
        await self._proven(request, digits)
        if seen:
            _must_be((await self._said(await self._found(digits))).seen, seen)

    async def accept(self, request: str) -> None:
        """Write down that it is confirmed, and by whom, or taken up again: an alarm that it stands broken off ends."""
        act, at = _who(), datetime.now(UTC)
        async with self._database.transaction() as tx:
            asked = await tx.citizens.requests.locked(request)
            first = {"confirmed_at": at, "confirmed_by": act.actor} if asked["confirmed_at"] is None else {}
            await tx.alarms.end(asked["alarm"], at)
            await tx.citizens.requests.note(request, moved_at=at, alarm="", **first)

    async def confirm(
        self, request: str, number: str, *, seen: str = "", progress: Progress = lambda done, work: None
    ) -> Erasure:
        """The second step: erase. Killed on the way, confirming again goes on, with the same pseudonym, and tells the whole at its end;
        `things` are those of the last try.

        NotFound `erasure-unknown`; Refused `erasure-other-number`, `erasure-done`, `erasure-changed`: something else would go
        now than was `seen`, also where it goes on; Unavailable `erasure-waits`: what is there is needed, or is going, just now.
        """
        digits = digits_of(number)
        with self._leave() as may:
            if not may:
                text = (
                    "a backup or a package is being made, recordings are being sealed anew, old ones are just being deleted, "
                    "or another erasure runs; confirm again afterwards"
                )
                raise Unavailable(text, error_id="erasure-waits")
            return await self._confirm(request, digits, seen, progress)

    async def _proven(self, request: str, digits: str) -> Mapping[str, Any]:
        async with self._database.reading() as tx:
            asked = await tx.citizens.requests.asked(request)
        if asked["done_at"] is not None:
            raise Refused(f"the request {request} was carried out", error_id="erasure-done")
        if not await asyncio.to_thread(_proves, asked["proof"], digits):
            text = "the number is not the one of this request; type it again, or make another request"
            raise Refused(text, error_id="erasure-other-number")
        return asked

    async def _confirm(self, request: str, digits: str, seen: str, progress: Progress) -> Erasure:
        asked = await self._proven(request, digits)
        found = await self._found(digits)
        if seen:  # exactly what was found here goes: what comes in from now on is not in it
            _must_be((await self._said(found)).seen, seen)
        await self.accept(request)
        one = Erased(request=request, pseudonym=asked["pseudonym"], digits=digits, by=_who())
        await self._steps.erase(one, found, counts_of(asked["gone"]), progress)
        await self._steps.finish(one)
        said = await self._said(found)
        async with self._database.transaction() as tx:
            at = datetime.now(UTC)
            now = await tx.citizens.requests.locked(request)
            counts = counts_of(now["gone"])
            whole = whole_of(said, counts, counts_of(asked["gone"]))
            await tx.alarms.end(now["alarm"], at)  # it hung, and rang for that
            await tx.citizens.requests.note(request, done_at=at, proof="", files=[], gone=counts, alarm="")
            detail: dict[str, object] = {
                "request": request,
                "counts": dict(whole.counts),
                "kept": dict(Counter(said.kept.values())),
            }
            subject = f"citizen:{one.pseudonym}"
            tx.audit.add(
                Fact(
                    at=at,
                    kind=Kind.CITIZEN_ERASED,
                    actor=one.by.actor,
                    origin=one.by.origin,
                    subject=subject,
                    detail=detail,
                )
            )
        return replace(whole, request=request, pseudonym=one.pseudonym, done=True)

    async def _found(self, digits: str) -> Found:
        async with self._database.reading() as tx:
            found = await tx.citizens.find(forms_of(digits))
        if found.contact:
            text = f"the number is that of the contact point {found.contact}: it belongs to an office; end it there"
            raise Refused(text, error_id="citizen-is-contact")
        return found

    async def _having(self, digits: str) -> int:
        """In how many texts of people the number stands."""
        async with self._database.reading() as tx:
            portions = await tx.citizen_words.suspected(digits)
            places = [await tx.citizen_words.with_number(one, digits) for one in portions]
        return sum(len(one.ids) for one in places)

    async def _said(self, found: Found, *, words: int = 0) -> Erasure:
        every = [*found.calls, *found.rung]
        differing = await self._steps.differing(every) if every else frozenset()
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
