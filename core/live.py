"""What browsers are told of what happens now: topics, events, and who may see which. Pure; refuses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Topic(StrEnum):
    """What an event is about."""

    LINES = "lines"
    QUEUE = "queue"
    #: the call at one line
    CALL = "call"
    CASCADES = "cascades"
    TICKETS = "tickets"
    ALARMS = "alarms"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, small: what is more than a line of JSON is asked of the API."""

    topic: Topic
    what: str
    #: JSON, and aware times
    facts: Mapping[str, Any]
    #: the line that it happened at; "" = at none
    line: str = ""
    #: who is there, and who just was
    people: frozenset[str] = frozenset()
    #: whose ticket it is, and whose it just was
    agencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What one stream may show."""

    #: topics of which everything is seen, of tickets those of `agencies`
    topics: frozenset[Topic] = frozenset()
    #: topics of which the own line is seen
    own: frozenset[Topic] = frozenset()
    #: telephone numbers as they are
    numbers: bool = False
    #: the own line is this one, or the one at which this person is; "" = none
    line: str = ""
    person: str = ""
    #: None = all
    agencies: frozenset[str] | None = None

    def sees(self, event: Event) -> bool:
        """Whether it may be shown."""
        if event.topic in self.topics:
            ours = event.topic is not Topic.TICKETS or self.agencies is None
            return ours or not event.agencies.isdisjoint(self.agencies or ())
        if event.topic not in self.own:
            return False
        if not event.line and not event.people:  # of all lines
            return True
        return (self.line != "" and event.line == self.line) or (self.person != "" and self.person in event.people)

    def only(self, topics: frozenset[Topic]) -> "Viewer":
        """The same, of these topics alone."""
        return Viewer(
            topics=self.topics & topics,
            own=self.own & topics,
            numbers=self.numbers,
            line=self.line,
            person=self.person,
            agencies=self.agencies,
        )
