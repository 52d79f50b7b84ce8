"""Finds calls that Asterisk no longer has and whose end nobody wrote down, and says when they ended. No I/O, no clock.

Judged only with the journal read to its end: whatever it tells of a call later than the question clears that call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.core.call import Call
from hotline1022.core.events import CallLost, Event
from hotline1022.core.ids import CallId
from hotline1022.core.outcomes import CallState

#: the last rows of a call may come to the journal this long after its channel is gone
LOST_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The channels that Asterisk had when it was asked."""

    channels: frozenset[str]
    asked: datetime


class LostCalls:
    """Remembers each call's last fact and what Asterisk said it has."""

    def __init__(self) -> None:
        self._last: dict[CallId, datetime] = {}
        self._answer: _Answer | None = None
        self._lived: datetime | None = None

    def told(self, event: Event) -> None:
        """A fact of a call that is not complete."""
        self._last[event.call] = max(event.at, self._last.get(event.call, event.at))

    def forget(self, call: CallId) -> None:
        """The call is filed."""
        self._last.pop(call, None)

    def answered(self, channels: Iterable[str], asked: datetime) -> None:
        """All channels that Asterisk has, and when the question was sent: later calls cannot be missing."""
        self._answer = _Answer(channels=frozenset(channels), asked=asked)

    def lived(self, until: datetime) -> None:
        """Asterisk was watched up to here. While an answer is not judged yet, its missing calls are not of that Asterisk."""
        if self._answer is None:
            self._lived = until

    def judge(self, calls: Mapping[CallId, Call], now: datetime) -> list[Event]:
        """The ends of calls that are lost; nothing before the journal has had its time. Each answer is judged once."""
        answer = self._answer
        if answer is None or now - answer.asked <= LOST_AFTER:
            return []
        self._answer = None
        lost = [call for call in calls.values() if self._missing(call, answer)]
        return [event for call in lost for event in _ends(call, min(self._end(call, lost), answer.asked))]

    def _missing(self, call: Call, answer: _Answer) -> bool:
        if call.complete or self._last.get(call.id, call.entered_at) >= answer.asked:
            return False
        return all(leg.ended_at is not None or leg.channel not in answer.channels for leg in call.legs.values())

    def _end(self, call: Call, lost: Iterable[Call]) -> datetime:
        """The last moment at which this call's Asterisk is known to have lived: later is nobody's knowledge.

        Not when Asterisk was seen without the call: after a power cut that may be hours, and would count as talk. Calls
        that were under way at the same time died with the same Asterisk, so the last fact of any of them counts for all.
        """
        end = max(self._last.get(call.id, call.entered_at), self._lived or call.entered_at)
        together = [(other.entered_at, self._last.get(other.id, other.entered_at)) for other in lost]
        while True:
            later = max([end, *(last for entered, last in together if entered <= end)])
            if later == end:
                return end
            end = later


def _ends(call: Call, at: datetime) -> list[Event]:
    others = [leg for leg in call.legs.values() if leg.ended_at is None and leg.channel != call.id]
    events: list[Event] = [CallLost(at=at, call=call.id, channel=leg.channel) for leg in others]
    if call.state is not CallState.ENDED:
        events.append(CallLost(at=at, call=call.id, channel=call.id))
    return events
