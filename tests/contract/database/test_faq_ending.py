"""Answers that end soon: marked, filtered, counted, and told of on the first page to those who write and publish for the agency."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database
from hotline1022.faq.types import Days, EntryFilter, Text
from tests.contract.database.desk_world import Browser, World, open_desk
from tests.contract.database.faq_made import AGENCY, ANYBODY, BIRTH, OTHER, Desk, a_desk

SOON, OVER = "Câu trả lời sắp hết hạn trong 30 ngày tới", "Câu trả lời đã quá hạn"


class House:
    """A desk with answers whose last days are so many days away."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk
        self.today = local_day(desk.now)

    async def ends(self, days: int, agency: str = AGENCY) -> str:
        """Published long before; gives the question."""
        question = f"Câu hết hạn sau {days} ngày?"
        last = self.today + timedelta(days=days)
        now, self.desk.now = self.desk.now, self.desk.now - timedelta(days=400)
        await self.desk.publish(Text(question=question, answer="Đáp.", valid_to=last), agency)
        self.desk.now = now
        return question

    @asynccontextmanager
    async def person(self, role: str, agency: str) -> AsyncIterator[Browser]:
        async with self.world.database.reading() as tx:
            found = (await tx.directory.load()).contacts.values()
            taken = {one.contact for one in await tx.accounts.users()}
        contact = next(one.id for one in found if one.agency == agency and one.id not in taken)
        async with self.world.signed_in(role, login=f"{role}-{agency}", contact=contact) as browser:
            yield browser


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    desk = await a_desk(database)
    async with open_desk(database, tmp_path, faq=desk.faq) as world:
        world.now = desk.now
        yield House(world, desk)


async def test_which_end_soon_and_how_many(house: House) -> None:
    for days in (-1, 0, 30, 31):
        await house.ends(days)
    await house.ends(5, OTHER)
    await house.desk.publish()  # no end is known
    faq, now = house.desk.faq, house.desk.now
    soon = faq.soon(now)
    assert soon == Days(first=house.today, last=house.today + timedelta(days=30))
    for agencies, counted in (
        (None, (3, 1)), (frozenset({AGENCY}), (2, 1)), (frozenset({OTHER}), (1, 0)), (frozenset(), (0, 0)),
    ):  # fmt: skip
        found = await faq.ending(agencies, now)
        assert (found.soon, found.over) == counted, agencies
    listed = await faq.list(EntryFilter(agencies=frozenset({AGENCY}), ends=soon))
    assert sorted(one.shown.text.question for one in listed) == ["Câu hết hạn sau 0 ngày?", "Câu hết hạn sau 30 ngày?"]
    assert len(await faq.list(EntryFilter(ends=Days(first=date.min, last=soon.last)))) == 4
    # a draft with a last day is told to nobody yet
    await faq.add(AGENCY, Text(question="Bản thảo?", answer="x", valid_to=house.today), ANYBODY, now)
    assert (await faq.ending(None, now)).soon == 3


async def test_who_writes_and_who_publishes_is_told_once_with_the_list(house: House) -> None:
    mine = [await house.ends(days) for days in (3, 30)]
    over, others = await house.ends(-2), await house.ends(4, OTHER)
    await house.desk.publish()
    for role in ("specialist", "leader"):
        async with house.person(role, AGENCY) as browser:
            home = await browser.get("/desk")
            assert f"{SOON}: 2" in home.text and f"{OVER}: 1" in home.text
            assert home.text.count('href="/desk/faq?soon=1"') == 1
            only = await browser.get("/desk/faq?soon=1")
            assert all(one in only.text for one in mine) and over not in only.text and BIRTH.question not in only.text
            assert only.text.count(">Sắp hết hạn<") == 2 and "ngày tới (2)" in only.text and "quá hạn (1)" in only.text
            assert others not in only.text
            both = await browser.get("/desk/faq?soon=1&over=1")
            assert all(one in both.text for one in (*mine, over)) and BIRTH.question not in both.text
            every = await browser.get("/desk/faq")
            assert every.text.count(">Sắp hết hạn<") == 2 and every.text.count(">Quá hạn<") == 1
            (page,) = re.findall(rf'href="(/desk/faq/[0-9a-f]+)">{re.escape(mine[0])}', every.text)
            day = (house.today + timedelta(days=3)).strftime("%d/%m/%Y")
            assert f"đến hết ngày {day}: xin xem lại" in (await browser.get(page)).text
    async with house.world.signed_in("agent", login="dtv") as agent:
        home = await agent.get("/desk")
        assert SOON not in home.text and OVER not in home.text, "who writes none has nothing to do with it"
        assert "Sắp hết hạn" in (await agent.get("/desk/faq")).text
    async with house.person("specialist", OTHER) as browser:
        home = await browser.get("/desk")
        assert f"{SOON}: 1" in home.text and OVER not in home.text


async def test_where_nothing_ends_nothing_is_told(house: House) -> None:
    await house.desk.publish()
    await house.ends(31)
    async with house.person("leader", AGENCY) as browser:
        home = await browser.get("/desk")
        assert SOON not in home.text and 'class="alert' not in home.text
        assert "Không có câu hỏi nào phù hợp" in (await browser.get("/desk/faq?soon=1")).text


async def test_programs_are_told_the_same(house: House) -> None:
    question = await house.ends(3)
    await house.ends(-2)
    await house.desk.publish()
    async with house.person("leader", AGENCY) as browser:
        async with browser.client.get("/api/faq?ending_soon=true") as response:
            told = await response.json()
        assert [one["versions"][0]["question"] for one in told["entries"]] == [question]
        assert (told["soon"], told["over"], told["entries"][0]["versions"][0]["ends_soon"]) == (1, 1, True)
        async with browser.client.get("/api/faq?ending_soon=true&out_of_date=true") as response:
            assert len((await response.json())["entries"]) == 2
        async with browser.client.get("/api/faq") as response:
            every = (await response.json())["entries"]
        assert sorted(one["versions"][0]["ends_soon"] for one in every) == [False, False, True]
