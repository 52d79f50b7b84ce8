"""Expected wait of a citizen who joins the queue. Pure; refuses to guess from fewer than five answered calls.

Formula: position × mean time an answered call occupied its agent (talk + wrap-up, last 20 answered calls) ÷ agents on.
It is Little's law for a queue whose agents are all busy; docs/queue.md explains it to operators.
"""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta

#: fewer answered calls than this say nothing
FEWEST_SAMPLES = 5
#: older calls than these are another hour
MOST_SAMPLES = 20


class ExpectedWait:
    """Remembers how long the last answered calls occupied an agent."""

    def __init__(self, wrap_up: timedelta) -> None:
        self.wrap_up = wrap_up
        self._talks: deque[timedelta] = deque(maxlen=MOST_SAMPLES)

    def answered(self, talk: timedelta) -> None:
        """A call was answered and is over."""
        self._talks.append(talk)

    def remember(self, talks: Iterable[timedelta]) -> None:
        """Talks of before the start of the service, latest first."""
        self._talks.extendleft(list(talks)[: MOST_SAMPLES - len(self._talks)])

    def at(self, position: int, agents: int) -> timedelta | None:
        """Expected wait for the `position`-th in the queue (1 is next); None under five samples or without agents."""
        if len(self._talks) < FEWEST_SAMPLES or agents < 1 or position < 1:
            return None
        mean = sum(self._talks, timedelta()) / len(self._talks) + self.wrap_up
        return mean * position / agents


def minutes(wait: timedelta) -> int:
    """Whole minutes, rounded up, at least one: what is spoken."""
    return max(1, -(-int(wait.total_seconds()) // 60))
