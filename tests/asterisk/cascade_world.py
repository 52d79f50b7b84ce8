"""Agencies that tests transfer to, and what a test asks of a transfer: that the log says what every phone saw."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hotline1022.cascade.types import KeptCascade
from hotline1022.core.clock import local_day
from hotline1022.db.types import CallDetail
from hotline1022.db.unit import Database
from hotline1022.directory.hours import DAYS
from hotline1022.tickets.types import Purpose, Ticket
from tests.asterisk.world import STAY, World, eventually, hotline, near
from tests.lab import audio
from tests.lab.network import Answers, Key, Leg, Plan, Step, Wait

#: seconds a number rings in these tests
RING = 5
#: the four telephones that an agency has, in the usual order
EVERYBODY = ("specialist.office", "specialist.mobile", "leader.office", "leader.mobile")
#: seconds by which Asterisk may tell of a telephone's end later than of the next one's INVITE
TELLING = 0.2
#: 1 takes the citizen; the prompt is still being spoken
TAKES_AFTER = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency of the tests, with the four numbers at which it can be called."""

    id: str
    code: int
    #: specialist's office and mobile, leader's office and mobile; "" = missing
    numbers: tuple[str, str, str, str]
    hours: str = "always"
    #: whom it rings one after the other, and how many seconds each
    hunt: tuple[str, ...] = tuple(f"{step} {RING}" for step in EVERYBODY)

    @property
    def text(self) -> str:
        """Its part of the data file."""
        office, mobile, leader_office, leader_mobile = self.numbers
        hunt = ", ".join(f'"{step}"' for step in self.hunt)
        return f"""
[[agencies]]
id = "{self.id}"
name = "Cơ quan {self.code}"
short = "CQ {self.code}"
kind = "department"
code = {self.code}
hours = "{self.hours}"
hunt = [{hunt}]
[[contacts]]
id = "{self.id}-cv"
agency = "{self.id}"
role = "specialist"
name = "Chuyên viên {self.code}"
office = "{office}"
mobile = "{mobile}"
[[contacts]]
id = "{self.id}-ld"
agency = "{self.id}"
role = "leader"
name = "Lãnh đạo {self.code}"
office = "{leader_office}"
mobile = "{leader_mobile}"
"""


def agency(code: int, *, missing: tuple[int, ...] = (), hours: str = "always") -> Agency:
    """The agency of a code, each with numbers of its own."""
    last = code % 100
    numbers = (f"02743850{last}0", f"0903330{last}1", f"02743850{last}2", f"0903330{last}3")
    kept = [("" if place in missing else number) for place, number in enumerate(numbers)]
    return Agency(id=f"cq-{code}", code=code, numbers=(kept[0], kept[1], kept[2], kept[3]), hours=hours)


def shut() -> str:
    """Office hours that are not now, whenever the tests run."""
    return f"{DAYS[(local_day(datetime.now(UTC)).weekday() + 3) % 7]} 08:00-09:00"


def directory(*agencies: Agency) -> str:
    """A data file with these agencies, and a category for the menu's key 5."""
    category = f"""
[[categories]]
id = "construction"
name = "Xây dựng"
agency = "{agencies[0].id}"
urgent = false
"""
    return "\n".join(one.text for one in agencies) + category


@asynccontextmanager
async def manned(folder: Path, lines: Sequence[str], *agencies: Agency) -> AsyncIterator[World]:
    """A hotline with these agencies, and somebody logged in at each of these lines."""
    tables = f"[lines]\nnumbers = {list(lines)}".replace("'", '"')
    async with hotline(folder, tables, directory=directory(*agencies), ring_seconds=20) as world:
        await world.people(*lines)
        await world.on_duty(*lines)
        yield world


@dataclass(slots=True)
class Talk:
    """A citizen who talks with an agent."""

    world: World
    citizen: Leg
    agent: Leg
    line: str

    async def transfer(self, to: Agency) -> None:
        """The agent keys #1 and the code, and is gone."""
        await self.agent.press(f"#1{to.code}")
        await self.agent.ended(10)


async def set_up(world: World, to: Agency, *plans: Plan | None) -> None:
    """What the agency's numbers do; None: what they did before."""
    for number, plan in zip(to.numbers, plans, strict=False):
        if plan is not None and number:
            await world.net.number(number).does(plan)


async def talk(world: World, caller: str, *, key: str = "5", anonymous: bool = False) -> Talk:
    """A citizen who has been answered by one of the agents; both sound their tones."""
    for line in world.on:
        await world.net.phone(line).does(Answers(after=0.3))
    script: list[Step] = [Wait(1), Key(key), STAY]
    citizen = await world.net.call("1022", caller=caller, script=script, talk=True, anonymous=anonymous)
    agent = await answering(world, "" if anonymous else caller, 1)
    return Talk(world, citizen, agent, agent.who.removeprefix("line-"))


async def answering(world: World, caller: str, nth: int, limit: float = 40) -> Leg:
    """The n-th agent's phone that answers this citizen, whichever it is."""

    def found() -> list[Leg]:
        legs = [leg for line in world.on for leg in world.net.phone(line).legs if leg.other == caller]
        return sorted((leg for leg in legs if leg.answered_at is not None), key=lambda leg: leg.started_at)

    async def there() -> bool:
        return len(found()) >= nth

    await eventually(there, f"{caller} was answered by {found()}, not by {nth}", limit)
    leg = found()[nth - 1]
    await _until_recorded(leg)
    return leg


async def _until_recorded(leg: Leg) -> None:
    async def recording() -> bool:
        return leg.recording_at is not None

    await eventually(recording, f"{leg} is not being recorded", 5)


async def called(world: World, number: str, nth: int = 1, limit: float = 30) -> Leg:
    """The n-th call to a number, answered."""
    leg = await world.net.number(number).rings(limit, nth=nth)
    await leg.answered(10)
    await _until_recorded(leg)
    return leg


async def cascades(world: World, call: CallDetail, count: int = 1) -> list[KeptCascade]:
    """The hunts of a call, ended and settled."""
    found: list[KeptCascade] = []

    async def settled() -> bool:
        async with Database(world.product.settings.database_url) as database, database.reading() as tx:
            found[:] = await tx.cascades.of_call(call.call.id or "")
        return len(found) == count and all(one.settled_at is not None for one in found)

    await eventually(settled, f"{count} settled cascades of {call.call.id}; {found}", 40)
    return sorted(found, key=lambda one: one.row.hunt)


async def ticket(world: World, call: CallDetail) -> Ticket:
    """The ticket that the transfer of a call made."""
    async with Database(world.product.settings.database_url) as database, database.reading() as tx:
        found = await tx.tickets.made_by_call(call.call.id or "", Purpose.CASCADE)
    assert found is not None
    return found


async def is_told(world: World, citizen: Leg, prompt: str, limit: float = 60) -> None:
    """Wait until this citizen begins to hear the prompt."""

    async def heard() -> bool:
        rows = world.product.journal()
        (call,) = [
            row["uniqueid"]
            for row in rows
            if row["userdeftype"] == "HL_ENTRY" and f"from={citizen.who}|" in row["eventextra"]
        ]
        begun = [row for row in rows if row["uniqueid"] == call and row["eventenum"] == "STREAM_BEGIN"]
        return any(json.loads(row["eventextra"]).get("sound") == prompt for row in begun)

    await eventually(heard, f"{citizen} is not told {prompt}", limit)


def outcomes(one: KeptCascade) -> list[tuple[str, str, str]]:
    """Each step: role, which telephone, how it ended."""
    return [(step.role, step.which, str(step.outcome)) for step in one.steps]


def causes(one: KeptCascade) -> list[int | None]:
    """Each step's Q.850 cause, as the called leg's own end told it."""
    return [step.cause for step in one.steps]


def rung(world: World, place: Agency) -> list[Leg]:
    """Every call to one of the agency's telephones, in the order of their INVITEs."""
    legs = [leg for number in place.numbers if number for leg in world.net.number(number).legs]
    return sorted(legs, key=lambda leg: leg.started_at)


def at_once(one: KeptCascade, phones: Sequence[Leg]) -> None:
    """By the telephones' own clock each was called within a second of the end of the one before; the log has the same times."""
    for before, after in pairwise(phones):
        assert before.ended_at is not None
        gap = after.started_at - before.ended_at
        assert -TELLING <= gap <= 1, f"{after} was called {gap:.2f} s after the end of {before}"
    tried = [step for step in one.steps if step.channel]
    assert [step.dialled for step in tried] == [phone.who for phone in phones]
    for step, phone in zip(tried, phones, strict=True):
        near(step.started_at, phone.started_at, f"{phone} is called")
        near(step.ended_at, phone.ended_at, f"{phone} ends")
    for step in one.steps:
        if step not in tried:
            assert step.ended_at is not None and step.ended_at - step.started_at <= timedelta(seconds=1), step


def rang(phone: Leg, seconds: float = RING) -> None:
    """Nobody picked it up, and it rang as long as the agency's order says."""
    assert phone.answered_at is None and phone.ended_at is not None
    assert phone.ended_at - phone.started_at == pytest.approx(seconds, abs=0.7), f"{phone} rang too short or too long"


def no_silence(citizen: Leg, limit: float = 2.0) -> None:
    """What the citizen's phone received from its answer to its end has no longer gap than this. Where nothing is sent either way
    the recording is too short: what it lacks counts as silence.
    """
    assert citizen.recording_at is not None and citizen.ended_at is not None
    lacks = citizen.ended_at - citizen.recording_at - audio.seconds(citizen.heard)
    worst = audio.longest_silence(citizen.heard)
    assert worst.length + max(lacks, 0) <= limit, f"{citizen} heard nothing for {worst}, and {lacks:.2f} s are lacking"
