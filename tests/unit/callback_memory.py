"""Calls to citizens in memory, behind the API's port."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline1022.core.callbacks import Callback, CallbackWhat, Dealt, Talk
from hotline1022.core.errors import NotFound, Refused
from hotline1022.web.callback_wire import CallbackView
from tests.unit.calls_memory import CALLER

MADE = "out-1795470208.000058001"


@dataclass
class MemoryCallbacks:
    """web.callback_port.CallBacks."""

    begun: list[tuple[str, CallbackWhat, str]] = field(default_factory=list)
    kept: dict[str, Callback] = field(default_factory=dict)
    #: with whom somebody talked since, by what they stand in their list with
    talked: dict[str, Talk] = field(default_factory=dict)
    #: of everybody
    number: str = CALLER

    async def begin(
        self, line: str, what: CallbackWhat, target: str, *, shown: Callable[[str], bool] | None = None, talk: str = ""
    ) -> CallbackView:
        if target == "nobody":
            raise NotFound("this citizen is not in that list any more; load it anew", error_id="callback-unknown")
        last = self.talked.get(target)
        if last is not None and last.call != talk:
            raise Dealt("reached meanwhile", error_id="callback-talked", name=last.name, at=last.at)
        if shown is not None and not shown(self.number):
            raise Refused("another number than was shown; load the list anew", error_id="callback-changed")
        self.begun.append((line, what, target))
        return CallbackView(call=MADE, line=line, number=CALLER)

    async def talks(self, rows: Mapping[str, tuple[str, datetime]]) -> Mapping[str, Talk]:
        return {id: self.talked[id] for id in rows if id in self.talked}

    async def tried(self, what: CallbackWhat, rows: Mapping[str, str]) -> Mapping[str, Callback]:
        return {id: self.kept[id] for id in rows if id in self.kept}
