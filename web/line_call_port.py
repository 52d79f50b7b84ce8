"""What the page of an agent needs of the call at the own line; the composition root hands it in. Refuses nothing itself."""

from typing import Protocol

from hotline1022.web.line_call_wire import LineCallView


class LineCallers(Protocol):
    """Who calls at which line."""

    async def get(self, line: str) -> LineCallView:
        """The line and its call; NotFound `line-unknown`."""
        ...
