"""The API's port for the catalogue over the database: conversions, and nothing else."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import timedelta

from hotline1022.audit.types import Entry, written
from hotline1022.core.undecoded import Undecoded
from hotline1022.db.types import LegRow, VoicemailView
from hotline1022.db.unit import Database
from hotline1022.recordings.types import Catalogued, CatalogueFilter, CataloguePage, Status, TrackRow
from hotline1022.service.evidence.history import subjects_of
from hotline1022.web import recordings_wire as w
from hotline1022.web.recordings import write_place

#: of every original that Asterisk writes; another one stands in the track's `detail`
_CODEC = "pcm_s16le"


class CatalogueView:
    """web.ports.Catalogue; `search` gives the catalogue's own values to the command line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, wanted: CatalogueFilter) -> CataloguePage:
        """A page, newest first."""
        async with self._database.reading() as tx:
            return await tx.catalogue_search.search(wanted)

    async def ids_of(self, calls: Collection[str]) -> Mapping[str, str]:
        """Of these calls the ids of their recordings."""
        async with self._database.reading() as tx:
            return await tx.catalogue.ids_of(calls)

    async def get(self, name: str) -> w.RecordingDetail:
        """One recording, by its id or its call's."""
        async with self._database.reading() as tx:
            found = await tx.catalogue.get(name)
            calls = await tx.calls.load([found.call])
            detail = await tx.calls.get(found.call) if calls else None
            tracks = await tx.recordings.tracks(found.call)
            messages = await tx.recordings.voicemails_of(found.call)
            entries = await tx.audit.about(*subjects_of(found))
        legs = {leg.channel: leg for leg in detail.legs} if detail else {}
        return w.RecordingDetail(
            recording=view(found),
            tracks=(*(_track(one, legs.get(one.channel)) for one in tracks), *map(_message, messages)),
            entries=tuple(map(entry_view, entries)),
        )


class CatalogueApi:
    """web.ports.Catalogue."""

    def __init__(self, database: Database) -> None:
        self._view = CatalogueView(database)

    async def search(self, wanted: CatalogueFilter) -> w.RecordingPage:
        """A page, newest first."""
        page = await self._view.search(wanted)
        next_page = None if page.next is None else write_place(page.next)
        return w.RecordingPage(recordings=tuple(map(view, page.recordings)), next=next_page)

    async def get(self, name: str) -> w.RecordingDetail:
        """One recording."""
        return await self._view.get(name)

    async def ids_of(self, calls: Collection[str]) -> Mapping[str, str]:
        """Of these calls the ids of their recordings."""
        return await self._view.ids_of(calls)


def view(one: Catalogued) -> w.RecordingView:
    """A recording as the API shows it."""
    about = one.about
    return w.RecordingView(
        id=one.id,
        call=one.call,
        started_at=one.started_at,
        ended_at=one.ended_at,
        duration_ms=one.duration_ms,
        bytes=one.bytes,
        track_count=one.tracks,
        codec=one.codec,
        gap_ms=one.gap_ms,
        lost_ms=one.lost_ms,
        state=one.shown,
        why=one.why,
        kind=one.kind,
        caller=one.caller,
        persons=about.persons,
        lines=about.lines,
        agencies=about.agencies,
        categories=about.categories,
        tickets=about.codes,
        verified_at=one.verified_at,
    )


def _track(row: TrackRow, leg: LegRow | None) -> w.TrackEntry:
    there = row.status is not Status.MISSING  # one that expired was there: what it was stays
    codec = row.detail.get("codec")
    return w.TrackEntry(
        id=row.id,
        kind=row.kind,
        side=row.side.value,
        person=leg.person if leg else "",
        line=leg.line if leg else "",
        number=leg.party if leg and not leg.line else "",
        started_at=row.segment_started_at,
        ended_at=row.segment_started_at + timedelta(milliseconds=row.duration_ms) if there else None,
        duration_ms=row.duration_ms,
        codec=codec if isinstance(codec, str) else _CODEC if there else "",
        bytes=row.bytes if there else None,
        sha256=row.sha256 or None,
        gap_ms=row.gap_ms,
        lost_ms=row.lost_ms,
        status=row.status.value,
    )


def _message(row: VoicemailView) -> w.TrackEntry:
    return w.TrackEntry(
        id=row.id,
        kind=None,
        side="r",
        person="",
        line="",
        number=row.caller,
        started_at=row.left_at,
        ended_at=row.left_at + timedelta(milliseconds=row.duration_ms) if row.duration_ms else None,
        duration_ms=row.duration_ms,
        codec=_CODEC if row.duration_ms else "",
        bytes=None,
        sha256=row.sha256 or None,
        gap_ms=0,
        lost_ms=0,
        status=(Status.STORED if row.duration_ms else Status.EMPTY).value,
    )


def entry_view(one: Entry) -> w.AuditEntryView:
    """An entry of the audit as the API shows it; of a detail that cannot be decoded, what stands there."""
    names = w.AuditEntryView.__dataclass_fields__.keys() - {"written_at", "detail"}
    detail: object = one.detail
    shown = asdict(detail) if isinstance(detail, Undecoded) else one.detail
    return w.AuditEntryView(written_at=written(one.at), detail=shown, **{name: getattr(one, name) for name in names})
