"""The directory at hand: filled once, changed by one way, known to other processes, and ends are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.db.unit import Database
from hotline1022.directory.edit import end, put
from hotline1022.directory.make import an_agency
from hotline1022.directory.types import AgencyKind, Contact, Role, What
from hotline1022.ivr.load import shipped as shipped_menu
from hotline1022.service.directory.desk import DirectoryDesk, change, numbers_of
from hotline1022.service.directory.view import DirectoryView
from hotline1022.service.settings.tree import Hotline, Settings
from hotline1022.web.directory_port import DirectoryPort
from hotline1022.web.directory_wire import AgencyBody, AreaBody, CategoryBody, ContactBody
from tests.lab.migrated import migrated
from tests.unit.directory_memory import NUMBERS

#: a Monday, 9 o'clock in the province
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Accounts:
    """Whoever keeps accounts of contact points."""

    ended: list[tuple[str, date]] = field(default_factory=list)
    fails: HotlineError | None = None

    async def __call__(self, contact: Contact, day: date) -> None:
        if self.fails:
            raise self.fails
        self.ended.append((contact.id, day))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    await migrated(tmp_path / "hotline.sqlite")
    async with Database(tmp_path / "hotline.sqlite") as opened:
        yield opened


def desk_of(database: Database, *accounts: Accounts, clock: Clock | None = None) -> DirectoryDesk:
    return DirectoryDesk(database, lambda: NUMBERS, ended=accounts, clock=clock or Clock())


async def test_the_first_start_fills_it_and_the_second_leaves_it(database: Database) -> None:
    desk = desk_of(database)
    with pytest.raises(Unavailable):
        desk.hunt(agency="so-noi-vu")
    await desk.start()
    assert len(desk.now.agencies) == 39
    await desk.change(lambda found: end(found, What.CONTACT, "so-noi-vu-cv", TODAY), "lan")
    again = desk_of(database)
    await again.start()
    assert again.now == desk.now and again.now.version == 2
    async with database.reading() as tx:
        latest, *others = await tx.directory.changes(limit=500)
    assert latest.by == "lan" and {one.by for one in others} == {"first start"}


async def test_two_services_that_start_together_fill_it_once(database: Database) -> None:
    desks = [desk_of(database) for _ in range(3)]
    await asyncio.gather(*(desk.start() for desk in desks))
    async with database.reading() as tx:
        changes = await tx.directory.changes(limit=1000)
    assert len(changes) == len({(one.what, one.id) for one in changes})
    assert len(desks[0].now.contacts) == 78


async def test_questions_are_answered_without_the_database(database: Database) -> None:
    desk = desk_of(database)
    await desk.start()
    await database.close()
    assert desk.who_answers("traffic").id == "so-giao-thong-van-tai"
    assert desk.of_code(721).id == "cong-an-tinh"
    first = desk.hunt(category="medical-emergency").steps[0]
    assert (first.number, first.skip) == ("115", "")
    assert {step.skip for step in desk.hunt(category="traffic").steps} == {""}
    night = NOW + timedelta(hours=12)
    assert {step.skip for step in desk.hunt(category="traffic", at=night).steps} == {"outside-hours"}
    assert {step.skip for step in desk.hunt(category="public-order", at=night).steps} == {""}


async def test_public_holidays_come_from_outside(database: Database) -> None:
    desk = DirectoryDesk(database, lambda: NUMBERS, closed=lambda day: day == TODAY, clock=Clock())
    await desk.start()
    assert {step.skip for step in desk.hunt(category="traffic").steps} == {"outside-hours"}


async def test_what_another_process_changed_is_seen_at_the_next_look(database: Database) -> None:
    accounts = Accounts()
    desk = desk_of(database, accounts)
    await desk.start()
    before = desk.now
    await desk.look()
    assert desk.now is before, "nothing was changed, nothing is read"
    await change(database, lambda found: end(found, What.CONTACT, "so-noi-vu-cv", TODAY), "command line", NOW)
    assert accounts.ended == []
    await desk.look()
    assert accounts.ended == [("so-noi-vu-cv", TODAY)]
    assert desk.hunt(agency="so-noi-vu").steps[0].contact == ""


async def test_an_end_is_told_once_after_it_is_written(database: Database) -> None:
    accounts = Accounts()
    desk = desk_of(database, accounts)
    await desk.start()
    for id in ("so-noi-vu-cv", "so-noi-vu-ld"):
        await desk.change(lambda found, id=id: end(found, What.CONTACT, id, TODAY), "lan")  # type: ignore[misc]
        await desk.look()
    assert accounts.ended == [("so-noi-vu-cv", TODAY), ("so-noi-vu-ld", TODAY)]
    restarted = Accounts()
    await desk_of(database, restarted).start()
    assert [id for id, _ in restarted.ended] == ["so-noi-vu-cv", "so-noi-vu-ld"]


async def test_an_end_to_come_is_told_on_its_day(database: Database) -> None:
    accounts, clock = Accounts(), Clock()
    desk = desk_of(database, accounts, clock=clock)
    await desk.start()
    await desk.change(
        lambda found: end(found, What.AGENCY, "so-tu-phap", TODAY + timedelta(days=1), "so-noi-vu"), "lan"
    )
    clock.now = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    await desk.look()
    assert accounts.ended == []
    clock.now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    await desk.look()
    assert [id for id, _ in accounts.ended] == ["so-tu-phap-cv", "so-tu-phap-ld"]
    assert desk.of_code(703).id == "so-noi-vu"
    assert desk.hunt(agency="so-tu-phap").agency.id == "so-noi-vu"


async def test_accounts_that_cannot_be_ended_are_tried_again(database: Database) -> None:
    accounts = Accounts(fails=Unavailable("the database is away; wait"))
    desk = desk_of(database, accounts)
    await desk.start()
    await desk.change(lambda found: end(found, What.CONTACT, "so-noi-vu-cv", TODAY), "lan")
    accounts.fails = None
    await desk.look()
    assert accounts.ended == [("so-noi-vu-cv", TODAY)]


async def test_a_change_that_does_not_fit_changes_nothing(database: Database) -> None:
    desk = desk_of(database)
    await desk.start()
    before = desk.now
    twice = an_agency(id="x", name="X", short="X", kind=AgencyKind.DEPARTMENT, code=701)
    with pytest.raises(HotlineError):
        await desk.change(lambda found: put(found, [twice]), "lan")
    await desk.look()
    assert desk.now == before


def test_the_hotlines_own_numbers_are_those_of_the_settings() -> None:
    made = numbers_of(Settings(hotline=Hotline(numbers=("1022", "(0274)1022", "02743822222"))))
    assert made.area_code == "274"
    assert made.own == {"1022", "+842741022", "+842743822222"}


# ---------------------------------------------------------------- as the API sees it


def of_specialist(**more: str) -> ContactBody:
    given = {"name": "Lê Thị Cúc", "mobile": "0900 000 100", "letter": "1/STP", **more}
    return ContactBody(agency="so-tu-phap", role=Role.SPECIALIST, **given)  # type: ignore[arg-type]


async def test_the_api_changes_it_by_the_same_rules(database: Database) -> None:
    desk = desk_of(database)
    await desk.start()
    view: DirectoryPort = DirectoryView(desk, database, shipped_menu)
    body = AgencyBody(id="so-moi", name="Sở Mới", short="SM", kind=AgencyKind.DEPARTMENT, hunt=("leader.mobile 30",))
    assert (await view.save_agency(body, "lan")).hunt[0].seconds == 30
    assert (await view.save_area(AreaBody(id="q", name="Phường Q", kind=desk.now.areas["di-an"].kind), "lan")).id == "q"
    category = await view.save_category(CategoryBody(id="x", name="X", agency="so-moi", by_area=("q so-y-te",)), "lan")
    assert category.by_area[0].agency == "so-y-te"
    new = await view.add_contact(of_specialist(), "lan")
    assert len(new.id) == 16 and new.sms == "+84900000100"
    changed = await view.change_contact(new.id, of_specialist(mobile="0900 000 101"), "lan")
    assert (changed.id, changed.mobile) == (new.id, "+84900000101")
    assert new.id in [one.id for one in await view.contacts(TODAY, "so-tu-phap")]
    ended = await view.end(What.CONTACT, new.id, TODAY, None, "minh")
    assert ended.valid_to == TODAY
    assert new.id not in [one.id for one in await view.contacts(TODAY, "so-tu-phap")]
    assert new.id in [one.id for one in await view.contacts(None, "so-tu-phap")]
    past = await view.changes(What.CONTACT, new.id, 10)
    assert [(one.by, one.after["mobile"], one.after["valid_to"]) for one in past] == [
        ("minh", "+84900000101", "2026-11-23"),
        ("lan", "+84900000101", None),
        ("lan", "+84900000100", None),
    ]
    assert (await view.hunt("so-moi", "", "", NOW)).steps[0].skip == "number-missing"
    assert {gap.id for gap in await view.gaps(TODAY) if gap.what is What.AGENCY} == {"so-moi"}


async def test_what_the_api_refuses(database: Database) -> None:
    desk = desk_of(database)
    await desk.start()
    view: DirectoryPort = DirectoryView(desk, database, shipped_menu)
    wrong = [
        (view.change_contact("x", of_specialist(), "lan"), "contact-unknown"),
        (view.change_contact("so-y-te-cv", of_specialist(), "lan"), "contact-fixed"),
        (view.add_contact(of_specialist(mobile="0274 3822 222"), "lan"), "number-invalid"),
        (view.add_contact(of_specialist(office="1022"), "lan"), "number-invalid"),
        (view.contacts(TODAY, "x"), "agency-unknown"),
        (view.end(What.AREA, "x", TODAY, None, "lan"), "area-unknown"),
        (view.end(What.AGENCY, "so-y-te", TODAY, "x", "lan"), "directory-invalid"),
        (view.hunt("", "x", "", NOW), "category-unknown"),
    ]
    before = desk.now
    for asked, error_id in wrong:
        with pytest.raises(HotlineError) as caught:
            await asked
        assert caught.value.error_id == error_id
    assert desk.now == before
