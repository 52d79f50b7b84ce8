"""Calls to citizens in memory, behind the API's port."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.errors import NotFound
from hotline1022.web.callback_wire import CallbackView
from tests.unit.calls_memory import CALLER

MADE = "out-1795470208.000058001"


@dataclass
class MemoryCallbacks:
    """web.callback_port.CallBacks."""

    begun: list[tuple[str, CallbackWhat, str]] = field(default_factory=list)
    kept: dict[str, Callback] = field(default_factory=dict)

    async def begin(self, line: str, what: CallbackWhat, target: str) -> CallbackView:
        if target == "nobody":
            raise NotFound("this citizen is not in that list any more; load it anew", error_id="callback-unknown")
        self.begun.append((line, what, target))
        return CallbackView(call=MADE, line=line, number=CALLER)

    async def tried(self, what: CallbackWhat, rows: Mapping[str, str]) -> Mapping[str, Callback]:
        return {id: self.kept[id] for id in rows if id in self.kept}
