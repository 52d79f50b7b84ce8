"""The API's port for one citizen's data: conversions, and what was given out before. Refuses nothing itself."""

from dataclasses import fields

from hotline1022.audit.types import Entry, Kind
from hotline1022.db.unit import Database
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.erasing import Erasing
from hotline1022.service.citizen.erasure import Erasure
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.service.citizen.zip_desk import CitizenZips
from hotline1022.web.asker import Asker
from hotline1022.web.citizen_wire import (
    CitizenExportView,
    CitizenHistory,
    CitizenView,
    ErasureRequestView,
    ErasureView,
    ThingView,
)
from hotline1022.web.export_port import Outgoing

#: requests of each kind that a look at the history gives
LATEST = 100


class CitizenApi:
    """web.citizen_port.CitizenPort."""

    def __init__(self, citizens: Citizens, exporter: CitizenExporter, erasing: Erasing, database: Database) -> None:
        self._citizens, self._exporter, self._erasing, self._database = citizens, exporter, erasing, database
        self._zips = CitizenZips(exporter)

    async def export(self, number: str, reason: str, text: str) -> CitizenView:
        """All of it, with its entry of the audit."""
        data = await self._exporter.rows(number, reason, text)
        return CitizenView(**{name: tuple(rows) for name, rows in data.items()})

    async def zip(self, number: str, reason: str, text: str, asker: Asker, *, audio: bool) -> Outgoing:
        """The same as a file."""
        return await self._zips.open(number, reason, text, asker, audio=audio)

    async def look(self, number: str) -> ErasureView:
        """What would go."""
        return _view(await self._citizens.look(number))

    async def request(self, number: str, reason: str) -> ErasureView:
        """The first step."""
        return _view(await self._citizens.request(number, reason))

    async def confirm(self, request: str, number: str, seen: str) -> ErasureView:
        """The second step."""
        return _view(await self._citizens.confirm(request, number, seen=seen))

    async def begin(self, request: str, number: str, reason: str, seen: str) -> ErasureRequestView:
        """Both, in the background."""
        return await self._erasing.begin(request, number, reason, seen)

    async def check(self, request: str, number: str) -> None:
        """Whether it waits for this number."""
        await self._citizens.proven(request, number)

    async def erasure(self, request: str) -> ErasureRequestView:
        """How far one is."""
        return await self._erasing.erasure(request)

    async def history(self) -> CitizenHistory:
        """The latest ones."""
        async with self._database.reading() as tx:
            told = await tx.audit.latest(Kind.CITIZEN_EXPORTED, LATEST)
            words = await tx.listening.words_of([str(one.detail.get("listening", "")) for one in told])
        exports = tuple(_exported(one, words.get(str(one.detail.get("listening", "")), "")) for one in reversed(told))
        return CitizenHistory(erasures=await self._erasing.latest(LATEST), exports=exports)


def _view(one: Erasure) -> ErasureView:
    given = {each.name: getattr(one, each.name) for each in fields(ErasureView)}
    things = tuple(ThingView(part=each.part, id=each.id, at=each.at, why=each.why) for each in one.things)
    return ErasureView(**given | {"things": things})


def _exported(one: Entry, words: str) -> CitizenExportView:
    """As its entry tells; somebody may have spoilt it."""
    told = one.detail
    counts, calls, left = told.get("counts"), told.get("calls"), told.get("left_out")
    return CitizenExportView(
        at=one.at,
        by=one.actor,
        reason=str(told.get("reason", "")),
        text=words,
        counts=counts if isinstance(counts, dict) else {},
        audio=told.get("audio") is True,
        recordings=calls if isinstance(calls, int) else 0,
        left_out=len(left) if isinstance(left, list) else 0,
    )
