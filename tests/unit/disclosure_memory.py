"""Disclosures in memory behind the API's port: one, and what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from hotline1022.core.errors import NotFound
from hotline1022.evidence.states import Move, check_person
from hotline1022.evidence.types import Request, State
from hotline1022.web.disclosure_wire import Decision, DisclosureView, HandOutView
from tests.unit.catalogue_memory import AT, FIRST

ONE = DisclosureView(
    id="d" * 16, state=State.REQUESTED, unit="Công an tỉnh", letter="12/CSĐT", letter_date=date(2026, 11, 24),
    person="Trần Văn Bình", why="Xác minh tin báo", recordings=(FIRST.id,), asked_by="token:listen-token", asked_at=AT,
    decided_by="", decided_at=None, words="", sha256="", bytes=0, packed_at=None, expires_at=None, hand_outs=(),
)  # fmt: skip


@dataclass
class MemoryDisclosures:
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def list(self, state: State | None) -> Sequence[DisclosureView]:
        return [ONE] if state in (None, ONE.state) else []

    async def get(self, id: str) -> DisclosureView:
        if id != ONE.id:
            raise NotFound("there is no such disclosure; look in the list", error_id="disclosure-unknown")
        return ONE

    async def request(self, wanted: Request, actor: str, at: datetime) -> DisclosureView:
        self.asked.append((wanted, actor))
        return ONE

    async def decide(self, id: str, decision: Decision, words: str, actor: str, at: datetime) -> DisclosureView:
        check_person(Move(decision.value), ONE.asked_by, actor)
        self.asked.append((decision, words, actor))
        return await self.get(id)

    async def pack(self, id: str, actor: str, at: datetime) -> DisclosureView:
        return replace(await self.get(id), sha256="ab" * 32, bytes=1)

    async def hand_out(self, id: str, received_by: str, actor: str, at: datetime) -> DisclosureView:
        out = HandOutView(received_by=received_by, handed_by=actor, at=at, sha256="ab" * 32)
        return replace(await self.get(id), hand_outs=(out,))
