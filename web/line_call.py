"""The answer to: who calls at this line. Refuses a line that there is not."""

from hotline1022.web.line_call_wire import LineCallView
from hotline1022.web.route import Ask


async def get_line_call(ask: Ask) -> LineCallView:
    """The line, and who calls there."""
    return await ask.ports.callers.get(ask.path["line"])
