"""An agency without a specialist or a leader rings where operators look: once a day, and anew when others are missing."""

from datetime import date, timedelta

from hotline1022.directory.edit import end
from hotline1022.directory.types import Directory, What
from hotline1022.service.alarms import Bell
from hotline1022.service.directory.watch import MOST, DirectoryWatch
from tests.unit.cascade_house import House, house

__all__ = ["house"]

KIND = "agency-without-people"


async def out(house: House, *contacts: str, day: date = date(2026, 11, 1)) -> None:
    def edit(found: Directory) -> Directory:
        for contact in contacts:
            found = end(found, What.CONTACT, contact, day)
        return found

    await house.directory.change(edit, "lan")


async def test_who_is_missing_rings_once_a_day_and_anew_when_others_are(house: House) -> None:
    watch = DirectoryWatch(house.directory, house.bell, house.clock)
    await watch.look()
    assert house.bell.rung == [], "the shipped directory has two people everywhere: samples ring nobody"
    await out(house, "so-xay-dung-ld")
    for _ in range(3):
        await watch.look()
    text = "Sở Xây dựng has no leader; ask it for a letter that names one"
    assert house.bell.rung == [(KIND, text)]
    await out(house, "cong-an-tinh-cv")
    await watch.look()
    assert len(house.bell.rung) == 2 and "Công an tỉnh has no specialist" in house.bell.rung[1][1]
    house.now += timedelta(days=1)
    await watch.look()
    assert len(house.bell.rung) == 3, "another day, and nothing was done"


async def test_an_end_that_comes_later_rings_on_its_day(house: House) -> None:
    watch = DirectoryWatch(house.directory, house.bell, house.clock)
    await out(house, "so-xay-dung-cv", day=house.now.date() + timedelta(days=2))
    await watch.look()
    assert house.bell.rung == []
    house.now += timedelta(days=2)
    await watch.look()
    assert [kind for kind, _ in house.bell.rung] == [KIND]


async def test_many_are_counted(house: House) -> None:
    people = [one.id for one in house.directory.now.contacts.values()][: MOST + 2]
    await out(house, *people)
    await DirectoryWatch(house.directory, house.bell, house.clock).look()
    ((_, text),) = house.bell.rung
    assert text.count("; ask it") == MOST and text.endswith("and 2 more, see hotline1022 directory check")


async def test_it_is_in_the_list_of_alarms(house: House) -> None:
    await out(house, "so-xay-dung-ld")
    await DirectoryWatch(house.directory, Bell(house.database, timedelta(seconds=30)), house.clock).look()
    async with house.database.reading() as tx:
        (alarm,) = await tx.alarms.list(seen=False)
    assert (alarm.kind, "Sở Xây dựng has no leader" in alarm.detail) == (KIND, True)
