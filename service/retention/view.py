"""Holds, how long things are kept, and what would go, for the API and the command line: each change with its entry of the audit.
The reason of a hold stays out of the audit, which is kept for ever; the letter's number is in it. Refuses days by which something
goes earlier until somebody has seen what.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import Acting, acting
from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.texts import one_form
from hotline1022.db.unit import Database
from hotline1022.recordings.retention import LONGEST, shorter, too_short
from hotline1022.recordings.types import DueView, Hold, Terms, TermsVersion
from hotline1022.service.menu.desk import BY_FILE
from hotline1022.service.retention.due_lately import PATIENCE, DueLately
from hotline1022.service.retention.terms_book import detail_of, terms_of
from hotline1022.service.retention.work import look, wall_clock
from hotline1022.service.settings.retention import Retention
from hotline1022.web.retention_wire import DueSeen, TermsNow, TermsPreview, due_view
from hotline1022.web.retention_wire import RetentionView as Due


class RetentionView:
    """web.retention_port.RetentionPort."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], Retention],
        clock: Callable[[], datetime] = wall_clock,
        patience: float = PATIENCE,
    ) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._lately = DueLately(self._look, clock, patience=patience)

    async def hold(self, recording: str, *, letter: str, why: str) -> Hold:
        """Keep it, by its id or its call's."""
        at, act = self._clock(), _who()
        async with self._database.transaction() as tx:
            made = await tx.holds.hold(recording, letter=letter, why=why, by=act.actor, at=at)
            tx.audit.add(_fact(Kind.RECORDING_HELD, made, at, act))
        self._lately.forget()
        return made

    async def release(self, hold: str, *, why: str) -> tuple[Hold, bool]:
        """End this hold."""
        at, act = self._clock(), _who()
        async with self._database.transaction() as tx:
            ended, held = await tx.holds.release(hold, why=why, by=act.actor, at=at)
            tx.audit.add(_fact(Kind.RECORDING_RELEASED, ended, at, act))
        self._lately.forget()
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
        return await self._look(None)

    async def due_lately(self) -> DueSeen:
        """What would go, as it was counted a moment ago."""
        return await self._lately.seen()

    async def _look(self, terms: Terms | None) -> DueView:
        return await look(self._database, self._settings(), self._clock(), terms=terms)

    async def terms(self) -> TermsNow:
        """How long things are kept."""
        settings = self._settings()
        async with self._database.reading() as tx:
            kept, differs = await terms_of(tx, settings)
            versions = await tx.terms.versions()
        return TermsNow(
            terms=kept.terms,
            file=settings.terms,
            versions=tuple(versions),
            differs=differs,
            from_hour=settings.from_hour,
            until_hour=settings.until_hour,
        )

    async def preview(self, terms: Terms) -> TermsPreview:
        """What other days would mean."""
        _check(terms)
        return await self._preview(terms, due_view(await self._look(None)), due_view(await self._look(terms)))

    async def preview_lately(self, terms: Terms) -> TermsPreview | None:
        """The same as it was counted a moment ago; None: it is being counted."""
        _check(terms)
        now, then = await self._lately.seen(), await self._lately.seen(terms)
        if now.due is None or then.due is None or now.counting or then.counting:
            return None
        return await self._preview(terms, now.due, then.due)

    async def _preview(self, terms: Terms, due: Due, then: Due) -> TermsPreview:
        now = await self.terms()
        return TermsPreview(
            now=due,
            then=then,
            shorter=shorter(terms, now.terms),
            confirm=_confirm(terms, now.versions[0].number if now.versions else 0),
        )

    async def change(self, terms: Terms, *, seen: int, why: str, confirm: str, by: str) -> TermsVersion:
        """Other days, from the next night on."""
        _check(terms)
        at, act, file = self._clock(), _who(), self._settings().terms
        async with self._database.transaction() as tx:
            newest = await tx.terms.newest()
            kept, differs = await terms_of(tx, self._settings())
            if (newest.number if newest else 0) != seen:
                text = "somebody else changed the terms meanwhile; look at them, then decide again"
                raise Refused(text, error_id="retention-changed")
            if terms == kept.terms and not differs:
                raise Refused("these days are in force already; change one of them", error_id="retention-same")
            if (differs or shorter(terms, kept.terms)) and confirm != _confirm(terms, seen):
                text = "something would be deleted earlier; look at the preview of exactly these days, and confirm it"
                raise Refused(text, error_id="retention-unconfirmed")
            if newest is None:
                first = _version(1, file, "", BY_FILE, at, from_file=True)
                await tx.terms.add(first)
                tx.audit.add(_terms_fact(first, file, Acting(actor="service", origin="service", act="")))
                newest = first
            version = _version(newest.number + 1, terms, one_form(why.strip()), by, at)
            await tx.terms.add(version)
            tx.audit.add(_terms_fact(version, kept.terms, act))
        self._lately.forget()
        return version


def _who() -> Acting:
    return acting() or Acting(actor="service", origin="service", act="")


def _fact(kind: Kind, hold: Hold, at: datetime, act: Acting) -> Fact:
    detail: dict[str, object] = {"hold": hold.id, "letter": hold.letter}
    subject = f"recording:{hold.recording}"
    return Fact(at=at, kind=kind, actor=act.actor, origin=act.origin, subject=subject, detail=detail)


def _check(terms: Terms) -> None:
    for one in fields(Terms):
        if not 0 <= getattr(terms, one.name) <= LONGEST:
            text = f"{one.name} is no number of days; write 0 (for ever) to {LONGEST}"
            raise Invalid(text, error_id="retention-days")
    if wrong := too_short(terms):
        calls, recordings = wrong[0]
        text = (
            f"{calls} is shorter than {recordings}: a recording would be kept without knowing whose it is; choose at least as "
            "many days, or 0 where that is 0"
        )
        raise Invalid(text, error_id="retention-calls")


def _confirm(terms: Terms, seen: int) -> str:
    """Of exactly these days, while that version is in force."""
    text = "/".join(str(getattr(terms, one.name)) for one in fields(Terms))
    return hashlib.sha256(f"{text}@{seen}".encode()).hexdigest()[:16]


def _version(number: int, terms: Terms, why: str, by: str, at: datetime, *, from_file: bool = False) -> TermsVersion:
    return TermsVersion(
        number=number,
        ordinary_days=terms.ordinary,
        emergency_days=terms.emergency,
        calls_days=terms.calls,
        calls_emergency_days=terms.calls_emergency,
        why=why,
        by=by,
        at=at,
        from_file=from_file,
    )


def _terms_fact(version: TermsVersion, before: Terms, act: Acting) -> Fact:
    return Fact(
        at=version.at,
        kind=Kind.RETENTION_CHANGED,
        actor=act.actor,
        origin=act.origin,
        subject="retention",
        detail=detail_of(version, before),
    )
