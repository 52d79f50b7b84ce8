"""The API's port for disclosures over the desk: conversions, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from hotline1022.db.unit import Database
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, HandOut, Request, State
from hotline1022.service.disclosure_desk import DisclosureDesk
from hotline1022.web.disclosure_wire import Decision, DisclosureView, HandOutView


class DisclosuresView:
    """web.disclosure_port.Disclosures."""

    def __init__(self, database: Database, desk: DisclosureDesk) -> None:
        self._database, self._desk = database, desk

    async def list(self, state: State | None) -> Sequence[DisclosureView]:
        """Newest first."""
        async with self._database.reading() as tx:
            return [view(one, await tx.disclosures.hand_outs(one.id)) for one in await tx.disclosures.all(state)]

    async def get(self, id: str) -> DisclosureView:
        """One."""
        async with self._database.reading() as tx:
            return view(await tx.disclosures.get(id), await tx.disclosures.hand_outs(id))

    async def request(self, wanted: Request, actor: str, at: datetime) -> DisclosureView:
        """Write it down."""
        return view(await self._desk.request(wanted, actor, at), ())

    async def decide(self, id: str, decision: Decision, words: str, actor: str, at: datetime) -> DisclosureView:
        """Allow, refuse, take back."""
        return view(await self._desk.decide(id, Move(decision.value), actor, at, words), ())

    async def pack(self, id: str, actor: str, at: datetime) -> DisclosureView:
        """Make the package."""
        return view(await self._desk.pack(id, actor, at), ())

    async def hand_out(self, id: str, received_by: str, actor: str, at: datetime) -> DisclosureView:
        """Who receives it."""
        await self._desk.hand_out(id, received_by, actor, at)
        return await self.get(id)


def view(one: Disclosure, outs: Sequence[HandOut]) -> DisclosureView:
    """As the API shows it."""
    request = {name: getattr(one.request, name) for name in Request.__dataclass_fields__}
    names = set(DisclosureView.__dataclass_fields__) - set(request) - {"hand_outs"}
    hand_outs = tuple(
        HandOutView(received_by=out.received_by, handed_by=out.handed_by, at=out.at, sha256=out.sha256) for out in outs
    )
    return DisclosureView(**{name: getattr(one, name) for name in names}, **request, hand_outs=hand_outs)
