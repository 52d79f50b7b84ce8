"""One seeded ticket with its history, by the product's own acts: opened, forwarded, accepted, answered, completed, each in its
time. Refuses to do what lies after the end of what is seeded.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline1022.directory.types import Area, Category, Contact, Directory, Role
from hotline1022.tickets import acts
from hotline1022.tickets.code import check_digit
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.ports import Act, Draft, Outcome, Settled
from hotline1022.tickets.types import Action, Changed, Channel, HistoryRow, Named, Requester, Ticket, Urgency
from tests.lab.seed.words import ANSWERS, SERVICES, a_name, a_number, a_subject, an_address

#: codes that begin with 2 to 8, without their check digit; and a number that shares no divisor with how many there are
_CODES, _STRIDE = 7_000_000, 4_294_967
DESK = "desk"
_HOUR = timedelta(hours=1)


def code_of(number: int) -> str:
    """The code of the how-manieth ticket: no two are the same, and they tell no order."""
    digits = str(2_000_000 + number * _STRIDE % _CODES)
    return digits + check_digit(digits)


def id_of(number: int) -> str:
    """Its id."""
    return f"{number * 0x9E3779B97F4A7C15 % (1 << 64):016x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A ticket as it stands at the end, with its history."""

    ticket: Ticket
    rows: tuple[HistoryRow, ...]


class Office:
    """Who makes tickets and answers them."""

    def __init__(self, dice: random.Random, directory: Directory, policy: Policy, until: datetime) -> None:
        self._dice, self._directory, self._policy, self._until = dice, directory, policy, until
        self._areas: list[Area] = sorted(directory.areas.values(), key=lambda one: one.id)

    def category(self, id: str) -> Category:
        """By its id."""
        return self._directory.categories[id]

    def contacts(self, agency: str) -> list[Contact]:
        """Specialists, then leaders."""
        found = [one for one in self._directory.contacts.values() if one.agency == agency]
        return sorted(found, key=lambda one: (one.role is not Role.SPECIALIST, one.order, one.id))

    def agency(self, id: str) -> Named:
        """Id and name."""
        return Named(id=id, name=self._directory.agencies[id].name)

    def written(
        self,
        number: int,
        at: datetime,
        category: str,
        *,
        call: str = "",
        phone: str = "",
        channel: Channel = Channel.PHONE,
    ) -> Kept:
        """A request that somebody writes down then."""
        dice, found = self._dice, self.category(category)
        kind, content = a_subject(dice, category)
        area = dice.choice(self._areas) if dice.random() < 0.8 else None
        answering = self.agency(found.agency)
        draft = Draft(
            channel=channel,
            urgency=Urgency.URGENT if found.urgent and dice.random() < 0.5 else Urgency.ORDINARY,
            kind=kind,
            requester=Requester.BUSINESS if dice.random() < 0.12 else Requester.PERSON,
            name=a_name(dice),
            phone=phone or a_number(dice),
            address=an_address(dice),
            area=area.id if area else "",
            area_name=area.name if area else "",
            category=category,
            category_name=found.name,
            service_group=dice.choice(SERVICES),
            agency=answering.id,
            agency_name=answering.name,
            content=content,
            calls=(call,) if call else (),
        )
        made = acts.opened(draft, id=id_of(number), code=code_of(number), by=DESK, at=at, policy=self._policy)
        if dice.random() < 0.3:  # answered at once
            done = acts.act(
                made.after,
                Act(action=Action.COMPLETE, answer=dice.choice(ANSWERS)),
                by=DESK,
                at=at,
                policy=self._policy,
            )
            return Kept(ticket=done.after, rows=(made.row, done.row))
        return self._handled([made], at)

    def hunted(self, number: int, at: datetime, category: str, *, call: str, phone: str) -> Changed:
        """What a transfer reserves."""
        found = self.category(category)
        return acts.reserved(
            call,
            agency=self.agency(found.agency),
            category=Named(id=category, name=found.name),
            phone=phone,
            content=a_subject(self._dice, category)[1],
            id=id_of(number),
            code=code_of(number),
            by="cascade",
            at=at,
        )

    def settled(self, made: Changed, at: datetime, taker: Contact | None) -> Kept:
        """And what became of it."""
        how = Outcome(
            how=Settled.TAKEN if taker else Settled.NOBODY,
            owner=Named(id=taker.id, name=taker.name) if taker else None,
        )
        done = acts.settled(made.after, how, by="cascade", at=at, policy=self._policy)
        assert done is not None
        return self._handled([made, done], at)

    def _handled(self, done: list[Changed], at: datetime) -> Kept:
        """Forwarded, accepted, answered and completed, as far as there is time; some are late, and some never done."""
        dice = self._dice
        ticket = done[-1].after
        owner = next(iter(self.contacts(ticket.agency)), None)
        named = Named(id=owner.id, name=owner.name) if owner else Named(id=DESK, name=DESK)
        slow = dice.lognormvariate(0, 0.9)
        steps: list[tuple[timedelta, Act, str]] = []
        if ticket.forwarded_at is None:
            minutes = timedelta(minutes=dice.uniform(0.5, 6))
            steps.append(
                (minutes, Act(action=Action.FORWARD, agency=Named(id=ticket.agency, name=ticket.agency_name)), DESK)
            )
        if ticket.accepted_at is None:
            steps.append((_HOUR * 2 * slow, Act(action=Action.ACCEPT, owner=named), named.id))
        if dice.random() < 0.97:
            steps.append((_HOUR * 60 * slow, Act(action=Action.ANSWER, answer=dice.choice(ANSWERS)), named.id))
            steps.append((_HOUR * dice.uniform(0.2, 20), Act(action=Action.COMPLETE), DESK))
        for after, wanted, by in steps:
            at += after
            if at > self._until:
                break
            done.append(acts.act(done[-1].after, wanted, by=by, at=at, policy=self._policy))
        return Kept(ticket=done[-1].after, rows=tuple(one.row for one in done))
