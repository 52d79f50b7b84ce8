"""One citizen's data in memory behind the API's port: one call, one request."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import NotFound
from hotline1022.web.asker import Asker
from hotline1022.web.citizen_wire import (
    CitizenExportView,
    CitizenHistory,
    CitizenView,
    ErasureRequestView,
    ErasureStage,
    ErasureView,
    ThingView,
)
from hotline1022.web.export_port import Outgoing
from tests.unit.backup_memory import MemoryPieces

REQUEST, SEEN = "c" * 16, "5" * 32
AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
CALL = "hl1-1795470208.58"
VIEW = ErasureView(
    request="",
    pseudonym="",
    counts={"calls": 1},
    kept={"ticket:10000001": "ticket-open"},
    recordings=1,
    done=False,
    recorded=1,
    things=(
        ThingView(part="calls", id=CALL, at=AT, why=""),
        ThingView(part="tickets", id="10000001", at=AT, why="ticket-open"),
    ),
    seen=SEEN,
)
ASKED = ErasureRequestView(
    request=REQUEST, stage=ErasureStage.ASKED, reason="Đơn ngày 12/11/2026", asked_at=AT, asked_by="user:lan",
    confirmed_at=None, confirmed_by="", done_at=None, pseudonym="an-danh-0a1b2c3d4e5f", counts={}, kept={}, done=0, work=0,
    error_id="",
)  # fmt: skip
GIVEN = CitizenExportView(
    at=AT, by="cli:an", reason="citizen", text="Đơn ngày 12/11/2026", counts={"calls": 1}, audio=False, recordings=0, left_out=0
)  # fmt: skip

#: bodies for each route that takes one
BODIES: dict[str, dict[str, Any]] = {
    "/api/citizens/export": {"number": "0901234567", "reason": "citizen", "text": "Đơn ngày 12/11/2026"},
    "/api/citizens/export/zip": {"number": "0901234567", "reason": "citizen", "text": "Đơn ngày 12/11/2026"},
    "/api/citizens/erasures/preview": {"number": "0901234567"},
    "/api/citizens/erasures": {"number": "0901234567", "reason": "Đơn"},
    "/api/citizens/erasures/{erasure}/begin": {"number": "0901234567", "confirm": True, "seen": SEEN},
    "/api/citizens/erasures/{erasure}/confirm": {"number": "0901234567", "confirm": True},
}


@dataclass
class MemoryCitizens:
    """web.citizen_port.CitizenPort; `asked` is what came in."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def export(self, number: str, reason: str, text: str) -> CitizenView:
        """One call."""
        self.asked.append(("export", number, reason, text))
        call = {"id": CALL, "caller_raw": number}
        return CitizenView(calls=(call,), tickets=(), drafts=(), messages=(), sms=(), recordings=())

    async def zip(self, number: str, reason: str, text: str, asker: Asker, *, audio: bool) -> Outgoing:
        """A file of some bytes."""
        asker.demand(Permission.CITIZENS)
        if audio:
            asker.demand(Permission.LISTEN)
        self.asked.append(("zip", number, reason, text))
        return Outgoing(name="du-lieu-ca-nhan.zip", source=MemoryPieces([b"PK", b"..."]))

    async def look(self, number: str) -> ErasureView:
        """One call would go."""
        self.asked.append(("look", number))
        return VIEW

    async def request(self, number: str, reason: str) -> ErasureView:
        """It is asked for."""
        self.asked.append(("request", number, reason))
        return VIEW

    async def confirm(self, request: str, number: str, seen: str) -> ErasureView:
        """It is done."""
        _known(request)
        self.asked.append(("confirm", request, number))
        return VIEW

    async def check(self, request: str, number: str) -> None:
        """Any number will do."""
        _known(request)

    async def begin(self, request: str, number: str, reason: str, seen: str) -> ErasureRequestView:
        """It runs."""
        self.asked.append(("begin", request, number, reason, seen))
        return replace(ASKED, stage=ErasureStage.RUNNING, confirmed_at=AT, confirmed_by="user:lan", work=1)

    async def erasure(self, request: str) -> ErasureRequestView:
        """Nobody has carried it out."""
        _known(request)
        return ASKED

    async def history(self) -> CitizenHistory:
        """One of each."""
        return CitizenHistory(erasures=(ASKED,), exports=(GIVEN,))


def _known(request: str) -> None:
    if request != REQUEST:
        raise NotFound(f"there is no request {request}", error_id="erasure-unknown")
