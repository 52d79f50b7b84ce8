"""Disclosures in memory behind the API's port: one, and what was asked."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.folding import fold
from hotline1022.evidence.states import Move, check_person
from hotline1022.evidence.types import Filter, Request, State
from hotline1022.web.disclosure_wire import (
    Decision,
    DisclosureList,
    DisclosureView,
    HandOutView,
    LinkMade,
    PackingView,
    PartBody,
)
from hotline1022.web.listening_port import RangeSource
from hotline1022.web.package_port import PackageFound
from hotline1022.web.types import WorkState
from tests.unit.catalogue_memory import AT, FIRST
from tests.unit.listening_memory import KEY

ONE = DisclosureView(
    id="d" * 16, state=State.REQUESTED, unit="Công an tỉnh", letter="12/CSĐT", letter_date=date(2026, 11, 24),
    person="Trần Văn Bình", why="Xác minh tin báo", recordings=(FIRST.id,), parts=(), terms="ef" * 32, revision=1, asked_by="token:listen-token", asked_at=AT,
    decided_by="", decided_at=None, words="", sha256="", bytes=0, packed_at=None, expires_at=None, hand_outs=(), links=(),
)  # fmt: skip


@dataclass
class MemoryDisclosures:
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def list(self, wanted: Filter) -> DisclosureList:
        there = wanted.state in (None, ONE.state) and fold(wanted.words) in fold(f"{ONE.unit} {ONE.letter}")
        return DisclosureList(disclosures=(ONE,) if there and wanted.before is None else (), unreadable=())

    async def get(self, id: str) -> DisclosureView:
        if id != ONE.id:
            raise NotFound("there is no such disclosure; look in the list", error_id="disclosure-unknown")
        return ONE

    async def request(self, wanted: Request, parts: Sequence[PartBody], actor: str, at: datetime) -> DisclosureView:
        self.asked.append((wanted, *parts, actor))
        return ONE

    async def change(self, id: str, parts: Sequence[PartBody], actor: str, at: datetime) -> DisclosureView:
        check_person(Move.CHANGE, ONE.asked_by, actor)
        self.asked.append((*parts, actor))
        return await self.get(id)

    async def decide(
        self, id: str, decision: Decision, words: str, terms: str, actor: str, at: datetime
    ) -> DisclosureView:
        check_person(Move(decision.value), ONE.asked_by, actor)
        self.asked.append((decision, words, *([terms] if terms else []), actor))
        return await self.get(id)

    async def pack(self, id: str, actor: str, at: datetime) -> DisclosureView:
        return replace(await self.get(id), sha256="ab" * 32, bytes=1)

    async def hand_out(self, id: str, received_by: str, actor: str, at: datetime) -> DisclosureView:
        out = HandOutView(received_by=received_by, handed_by=actor, at=at, sha256="ab" * 32)
        return replace(await self.get(id), hand_outs=(out,))

    async def link(self, id: str, received_by: str, actor: str, at: datetime) -> LinkMade:
        await self.get(id)
        self.asked.append((received_by, actor))
        return LinkMade(id="a" * 16, address="https://1022.example.vn/g/" + KEY, expires_at=at, sha256="ab" * 32)


@dataclass
class MemoryPacks:
    """web.disclosure_port.Packs: one may be made at a time."""

    packing: PackingView | None = None

    async def begin(self, id: str, actor: str) -> PackingView:
        if self.packing is not None:
            raise Refused("another package is being made; wait", error_id="pack-running")
        self.packing = PackingView(
            disclosure=id, state=WorkState.RUNNING, asked_at=AT, asked_by=actor, ended_at=None, done=0, work=9, error=""
        )
        return self.packing

    async def now(self) -> PackingView | None:
        return self.packing


PACKAGE = b"PK" + bytes(range(256)) * 400


class MemoryPackages:
    """One link that opens PACKAGE; `sent` has the ranges that were given."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, str]] = []
        self.over = False

    async def find(self, key: str, at: datetime) -> PackageFound | None:
        if key != KEY or self.over:
            return None
        return PackageFound(
            link="a" * 16, disclosure=ONE.id, received_by="Trần Văn <Bình>", unit=ONE.unit, letter=ONE.letter, excerpt=True,
            name="1022-x-trich-doan.zip", sha256=sha256(PACKAGE).hexdigest(), bytes=len(PACKAGE), expires_at=AT,
        )  # fmt: skip

    async def open(self, found: PackageFound, origin: str) -> RangeSource:
        return _Source(self, origin)


class _Source:
    def __init__(self, packages: MemoryPackages, origin: str) -> None:
        self._packages, self._origin = packages, origin
        self.size = len(PACKAGE)

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        self._packages.sent.append((first, after, self._origin))
        yield PACKAGE[first:after]

    async def check(self) -> None:
        """It stands."""

    async def close(self) -> None:
        """Nothing is open."""
