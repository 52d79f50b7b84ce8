"""Links by which a recipient fetches a package over the network. Refuses what is wrong, over, used up or taken back, and tells
nobody which of these it is; sends nothing that the audit does not have.
"""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex, token_urlsafe

from hotline1022.audit.disclosed import ROW, of_link
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import Invalid, NotFound, Refused, Unavailable
from hotline1022.core.said import said
from hotline1022.db.tokens import digest
from hotline1022.db.unit import Database, Work
from hotline1022.evidence.types import Disclosure, DownloadLink, State
from hotline1022.recordings.stream import Stream, open_stream
from hotline1022.service.disclosure.allowed import link_stands
from hotline1022.service.disclosure.desk import DisclosureDesk
from hotline1022.service.settings.disclosure import DisclosureSettings
from hotline1022.web.listening_port import ByteSource, RangeSource
from hotline1022.web.package_port import PackageFound

log = logging.getLogger(__name__)

#: what is sent again over a bad line is counted again: so much more than its size a download may take
SPARE, SPARE_SHARE = 1 << 20, 10
#: a request counts as so many bytes at least, or as this share of the package: nobody fills the audit with single bytes
LEAST, LEAST_SHARE = 1 << 16, 200
#: the alarm of a link of which the chain tells otherwise, or not at all
DIFFERS_ALARM = "link-differs"
#: packages that are remembered as found whole
BOUND = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new link; its address is never shown again."""

    link: DownloadLink
    address: str


class DisclosureLinks:
    """web.package_port.PackageLinks, and what makes them."""

    def __init__(
        self,
        database: Database,
        desk: DisclosureDesk,
        folder: Path,
        settings: DisclosureSettings,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._desk, self._folder, self._settings = database, desk, folder, settings
        self._clock = clock
        self._whole: OrderedDict[tuple[object, ...], None] = OrderedDict()

    async def make(self, id: str, received_by: str, actor: str, at: datetime) -> Made:
        """Hand the package out by a link. Refused as a hand-out is; Invalid `link-address-missing`."""
        if not self._settings.link_address:
            text = "nobody could open a link; set disclosure.link_address, such as https://1022.example.vn/g/"
            raise Invalid(text, error_id="link-address-missing")
        key = token_urlsafe(32)
        made: list[DownloadLink] = []

        async def also(tx: Work, one: Disclosure) -> None:
            until = at + timedelta(days=self._settings.link_days)
            link = DownloadLink(
                id=token_hex(8),
                disclosure=id,
                key_sha256=digest(key),
                received_by=" ".join(received_by.split()),
                made_by=actor,
                made_at=at,
                expires_at=min(until, one.expires_at or until),
                budget=self._settings.link_downloads * (one.bytes + one.bytes // SPARE_SHARE + SPARE),
            )
            await tx.disclosures.add_link(link)
            detail = {"link": link.id, "sha256": one.sha256, "until": link.expires_at.isoformat(), ROW: of_link(link)}
            tx.audit.add(
                Fact(at=at, kind=Kind.DISCLOSURE_LINKED, actor=actor, subject=f"disclosure:{id}", detail=detail)
            )
            made.append(link)

        await self._desk.hand_out(id, received_by, actor, at, also)
        return Made(link=made[0], address=self._settings.link_address + key)

    async def find(self, key: str, at: datetime) -> PackageFound | None:
        """What the key opens now; None for all others. One that the chain does not tell of, or tells otherwise of, rings."""
        async with self._database.reading() as tx:
            link = await tx.disclosures.link_of(digest(key))
            if link is None or link.ended_at is not None or link.expires_at <= at:
                return None
            try:
                one = await tx.disclosures.get(link.disclosure)
            except Refused as error:  # its row cannot be read; the sweep rings
                log.warning("a link opens nothing: %s", error)
                return None
            if one.state is not State.HANDED_OUT or (one.expires_at is not None and one.expires_at <= at):
                return None
            stands = await link_stands(tx, link, one)
        if not stands:
            await self._ring(link, at)
            return None
        if link.sent >= link.budget:
            return None
        return PackageFound(
            link=link.id,
            disclosure=one.id,
            received_by=link.received_by,
            letter=one.request.letter,
            unit=one.request.unit,
            excerpt=bool(one.request.parts),
            name=one.package,
            sha256=one.sha256,
            bytes=one.bytes,
            expires_at=link.expires_at,
        )

    async def _ring(self, link: DownloadLink, at: datetime) -> None:
        text = said("alarm-said.link", link=link.id, disclosure=link.disclosure)
        async with self._database.transaction() as tx:
            await tx.alarms.raise_alarm(DIFFERS_ALARM, text, at)

    async def open(self, found: PackageFound, origin: str) -> RangeSource:
        """Its bytes, found to be what was packed. Unavailable `package-damaged`."""
        stream = await self._stream(found)
        try:
            known = (found.sha256, *stream.version)
            if known not in self._whole:
                if await stream.sha256() != found.sha256:
                    raise _damaged()
                self._whole[known] = None
                while len(self._whole) > BOUND:
                    self._whole.popitem(last=False)
            return CountedSource(self._database, found, origin, stream, self._clock)
        except BaseException:
            await stream.close()
            raise

    async def _stream(self, found: PackageFound) -> Stream:
        try:
            return await open_stream(self._folder, found.name)
        except Unavailable as error:
            if error.error_id != "recording-missing":
                raise
            raise _damaged() from error


def _damaged() -> Unavailable:
    text = "the package is gone or not what was packed; withdraw it and ask anew"
    return Unavailable(text, error_id="package-damaged")


class CountedSource:
    """web.listening_port.RangeSource: each range is counted and in the audit before its first byte."""

    def __init__(
        self,
        database: Database,
        found: PackageFound,
        origin: str,
        source: ByteSource,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._found, self._origin, self._source = database, found, origin, source
        self._clock = clock
        self._counted = self._sent = 0
        self._least = max(LEAST, found.bytes // LEAST_SHARE)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self._source.size

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        """The bytes. NotFound `link-invalid`: the link has not so many left, or was ended meanwhile."""
        if first >= after:
            return
        count = max(after - first, self._least)
        found = self._found
        async with self._database.transaction() as tx:
            if not await tx.disclosures.take(found.link, count):
                raise NotFound("the link is used up; ask for another one", error_id="link-invalid")
            detail = {"link": found.link, "sha256": found.sha256, "first": first, "after": after, "bytes": found.bytes}
            tx.audit.add(
                Fact(
                    at=datetime.now(UTC),
                    kind=Kind.DISCLOSURE_DOWNLOADED,
                    actor=f"link:{found.link}",
                    origin=self._origin,
                    subject=f"disclosure:{found.disclosure}",
                    detail=detail,
                )
            )
        self._counted = count
        async for piece in self._source.read(first, after):
            self._sent += len(piece)
            yield piece

    async def check(self) -> None:
        """NotFound `link-invalid`: the link ended, or what it leads to did. What is left of it does not matter: this is counted."""
        async with self._database.reading() as tx:
            if not await tx.disclosures.stands(self._found.link, self._clock()):
                raise NotFound("the link was ended meanwhile; ask for another one", error_id="link-invalid")

    async def close(self) -> None:
        """Close it; what was counted and not sent is given back."""
        await self._source.close()
        left = self._counted - max(self._sent, self._least)
        if left <= 0:
            return
        try:
            async with self._database.transaction() as tx:
                await tx.disclosures.give_back(self._found.link, left)
        except Unavailable as error:
            log.warning("link %s has %d bytes less than it should: %s", self._found.link, left, error)
