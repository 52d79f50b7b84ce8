"""What the dialplan is answered when a citizen keys a ticket's code, over both databases; and that who guesses is slowed down."""

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.ivr.model import Fixed
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.status import AWAY, LATER, WRONG, StatusByPhone
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.code import check_digit, is_code
from hotline1022.tickets.ports import Act
from hotline1022.tickets.spoken import BOUND, WINDOW
from hotline1022.tickets.spoken import WRONG as GUESSES
from hotline1022.tickets.types import Action
from tests.unit.directory_memory import shipped as shipped_directory
from tests.unit.tickets_made import NOW, POLICY, a_draft

CALLER = "0909600001"
MISTYPED = "23456798"


class Phone:
    """A desk of tickets, and what a telephone is answered at a time that the test sets."""

    def __init__(self, database: Database, folder: Path) -> None:
        async def directory() -> object:
            return shipped_directory()

        self.database = database
        self.now: datetime = NOW
        self.desk = TicketDesk(database, POLICY, DirectoryNames(directory), Shelf(folder))  # type: ignore[arg-type]
        self.status = StatusByPhone(database=database, agency=self.named, clock=lambda: self.now)

    def named(self, agency: str) -> str:
        return {"so-xay-dung": "agency-so-xay-dung"}.get(agency, Fixed.TICKET_AGENCY_OTHER)

    async def made(self, **more: object) -> str:
        return (await self.desk.create(a_draft(**more), by="lan", at=NOW)).code

    async def ask(self, code: str, caller: str = CALLER) -> str:
        return await self.status.ask([code], caller)


@pytest.fixture
def phone(database: Database, tmp_path: Path) -> Phone:
    return Phone(database, tmp_path / "attachments")


async def test_state_agency_and_date_are_a_list_of_sounds(phone: Phone) -> None:
    code = await phone.made()
    await phone.desk.act(code, Act(action=Action.FORWARD), by="lan", at=NOW)
    assert await phone.ask(code) == (
        "OK~hl1022/ticket-state-forwarded&hl1022/ticket-agency&hl1022/agency-so-xay-dung&hl1022/ticket-answer-by"
        "&hl1022/date-day&digits/2&hl1022/date-month&digits/12"
    )
    phone.now = NOW + timedelta(days=60)
    assert (await phone.ask(code)).endswith(
        "&hl1022/date-year&digits/2&digits/thousand&digits/0-hundred&digits/20&digits/6"
    )


async def test_an_agency_whose_name_has_no_sound_yet_is_whoever_answers(phone: Phone) -> None:
    code = await phone.made(agency="ubnd-thuan-an")
    assert "&hl1022/ticket-agency&hl1022/ticket-agency-other&" in await phone.ask(code)


async def test_what_is_no_code_and_whose_ticket_is_hidden_are_wrong_alike(phone: Phone) -> None:
    kept = await phone.desk.reserve("hl1-1.1", "so-xay-dung", "construction", NOW)
    free = "7654321" + check_digit("7654321")
    for number, code in enumerate(("", "2222222", MISTYPED, free, kept.code, "2345678x")):
        assert await phone.ask(code, f"09096001{number:02d}") == WRONG, code


async def test_who_guesses_waits_on_every_call_whatever_is_keyed_and_others_do_not(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    code = await phone.made()
    caplog.set_level(logging.DEBUG)
    for number in range(GUESSES):
        assert await phone.ask(f"{20000000 + number}") == WRONG
    assert await phone.ask(code) == LATER
    assert await phone.ask(code, "+84909600001") == LATER, "the same number in another form"
    assert (await phone.ask(code, "0909600002")).startswith("OK~")
    phone.now = NOW + WINDOW
    assert (await phone.ask(code)).startswith("OK~"), "the wrong ones are old"
    said = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("hotline1022.service"))
    assert "too many wrong codes" in said and code not in said and CALLER not in said


async def test_a_database_that_is_away_is_no_wrong_code(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    code = await phone.made()

    def away(self: Database) -> None:
        raise Unavailable("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "reading", away)
        for _ in range(GUESSES + 1):
            assert await phone.ask(code) == AWAY
    assert (await phone.ask(code)).startswith("OK~")


async def test_on_many_lines_at_once_a_number_gets_no_more_answers_than_one_after_the_other(phone: Phone) -> None:
    code = await phone.made()
    guesses = [one for one in (f"{20000000 + number}" for number in range(400)) if is_code(one)]
    assert len(guesses) >= 3 * GUESSES and code not in guesses
    keyed = [*guesses, code, *guesses]
    said = Counter(await asyncio.gather(*(phone.ask(one) for one in keyed)))
    assert said == {WRONG: GUESSES, LATER: len(keyed) - GUESSES}
    assert (await phone.ask(code, "0909600002")).startswith("OK~"), "others are not slowed down"


async def test_three_lines_of_one_number_that_key_real_codes_are_all_told(phone: Phone) -> None:
    codes = [await phone.made() for _ in range(3)]
    assert all(said.startswith("OK~") for said in await asyncio.gather(*map(phone.ask, codes)))


@pytest.mark.parametrize(
    "made_up", [["unknown", "anonymous", "", "Anonymous", "0", "12", "x-1"], [f"{number}" for number in range(10)]]
)
async def test_all_without_a_number_of_anybody_are_one_guesser(phone: Phone, made_up: list[str]) -> None:
    code = await phone.made()
    for number in range(GUESSES):
        assert await phone.ask(MISTYPED, made_up[number % len(made_up)]) == WRONG
    for caller in made_up:
        assert await phone.ask(code, caller) == LATER, caller
    assert (await phone.ask(code)).startswith("OK~")


async def test_many_numbers_at_once_are_each_slowed_down_and_their_memory_is_bounded(phone: Phone) -> None:
    code = await phone.made()
    callers = [f"09096{number:05d}" for number in range(BOUND // GUESSES)]
    await asyncio.gather(*(phone.ask(MISTYPED, one) for one in callers for _ in range(GUESSES)))
    assert {await phone.ask(code, one) for one in callers[:20]} == {LATER}
    for number in range(BOUND):
        await phone.ask(MISTYPED, f"09097{number:05d}")
    assert len(phone.status._guard._wrong) == BOUND
    assert (await phone.ask(code, callers[0])).startswith("OK~"), "who asked longest ago is forgotten"


async def test_a_restart_forgets_who_guessed_and_nothing_is_written_of_it(phone: Phone) -> None:
    for _ in range(GUESSES + 1):
        await phone.ask(MISTYPED)
    code = await phone.made()
    assert await phone.ask(code) == LATER
    again = StatusByPhone(database=phone.database, agency=phone.named, clock=lambda: phone.now)
    assert (await again.ask([code], CALLER)).startswith("OK~")
