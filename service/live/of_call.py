"""Which call a queue's caller is of: in a call to a citizen, who came to the queue when she was put through, her channel does not
name it. Refuses to guess: of a channel that the log does not know it is the name itself.
"""

from collections.abc import Callable
from dataclasses import replace

from hotline1022.ami_bridge import types as live
from hotline1022.core.ids import CallId, ChannelId

#: citizens who were called and came to a queue that are remembered at most: the log forgets a channel with its end, of which the
#: link may tell later
REMEMBERED = 1000


class OfCall:
    """Events of the live link with the call in the caller's place."""

    def __init__(self, call_of: Callable[[ChannelId], CallId | None]) -> None:
        self._call_of = call_of
        self._remembered: dict[ChannelId, CallId] = {}
        self._queued: dict[ChannelId, CallId] = {}

    def told(self, event: live.LiveEvent) -> live.LiveEvent:
        """The event as those take it who know calls alone."""
        if not isinstance(event, live.AgentEvent | live.CallerEvent) or not event.caller:
            return event
        call = self._remembered.get(event.caller) or self._call_of(event.caller)
        if isinstance(event, live.CallerEvent):  # by which name she came to the queue, by that she leaves it
            call = self._queued.setdefault(event.caller, call or CallId(event.caller))
            if len(self._queued) > REMEMBERED:
                self._queued.pop(next(iter(self._queued)))
        if call is None or call == event.caller:
            return event
        self._remembered[event.caller] = call
        if len(self._remembered) > REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        return replace(event, caller=call)
