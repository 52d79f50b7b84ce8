"""One citizen's data in memory behind the API's port: one call, one request."""

from dataclasses import dataclass, field

from hotline1022.core.errors import NotFound
from hotline1022.web.citizen_wire import CitizenView, ErasureView

REQUEST = "c" * 16
VIEW = ErasureView(
    request="",
    pseudonym="",
    counts={"calls": 1},
    kept={"ticket:10000001": "ticket-open"},
    recordings=1,
    done=False,
)


@dataclass
class MemoryCitizens:
    """web.citizen_port.CitizenPort; `asked` is what came in."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def export(self, number: str, reason: str, text: str) -> CitizenView:
        """One call."""
        self.asked.append(("export", number, reason, text))
        call = {"id": "hl1-1795470208.58", "caller_raw": number}
        return CitizenView(calls=(call,), tickets=(), drafts=(), messages=(), sms=(), recordings=())

    async def look(self, number: str) -> ErasureView:
        """One call would go."""
        self.asked.append(("look", number))
        return VIEW

    async def request(self, number: str, reason: str) -> ErasureView:
        """It is asked for."""
        self.asked.append(("request", number, reason))
        return VIEW

    async def confirm(self, request: str, number: str) -> ErasureView:
        """It is done."""
        if request != REQUEST:
            raise NotFound(f"there is no request {request}", error_id="erasure-unknown")
        self.asked.append(("confirm", request, number))
        return VIEW
