"""What the API needs to call citizens back; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from hotline1022.core.callbacks import Callback, CallbackWhat, Talk
from hotline1022.web.callback_wire import CallbackView


class CallBacks(Protocol):
    """Calls to citizens who stand in a list."""

    async def begin(
        self, line: str, what: CallbackWhat, target: str, *, shown: Callable[[str], bool] | None = None, talk: str = ""
    ) -> CallbackView:
        """Ring the line's phone, which then calls her. `shown`: whether her number is the one that was shown; None = nobody looked.
        `talk`: id of the call in which somebody talked with her since, where she is to be called all the same; not for who gave up.

        NotFound `line-unknown`, `callback-unknown`; Dealt `callback-talked`, `callback-heard`, `callback-told`; Refused `line-empty`,
        `phone-gone`, `line-busy`, `number-not-callable`, `callback-running`, `callback-here`, `callback-changed`; Unavailable
        `ami-link-down`, `ami-link-lost`, `call-log-behind`.
        """
        ...

    async def talks(self, rows: Mapping[str, tuple[str, datetime]]) -> Mapping[str, Talk]:
        """The last talk with each of these, id → number and since when she stands there; by its id. Who has had none is left out."""
        ...

    async def tried(self, what: CallbackWhat, rows: Mapping[str, str]) -> Mapping[str, Callback]:
        """The last try for each row of a list, id → her number; by its id."""
        ...
