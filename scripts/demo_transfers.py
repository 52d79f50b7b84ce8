"""The demo's transfers: two agencies, what their telephones do, who transfers, and what was seen of it from outside.

Refuses to believe the log: what it says of each step is compared with what the network's telephones saw.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline1022.core.masking import mask
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.directory.edit import put
from hotline1022.directory.load import read
from hotline1022.service.directory.desk import change, fill, numbers_of
from hotline1022.service.settings.tree import Settings
from tests.lab import audio
from tests.lab.legs import until
from tests.lab.network import BUSY, REJECTS, UNREACHABLE, Answers, Leg, PhoneNetwork, Plan, Rings

AGENCIES = Path(__file__).with_name("demo-agencies.toml")
#: seconds that the agent talks first, and that the leader listens to what it is about
TALKS, LISTENS = 4.0, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What an agent does with a citizen, and what the agency's telephones do with the call."""

    code: str
    phones: Mapping[str, Plan]
    #: the number at which 1 is pressed; "" = nowhere
    takes: str = ""


#: by the citizen's number
TRANSFERS = {
    "0901000010": Transfer(
        code="798",
        phones={
            "02740000981": BUSY,
            "0900000981": Answers(after=1, talk=60),  # a machine: it picks up, and presses nothing
            "02740000982": Answers(after=2, talk=12),
        },
        takes="02740000982",
    ),
    "0901000011": Transfer(
        code="799",
        phones={"02740000991": REJECTS, "0900000991": UNREACHABLE, "02740000992": BUSY, "0900000992": Rings()},
    ),
}
#: how a step ended at a telephone that never picked up → the cause with which that telephone ended it; None: 1022 did
NEVER: Mapping[str, int | None] = {"busy": 17, "refused": 21, "unreachable": 20, "no-answer": None}


async def write_agencies(settings: Settings) -> None:
    """The demo's agencies beside the shipped ones; those of an earlier demo are as they should be."""
    numbers, now = numbers_of(settings), datetime.now(UTC)
    things = read(AGENCIES.read_text(encoding="utf-8"), numbers, source=AGENCIES.name)
    await migrate(settings.database_url)
    async with Database(settings.database_url) as database:
        await fill(database, numbers, now)
        await change(database, lambda found: put(found, things), "demo", now)


async def set_up(net: PhoneNetwork) -> None:
    """The agencies' telephones do what they will do."""
    for one in TRANSFERS.values():
        for number, plan in one.phones.items():
            await net.number(number).does(plan)


async def transfer(net: PhoneNetwork, caller: str) -> None:
    """Whichever agent answers this citizen transfers her by #1 and the code; who takes her presses 1."""
    one = TRANSFERS[caller]
    agent = await _answering(net, caller)
    await asyncio.sleep(TALKS)
    await agent.press(f"#1{one.code}")
    if one.takes:
        leg = await (await net.number(one.takes).rings(60, nth=1)).answered(10)
        await _heard(net, leg)
        await asyncio.sleep(LISTENS)
        await leg.press("1")


async def _answering(net: PhoneNetwork, caller: str) -> Leg:
    def found() -> list[Leg]:
        legs = [leg for line in net.world.phones for leg in net.phone(line).legs if leg.other == caller]
        return [leg for leg in legs if leg.answered_at is not None]

    await until(lambda: bool(found()), net.changed, 60, lambda: f"no agent answered {caller}")
    leg = found()[0]
    await _heard(net, leg)
    return leg


async def _heard(net: PhoneNetwork, leg: Leg) -> None:
    """A phone can press keys from when it is being recorded on."""
    await until(lambda: leg.recording_at is not None, net.changed, 5, lambda: f"{leg} is not being recorded")


def telephones(net: PhoneNetwork, citizen: Leg, steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the agency's telephones saw, one line a step; AssertionError where the log says something else."""
    return [_seen(net, citizen, step) for step in steps]


def _seen(net: PhoneNetwork, citizen: Leg, step: Mapping[str, Any]) -> str:
    number, outcome = step["dialled"], step["outcome"]
    legs = net.number(number).legs
    if len(legs) != 1:
        raise AssertionError(f"the log says {outcome} of {mask(number)}, which was called {len(legs)} times")
    (leg,) = legs
    if leg.answered_at is None:
        seen = f"never picked up ({leg.cause_text or leg.cause})"
        true = outcome in NEVER and NEVER[outcome] in {None, leg.cause}
    else:
        heard = audio.heard_for(leg.heard, citizen.frequency)
        seen = f"picked up, heard the citizen for {heard:.1f} s"
        true = outcome == ("taken" if heard > 1 else "not-confirmed")
    if not true:
        raise AssertionError(f"the log says {outcome} of {mask(number)}, whose telephone {seen}")
    return f"{mask(number)} {seen}"


def written(outbox: Path, messages: Sequence[Mapping[str, Any]]) -> str:
    """The files of these SMS; AssertionError where one is not there with its very text."""
    texts = {file: file.read_text(encoding="utf-8") for file in outbox.glob("*.txt")}
    files = [file for one in messages for file, text in texts.items() if f"\n\n{one['text']}\n" in text]
    if len(set(files)) != len(messages):
        raise AssertionError(f"{len(messages)} SMS were sent, and {outbox} has {files}")
    return f"{len(files)} SMS in {outbox}: {', '.join(sorted(file.name for file in files))}"
