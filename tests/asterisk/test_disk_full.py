"""Asterisk's spool on a really full disk: calls are answered and go on, the catalogue says why there is no recording, no message
is taken, the alarm is told until it is seen; with room again the next call is recorded.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from hotline1022.db.types import AlarmRow
from hotline1022.db.unit import Database
from hotline1022.recordings.catalogue import Catalogued, CatalogueFilter, Shown
from hotline1022.recordings.types import Why
from tests.asterisk.world import STAY, World, eventually, hotline, outcome, verify
from tests.lab.network import Answers, Key, Leg, Wait
from tests.lab.small_disk import SmallDisk, mounted

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(280)]
#: the disk of the machine itself may be as full as it likes
TABLES = "[disk]\nalarm_percent = 2\nvoicemail_percent = 1\n[emergency]\nalarm_repeat_seconds = 5"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("full")
    with mounted("8m") as disk:
        (disk / "spool").mkdir()
        (folder / "data").mkdir()
        (folder / "data" / "spool").symlink_to(disk / "spool")
        async with hotline(folder, TABLES, ring_seconds=5) as one:
            await one.people("101")
            await one.net.phone("101").does(Answers(after=0.5, talk=4))
            yield one


def disk_of(world: World) -> SmallDisk:
    """The one that Asterisk records to."""
    spool = world.product.settings.paths.spool
    assert spool.stat().st_dev != world.product.settings.paths.recordings.stat().st_dev
    return SmallDisk(spool.readlink().parent)


async def rung(world: World) -> dict[str, AlarmRow]:
    """The alarms by kind."""
    return {one.kind: one for one in await world.alarms()}


async def catalogued(world: World, citizen: Leg) -> Catalogued:
    """What the catalogue says of her call, when it has decided."""
    found: list[Catalogued] = []

    async def there() -> bool:
        async with Database(world.product.settings.database_url) as database, database.reading() as tx:
            page = await tx.catalogue_search.search(CatalogueFilter(number=citizen.who))
        found[:] = page.recordings
        return bool(found) and found[0].shown is not Shown.SPOOLED

    await eventually(there, f"the catalogue has not decided about the call of {citizen.who}", 90)
    (one,) = found
    return one


async def gate(world: World, *, closed: bool) -> None:
    """Asterisk knows whether messages are taken."""

    async def so() -> bool:
        said = await world.product.asterisk.cli("database get hl1022 no-voicemail")
        return ("disk" in said) is closed

    await eventually(so, f"messages are {'still' if closed else 'not yet again'} taken", 30)


async def test_calls_go_on_unrecorded_and_the_next_one_with_room_is_recorded(world: World) -> None:
    net, disk = world.net, disk_of(world)
    await world.on_duty("101")
    disk.fill()
    await gate(world, closed=True)
    assert {"disk-low", "disk-no-voicemail", "disk-full"} <= set(await rung(world))

    talks = await net.call("1022", caller="0908000001", script=[Wait(1), Key("0"), STAY])
    await talks.ended(60)
    wants = await net.call("1022", caller="0908000002", script=[Wait(1), Key("7"), Wait(25)])
    await wants.ended(60)
    assert os.statvfs(disk.folder).f_bavail == 0, "the disk was full all the time"
    for citizen in (talks, wants):
        assert (one := await catalogued(world, citizen)).shown is Shown.NOT_RECORDED
        assert one.why == Why.DISK_FULL, one
    (talk, want) = await world.everything()
    assert outcome(talk) == ("answered", "agent-answered") and not want.voicemails
    assert "hl1022/voicemail-closed" in [event.data.get("prompt") for event in want.events]

    # told again and again, until somebody has seen it
    async def again(kind: str, than: datetime | None) -> datetime:
        async def later() -> bool:
            last = (await rung(world))[kind].last_repeated_at
            return last is not None and (than is None or last > than)

        await eventually(later, f"{kind} is not told again", 30)
        last = (await rung(world))[kind].last_repeated_at
        assert last is not None
        return last

    await again("disk-full", await again("disk-full", None))
    assert "ALARM not seen yet, disk-full" in world.product.service_log()
    async with Database(world.product.settings.database_url) as database, database.transaction() as tx:
        await tx.alarms.mark_seen((await rung(world))["disk-full"].id, "1001", datetime.now(UTC))
    last = (await rung(world))["disk-full"].last_repeated_at
    await again("disk-no-voicemail", await again("disk-no-voicemail", None))
    assert (await rung(world))["disk-full"].last_repeated_at == last

    disk.free()
    await gate(world, closed=False)
    after = await net.call("1022", caller="0908000003", script=[Wait(1), Key("0"), STAY])
    await after.ended(60)
    call = await world.logged(after)
    assert outcome(call) == ("answered", "agent-answered")
    verify(world.product, call, missing=250)
    assert (one := await catalogued(world, after)).shown in {Shown.STORED, Shown.VERIFIED} and one.why == "", one
    assert not [path for path in (disk.folder / "spool").iterdir() if path.is_file()]
