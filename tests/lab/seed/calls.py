"""One seeded call as the events that the product would have read; its rows are what the product's own fold makes of them.

Refuses nothing. Nobody leaves a message and nothing is recorded: no sound belongs to a seeded call, and the rows say so.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.core import events as e
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.directory.types import Contact
from tests.lab.seed.floor import LONGEST_WAIT, Floor

_SECOND = timedelta(seconds=1)
_MODE = e.Mode.SERVICE
#: channels that a call may have
LEGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """A transfer that is to be tried: whom, in order, and the ticket that was reserved for it."""

    agency: str
    category: str
    contacts: Sequence[Contact]
    ticket: str
    code: str


class Story:
    """Events of one call, in time."""

    def __init__(self, number: int, at: datetime, caller: str) -> None:
        self.call = CallId(ChannelId(f"hl1-{int(at.timestamp())}.{number * LEGS}"))
        self._first = f"hl1-{int(at.timestamp())}", number * LEGS
        self.caller, self.at = caller, at
        self.events: list[e.Event] = []
        self._legs = 0
        #: who took the citizen of a hunt
        self.taker: Contact | None = None

    def tell(
        self, what: type[e.Event], after: timedelta = timedelta(0), *, on: ChannelId | None = None, **values: object
    ) -> None:
        """The next one."""
        self.at += after
        self.events.append(what(at=self.at, call=self.call, channel=on or self.call, **values))

    def enter(self) -> None:
        """She is there, and hears the menu."""
        self.tell(e.CallEntered, did="1022", caller=self.caller, sent=self.caller)
        self.tell(e.LegAnswered, timedelta(milliseconds=150))

    def step(self, step: str, target: str, after: timedelta) -> None:
        """The menu decided."""
        self.tell(e.StepTaken, after, menu="root", step=step, target=target, mode=_MODE)

    def leg(self, kind: e.LegKind, party: str) -> ChannelId:
        """A further phone rings."""
        self._legs += 1
        channel = ChannelId(f"{self._first[0]}.{self._first[1] + self._legs}")
        self.tell(e.LegStarted, on=channel, kind=kind, party=party)
        return channel

    def talk(self, channel: ChannelId, length: timedelta) -> None:
        """The two are in one bridge so long; then that phone is gone, and she is alone."""
        self.tell(e.LegAnswered, on=channel)
        for one in (self.call, channel):
            self.tell(e.Joined, on=one, bridge=channel)
        self.tell(e.Parted, length, on=channel, bridge=channel)
        self.tell(e.Parted, bridge=channel)
        self.tell(e.LegEnded, on=channel, cause=16)

    def end(self, after: timedelta = timedelta(0)) -> None:
        """She is gone."""
        self.tell(e.LegEnded, after, cause=16)


def short(story: Story, dice: random.Random) -> None:
    """Who needs no agent: lines full, information, 115, or nothing after all."""
    roll = dice.random()
    if roll < 0.02:
        story.tell(e.CallRefused, did="1022", caller=story.caller, reason="lines-full", sent=story.caller)
        return
    story.enter()
    hears = timedelta(seconds=dice.uniform(3, 15))
    if roll < 0.6:
        story.step("emergency", "", hears)
        story.tell(e.EmergencyStarted, origin="menu")
        leg = story.leg(e.LegKind.EMERGENCY, "115")
        story.at += _SECOND * dice.randrange(2, 10)
        story.talk(leg, _SECOND * dice.randrange(20, 180))
        story.tell(e.EmergencyTried, number="115", status="answer")
    elif roll < 0.82:
        story.step("information", "office-hours", hears)
        story.tell(e.PromptStarted, prompt="vi/info-office-hours")
        story.at += _SECOND * dice.randrange(10, 30)
    story.end(hears)


def to_agent(story: Story, dice: random.Random, floor: Floor, category: str) -> str:
    """Who wants an agent waits, and gives up, is given up, or talks; whose line, "" for nobody's. The call has not ended then."""
    story.enter()
    story.step("agents", category, timedelta(seconds=dice.uniform(4, 20)))
    story.tell(e.QueueJoined, timedelta(milliseconds=40), queue="main")
    joined, patience = story.at, timedelta(seconds=3 + dice.expovariate(1 / 110))
    taken = floor.reach(joined, patience)
    if taken is None:
        if patience > LONGEST_WAIT:
            story.tell(e.QueueLeft, LONGEST_WAIT, queue="main", status="timeout")
            story.tell(e.VoicemailStarted, reason="timeout", file=f"{story.call}-message")
            story.at += _SECOND
        else:
            story.at += patience
        return ""
    story.at = taken.at - timedelta(seconds=2)
    leg = story.leg(e.LegKind.AGENT, taken.line)
    story.tell(e.PersonKnown, on=leg, person=taken.person)
    story.at = taken.at
    length = timedelta(seconds=min(1200.0, max(8.0, dice.lognormvariate(4.9, 0.6))))
    floor.talked(taken, taken.at + length)
    story.talk(leg, length)
    return taken.line


def hunted(story: Story, dice: random.Random, hunt: Hunt, line: str) -> None:
    """An agent has put her through: contact points in order, until one takes her or none is left."""
    story.tell(
        e.CascadeStarted,
        hunt=1,
        agency=hunt.agency,
        category=hunt.category,
        ticket=hunt.ticket,
        code=hunt.code,
        line=line,
        origin="phone",
    )
    tries = [(one, which) for one in hunt.contacts for which in ("office", "mobile") if getattr(one, which)]
    for number, (contact, which) in enumerate(tries, start=1):
        dialled = getattr(contact, which)
        story.tell(e.StepTried, step=number, role=contact.role.value, contact=contact.id, which=which, number=dialled)
        leg = story.leg(e.LegKind.CONTACT, dialled)
        if dice.random() < 0.3:
            story.at += _SECOND * dice.randrange(4, 15)
            story.tell(e.LegAnswered, on=leg)
            story.tell(e.StepConfirmed, _SECOND * 3, on=leg, step=number, key="1")
            story.tell(e.CitizenTaken, on=leg, step=number)
            story.talk(leg, _SECOND * dice.randrange(30, 300))
            story.tell(e.StepEnded, step=number, status="answer", taken="talk")
            story.tell(e.CascadeEnded, outcome="connected")
            story.taker = contact
            return
        busy = dice.random() < 0.3
        story.tell(e.LegEnded, _SECOND * (2 if busy else 20), on=leg, cause=17 if busy else 19)
        story.tell(e.StepEnded, step=number, status="busy" if busy else "noanswer", taken="")
    story.tell(e.CascadeEnded, outcome="nobody")
