"""What the API needs to call citizens back; the composition root hands it in. Refuses nothing itself."""

from collections.abc import Callable, Mapping
from typing import Protocol

from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.web.callback_wire import CallbackView


class CallBacks(Protocol):
    """Calls to citizens who stand in a list."""

    async def begin(
        self, line: str, what: CallbackWhat, target: str, *, shown: Callable[[str], bool] | None = None
    ) -> CallbackView:
        """Ring the line's phone, which then calls her. `shown`: whether her number is the one that was shown; None = nobody looked.

        NotFound `line-unknown`, `callback-unknown`; Refused `line-empty`, `phone-gone`, `line-busy`, `number-not-callable`,
        `callback-running`, `callback-changed`; Unavailable `ami-link-down`, `ami-link-lost`,
        `call-log-behind`.
        """
        ...

    async def tried(self, what: CallbackWhat, rows: Mapping[str, str]) -> Mapping[str, Callback]:
        """The last try for each row of a list, id → her number; by its id."""
        ...
