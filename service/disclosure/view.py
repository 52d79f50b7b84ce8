"""The API's port for disclosures over the desk: conversions, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from hotline1022.db.unit import Database, Work
from hotline1022.evidence.excerpt import Asked, AskedPart
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Bleep, Disclosure, DownloadLink, Filter, HandOut, Part, Request
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.service.disclosure.links import DisclosureLinks
from hotline1022.web.calls import cursor_text
from hotline1022.web.disclosure_wire import (
    BleepView,
    Decision,
    DisclosureList,
    DisclosureView,
    HandOutView,
    LinkMade,
    PackageLinkView,
    PartBody,
    PartView,
)


class DisclosuresView:
    """web.disclosure_port.Disclosures."""

    def __init__(self, database: Database, desk: DisclosureDesk, links: DisclosureLinks) -> None:
        self._database, self._desk, self._links = database, desk, links

    async def list(self, wanted: Filter) -> DisclosureList:
        """Newest first, and the ids of those that cannot be read."""
        async with self._database.reading() as tx:
            listed = await tx.disclosures.page(wanted)
            return DisclosureList(
                disclosures=tuple(await _read(tx, listed.found)),
                unreadable=listed.unreadable,
                next=cursor_text(listed.next.asked_at, listed.next.id) if listed.next else None,
            )

    async def get(self, id: str) -> DisclosureView:
        """One."""
        async with self._database.reading() as tx:
            return (await _read(tx, [await tx.disclosures.get(id)]))[0]

    async def request(self, wanted: Request, parts: Sequence[PartBody], actor: str, at: datetime) -> DisclosureView:
        """Write it down."""
        return view(await self._desk.request(wanted, actor, at, _asked(parts)))

    async def change(self, id: str, parts: Sequence[PartBody], actor: str, at: datetime) -> DisclosureView:
        """Ask for other parts."""
        return view(await self._desk.change(id, actor, at, _asked(parts)))

    async def decide(
        self, id: str, decision: Decision, words: str, terms: str, actor: str, at: datetime
    ) -> DisclosureView:
        """Allow, refuse, take back."""
        await self._desk.decide(id, Move(decision.value), actor, at, words, terms)
        return await self.get(id)

    async def pack(self, id: str, actor: str, at: datetime) -> DisclosureView:
        """Make the package."""
        return view(await self._desk.pack(id, actor, at))

    async def hand_out(self, id: str, received_by: str, actor: str, at: datetime) -> DisclosureView:
        """Who receives it."""
        await self._desk.hand_out(id, received_by, actor, at)
        return await self.get(id)

    async def link(self, id: str, received_by: str, actor: str, at: datetime) -> LinkMade:
        """Hand it out by a link."""
        made = await self._links.make(id, received_by, actor, at)
        one = await self._desk.get(id)
        return LinkMade(id=made.link.id, address=made.address, expires_at=made.link.expires_at, sha256=one.sha256)


async def _read(tx: Work, found: Sequence[Disclosure]) -> list[DisclosureView]:
    ids = [one.id for one in found]
    outs, links = await tx.disclosures.hand_outs_of(ids), await tx.disclosures.links_of(ids)
    return [view(one, outs[one.id], links[one.id]) for one in found]


def view(one: Disclosure, outs: Sequence[HandOut] = (), links: Sequence[DownloadLink] = ()) -> DisclosureView:
    """As the API shows it."""
    request = {name: getattr(one.request, name) for name in Request.__dataclass_fields__}
    request |= {"parts": tuple(map(_part, one.request.parts)), "terms": one.request.terms}
    names = set(DisclosureView.__dataclass_fields__) - set(request) - {"hand_outs", "links"}
    hand_outs = tuple(
        HandOutView(received_by=out.received_by, handed_by=out.handed_by, at=out.at, sha256=out.sha256) for out in outs
    )
    shown = tuple(
        PackageLinkView(**{name: getattr(link, name) for name in PackageLinkView.__dataclass_fields__})
        for link in links
    )
    return DisclosureView(**{name: getattr(one, name) for name in names}, **request, hand_outs=hand_outs, links=shown)


def _part(part: Part) -> PartView:
    return PartView(
        recording=part.recording,
        start_ms=part.start_ms,
        end_ms=part.end_ms,
        bleeps=tuple(map(_bleep, part.bleeps)),
    )


def _bleep(one: Bleep) -> BleepView:
    return BleepView(start_ms=one.start_ms, end_ms=one.end_ms, tracks=one.tracks)


def _asked(parts: Sequence[PartBody]) -> list[AskedPart]:
    return [
        AskedPart(
            recording=part.recording,
            start=part.start,
            end=part.end,
            bleeps=tuple(Asked(start=one.start, end=one.end, tracks=one.tracks) for one in part.bleeps),
        )
        for part in parts
    ]
