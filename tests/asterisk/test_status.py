"""What became of a ticket, by telephone: *, the code, then exactly the sounds of its state; wrong codes, guessing, no service."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline1022.core.clock import local
from hotline1022.db.types import CallDetail
from hotline1022.db.unit import Database
from hotline1022.ivr.numbers import month_prompts, number_prompts
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.join import stored
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.code import check_digit
from hotline1022.tickets.policy import load_policy
from hotline1022.tickets.types import Ticket
from tests.asterisk.world import STAY, World, agrees, eventually, filed, hotline, keys, outcome, verify
from tests.lab import audio
from tests.lab.network import Answers, HangUp, Key, Keys, Leg, Step, Wait
from tests.unit.tickets_made import NOW, a_draft

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

#: 115 and 9 stand within it
LOT = 911_590
#: codes that nobody has
FREE = [digits + check_digit(digits) for digits in ("7000001", "7000002", "7000003", "7000004")]
#: while a key is down nobody sends sound: eight of 120 ms, in ms
KEYED = 1000
#: seconds in which the test keys a code, and hears nothing; and of silence that a hung service may cost
KEYING, SILENCE = 2.6, 2.3
ASKED = ["hl1022/greeting", "hl1022/ticket-enter-code"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("status"), ring_seconds=20) as one:
        await one.people("101", "102")
        await one.on_duty("101", "102")
        for line in ("101", "102"):
            await one.net.phone(line).does(Answers(after=0.3, talk=2))
        await one.net.number("115").does(Answers(after=0.3, talk=2))
        yield one


async def made(world: World) -> Ticket:
    """A ticket with the code of LOT, the same each time it is asked for."""
    settings = world.product.settings
    async with Database(settings.database_url) as database:
        async with database.reading() as tx:
            code = f"{2_000_000 + LOT}"
            known = [one for one in await tx.tickets.open() if one.code.startswith(code)]
        desk = TicketDesk(
            database,
            load_policy(),
            DirectoryNames(stored(database)),
            Shelf(settings.paths.attachments),
            below=lambda _: LOT,
        )
        return known[0] if known else await desk.create(a_draft(calls=()), by="lan", at=NOW)


def sounds(ticket: Ticket) -> list[str]:
    """What is heard of that new ticket, in order."""
    assert ticket.answer_by is not None
    day = local(ticket.answer_by).date()
    return [
        "hl1022/ticket-state-new",
        "hl1022/ticket-agency",
        "hl1022/agency-so-xay-dung",
        "hl1022/ticket-answer-by",
        "hl1022/date-day",
        *number_prompts(day.day),
        "hl1022/date-month",
        *month_prompts(day.month),
    ]


def heard(call: CallDetail) -> list[str]:
    """Every prompt that the citizen heard, in order, before she waited for an agent."""
    said: list[str] = []
    for event in call.events:
        if event.kind == "QueueJoined":
            break
        if event.kind == "PromptStarted" and event.channel == call.call.id:
            said.append(event.data["prompt"])
    return said


def in_no_log(world: World, ticket: Ticket) -> None:
    """Neither the journal nor a log of Asterisk or the service has the code."""
    logs = list(world.product.config.parent.rglob("*.log"))
    assert any(log.name == "service.log" for log in logs) and any("messages" in log.name for log in logs), logs
    for text in (json.dumps(world.product.journal()), *(log.read_text(errors="replace") for log in logs)):
        assert ticket.code not in text


async def asks(world: World, caller: str, *then: Step) -> Leg:
    """A citizen who keys * while she is greeted, then goes on."""
    return await world.net.call("1022", caller=caller, script=[Wait(1), Key("*"), Wait(2), *then])


async def logged_all(world: World, caller: str, count: int) -> list[CallDetail]:
    """All calls of a citizen who calls more than once, oldest first."""
    found: list[CallDetail] = []

    async def there() -> bool:
        found[:] = [one for one in await world.everything() if one.call.caller_raw == caller]
        return len(found) == count and all(filed(one) for one in found)

    await eventually(there, f"{count} calls of {caller}; {found}", 60)
    return found


async def test_state_agency_and_date_are_heard_and_the_code_is_in_no_log(world: World) -> None:
    ticket = await made(world)
    assert "1159" in ticket.code
    waits = await asks(world, "0909600001", Keys(ticket.code), Wait(10), Key("#"), STAY)
    slow = await asks(world, "0909600002", Keys(ticket.code, gap=2.5), Wait(5), HangUp())
    await asyncio.gather(waits.ended(90), slow.ended(60))
    await world.quiet()

    call = await world.logged(waits)
    assert outcome(call) == ("informed", "heard-information") and keys(call) == ["*", "xxxxxxxx", "#"]
    told = heard(call)
    assert told[:2] == ASKED and told[-1] == "hl1022/ticket-after"
    first, second = told[2:-1], sounds(ticket)
    assert first[: len(second)] == second, "the whole of it before the key"
    assert first[-len(second) :] == second, "and the whole of it again"
    assert first[len(second) : -len(second)] in ([], ["hl1022/ticket-after"])
    assert not call.call.category and call.call.mode == "service"
    agrees(call, waits)
    verify(world.product, call, missing=KEYED)
    assert audio.longest_silence(waits.heard).length < 7

    other = await world.logged(slow)
    assert outcome(other) == ("informed", "heard-information") and keys(other) == ["*", "xxxxxxxx"]
    told = heard(other)[2:]
    assert len(told) > 3, "digits may come slowly"
    assert told == [*sounds(ticket), "hl1022/ticket-after"][: len(told)]
    assert ticket.code not in repr((call, other))
    in_no_log(world, ticket)


async def test_three_wrong_codes_lead_to_an_agent(world: World) -> None:
    ticket = await made(world)
    swapped = ticket.code[:-2] + ticket.code[-1] + ticket.code[-2]
    citizen = await asks(world, "0909600011", Keys(swapped), Wait(1), Keys("234#"), Wait(1), Keys(FREE[0]), STAY)
    silent = await asks(world, "0909600012", STAY)
    await asyncio.gather(citizen.ended(90), silent.ended(120))
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("answered", "agent-answered")
    assert keys(call) == ["*", "xxxxxxxx", "xxxx", "xxxxxxxx"]
    wrong = "hl1022/ticket-wrong-code"
    assert heard(call)[:5] == [*ASKED, wrong, wrong, "hl1022/ticket-to-agent"]
    agents = [leg for line in ("101", "102") for leg in world.net.phone(line).legs]
    agrees(call, citizen, *[leg for leg in agents if leg.other == citizen.who])
    quiet = await world.logged(silent)
    assert outcome(quiet) == ("answered", "agent-answered") and keys(quiet) == ["*"]
    assert heard(quiet)[1:7] == [
        "hl1022/ticket-enter-code",
        *("hl1022/no-input", "hl1022/ticket-enter-code") * 2,
        "hl1022/ticket-to-agent",
    ]


async def test_9_115_0_and_star_act_at_once(world: World) -> None:
    ticket = await made(world)
    places: dict[str, tuple[list[Step], tuple[str, str], list[str]]] = {
        "9 for the code": ([Key("9"), STAY], ("emergency", "emergency-answered"), ["*", "9"]),
        "115 for the code": ([Keys("115"), STAY], ("emergency", "emergency-answered"), ["*", "115"]),
        "9 in the status": (
            [Keys(ticket.code), Wait(3), Key("9"), STAY],
            ("emergency", "emergency-answered"),
            ["*", "xxxxxxxx", "9"],
        ),
        "0 for the code": ([Key("0"), STAY], ("answered", "agent-answered"), ["*", "0"]),
        "0 in the status": (
            [Keys(ticket.code), Wait(3), Key("0"), STAY],
            ("answered", "agent-answered"),
            ["*", "xxxxxxxx", "0"],
        ),
        "back to the menu, then 9": (
            [Key("*"), Wait(2), Key("9"), STAY],
            ("emergency", "emergency-answered"),
            ["*", "*", "9"],
        ),
        "another code": (
            [Keys(ticket.code), Wait(3), Key("*"), Wait(1), Keys(ticket.code), Wait(3), HangUp()],
            ("informed", "heard-information"),
            ["*", "xxxxxxxx", "*", "xxxxxxxx"],
        ),
    }
    legs: list[Leg] = []
    for number, (script, _, _) in enumerate(places.values()):
        legs.append(await asks(world, f"09096000{number + 21}", *script))
    await asyncio.gather(*(leg.ended(90) for leg in legs))
    await world.quiet()
    for leg, (name, (_, ended, pressed)) in zip(legs, places.items(), strict=True):
        call = await world.logged(leg)
        assert (outcome(call), keys(call)) == (ended, pressed), name
        if ended[0] == "emergency":
            asked = next(event.at.timestamp() for event in call.events if event.kind == "EmergencyStarted")
            pressed_at = [event.at.timestamp() for event in call.events if event.kind == "KeyPressed"][-1]
            assert asked - pressed_at < 0.5, name
        if name.startswith("back"):
            assert "hl1022/menu-root" in heard(call)


async def test_who_guesses_over_several_calls_is_told_nothing_more(world: World) -> None:
    ticket = await made(world)
    guesser, wrong = (
        "0909600031",
        [Wait(1), *[step for code in FREE[1:4] for step in (Keys(code), Wait(1.5))], HangUp()],
    )
    for _ in range(2):
        leg = await asks(world, guesser, *wrong)
        await leg.ended(60)
    third = await asks(world, guesser, Keys(ticket.code), STAY)
    other = await asks(world, "0909600032", Keys(ticket.code), Wait(3), HangUp())
    await asyncio.gather(third.ended(90), other.ended(60))
    await world.quiet()
    calls = await logged_all(world, guesser, 3)
    for call in calls[:2]:
        assert keys(call) == ["*", *["xxxxxxxx"] * 3] and "hl1022/ticket-to-agent" in heard(call)
    assert heard(calls[2])[:3] == [*ASKED, "hl1022/ticket-later"], "not even the right code"
    assert outcome(calls[2]) == ("answered", "agent-answered")
    assert heard(await world.logged(other))[2:4] == sounds(ticket)[:2], "nobody else waits"


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
async def test_the_service_is_gone_and_an_agent_takes_over(world: World, number: signal.Signals) -> None:
    ticket = await made(world)
    caller = "0909600041" if number is signal.SIGSTOP else "0909600042"
    citizen = await asks(world, caller, Wait(3), Keys(ticket.code), STAY)
    await citizen.answered(20)
    await asyncio.sleep(5)  # * is keyed at 1 s, the code from 6 s on
    process = world.product.process
    assert process is not None
    process.send_signal(number)
    try:
        await citizen.ended(60)
    finally:
        if number is signal.SIGSTOP:
            process.send_signal(signal.SIGCONT)
        else:
            await process.wait()
            await world.product.start_service()
    await world.quiet()
    call = await world.logged(citizen)
    assert outcome(call) == ("answered", "agent-answered") and call.call.mode == "mixed"
    assert heard(call)[:3] == [*ASKED, "hl1022/ticket-away"]
    assert keys(call) == ["*", "xxxxxxxx"]
    keyed, away = (
        next(event.at for event in call.events if wanted in event.data.values())
        for wanted in ("xxxxxxxx", "hl1022/ticket-away")
    )
    assert (away - keyed).total_seconds() <= SILENCE
    assert audio.longest_silence(citizen.heard).length <= KEYING + SILENCE
    in_no_log(world, ticket)
    verify(world.product, call, missing=KEYED)
