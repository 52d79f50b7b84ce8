"""The directory over both databases: read as it was written, changed one after the other, with its history."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.directory.edit import difference, end, put
from hotline1022.directory.load import read, shipped_text
from hotline1022.directory.make import a_category, a_contact, an_agency, an_area
from hotline1022.directory.numbers import Numbers
from hotline1022.directory.types import Agency, AgencyKind, AreaKind, Directory, Role, Thing, What
from tests.contract.database.made import at

NUMBERS = Numbers(area_code="274")
DAY = date(2026, 3, 2)


async def write(database: Database, *things: Thing, by: str = "lan", second: float = 0) -> Directory:
    async with database.transaction() as tx:
        before = await tx.directory.load_to_change()
        after = put(before, things)
        await tx.directory.save(difference(before, after), by, at(second))
    return after


async def load(database: Database) -> Directory:
    async with database.reading() as tx:
        return await tx.directory.load()


def department(id: str, **more: object) -> Agency:
    given = {"id": id, "name": f"Sở {id}", "short": id, "kind": AgencyKind.DEPARTMENT}
    return an_agency(**{**given, **more})  # type: ignore[arg-type]


async def test_a_new_database_has_no_directory(database: Database) -> None:
    assert await load(database) == Directory()


async def test_the_shipped_file_is_read_back_as_it_was_written(database: Database) -> None:
    things = read(shipped_text(), NUMBERS)
    after = await write(database, *things)
    found = await load(database)
    assert found == after
    assert found.version == 1
    assert len(found.agencies) == 39 and len(found.contacts) == 78
    assert difference(found, put(found, things)) == ()


async def test_everything_that_can_be_said_is_kept(database: Database) -> None:
    agency = department(
        "a", code=799, hours="mon-fri 07:30-11:30", hunt=["leader.mobile 30", "specialist.office 5"], parent="b"
    )
    above = department("b", valid_from=date(2020, 1, 1), valid_to=date(2027, 1, 1), successor="c")
    area = an_area(id="q", name="Phường Phú Cường", kind=AreaKind.WARD, parent="p")
    around = an_area(id="p", name="Tỉnh", kind=AreaKind.PROVINCE)
    category = a_category(id="x", name="Giao thông", agency="a", urgent=True, by_area=["q b"], valid_from=DAY)
    contact = a_contact(
        NUMBERS,
        id="k",
        agency="a",
        role=Role.LEADER,
        name="Nguyễn Thị Ánh",
        office="115",
        mobile="0900 000 001",
        email="a@b.vn",
        hours="always",
        order=3,
        valid_from=DAY,
        letter="12/SNV",
        letter_date=date(2026, 3, 1),
    )
    await write(database, agency, above, department("c"), area, around, category, contact)
    found = await load(database)
    assert found.agencies["a"] == agency and found.agencies["b"] == above
    assert found.areas == {"p": around, "q": area}
    assert found.categories["x"] == category
    assert found.contacts["k"] == contact
    await write(database, a_category(id="x", name="Giao thông", agency="b"))
    assert (await load(database)).categories["x"].by_area == ()


async def test_codes_may_be_exchanged(database: Database) -> None:
    await write(database, department("a", code=701), department("b", code=702))
    await write(database, department("a", code=702), department("b", code=701))
    assert {one.id: one.code for one in (await load(database)).agencies.values()} == {"a": 702, "b": 701}


async def test_every_change_names_who_and_when_and_keeps_the_old_name(database: Database) -> None:
    await write(database, department("a"), by="lan")
    await write(database, department("a", name="Sở Mới"), by="minh", second=60)
    async with database.transaction() as tx:
        before = await tx.directory.load_to_change()
        await tx.directory.save(difference(before, end(before, What.AGENCY, "a", DAY)), "cúc", at(120))
    async with database.reading() as tx:
        ended, renamed, new = await tx.directory.changes()
        assert await tx.directory.changes(what=What.CONTACT) == []
        assert await tx.directory.changes(what=What.AGENCY, id="a", limit=1) == [ended]
    assert (new.by, new.at, new.before, new.after["name"]) == ("lan", at(0), {}, "Sở a")
    assert (renamed.by, renamed.before["name"], renamed.after["name"]) == ("minh", "Sở a", "Sở Mới")
    assert (ended.by, ended.at, ended.id, ended.after["valid_to"]) == ("cúc", at(120), "a", "2026-03-02")


async def test_what_is_the_same_is_no_change(database: Database) -> None:
    await write(database, department("a"))
    await write(database, department("a"))
    async with database.reading() as tx:
        assert len(await tx.directory.changes()) == 1


async def test_two_changes_at_once_are_one_after_the_other(database: Database) -> None:
    await asyncio.gather(*(write(database, department(f"a{number}", code=700 + number)) for number in range(8)))
    found = await load(database)
    assert (found.version, len(found.agencies)) == (8, 8)


async def test_a_change_that_fails_leaves_everything(database: Database) -> None:
    before = await write(database, department("a"))
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            found = await tx.directory.load_to_change()
            await tx.directory.save(difference(found, put(found, [department("b")])), "lan", at(0))
            raise RuntimeError("the power is gone")
    assert await load(database) == before


NEVER = {
    "a code twice": "UPDATE agency SET code = 701",
    "a code out of range": "UPDATE agency SET code = 800 WHERE id = 'a'",
    "a successor without an end": "UPDATE agency SET successor = 'b' WHERE id = 'a'",
    "its own parent": "UPDATE agency SET parent = 'a' WHERE id = 'a'",
    "a parent that is not there": "UPDATE agency SET parent = 'nobody' WHERE id = 'a'",
    "an end before the beginning": "UPDATE agency SET valid_from = '2026-03-02', valid_to = '2026-03-01'",
    "a kind that is none": "UPDATE agency SET kind = 'shop'",
    "a contact of nobody": "UPDATE contact_point SET agency = 'nobody'",
    "a role that is none": "UPDATE contact_point SET role = 'boss'",
    "an SMS to a short number": "UPDATE contact_point SET sms = '115'",
    "a letter's date alone": "UPDATE contact_point SET letter_date = '2026-03-02', letter = ''",
    "a category of nobody": "UPDATE category SET agency = 'nobody'",
    "an agency that is gone": "DELETE FROM agency WHERE id = 'a'",
    "a change by nobody": "UPDATE directory_change SET by = ''",
    "two directories": "UPDATE directory_version SET id = 2",
}


@pytest.mark.parametrize("what", NEVER)
async def test_the_database_itself_refuses(database: Database, what: str) -> None:
    contact = a_contact(NUMBERS, id="k", agency="a", role=Role.LEADER, name="An", mobile="0900000001", letter="1/A")
    category = a_category(id="x", name="Giao thông", agency="a")
    before = await write(database, department("a", code=701), department("b", code=702), contact, category)
    with pytest.raises(Refused) as caught:
        async with database.transaction() as tx:
            await tx._connection.execute(text(NEVER[what]))
    assert caught.value.error_id == "row-refused"
    assert await load(database) == replace(before)
