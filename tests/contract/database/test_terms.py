"""How long things are kept, as somebody decides it at the desk: what goes by it, what is refused, what a spoilt row cannot do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from hotline1022.audit.types import Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import Invalid, Refused
from hotline1022.db.tables_settings import terms_version
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.types import State, Terms
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.retention.work import look
from hotline1022.service.settings.retention import Retention as Settings
from tests.lab.evidence_world import build, everything_now
from tests.lab.retention_world import Old, old
from tests.unit.recordings_world import CALL

#: in the world of old recordings there is one of 900 days ago
KEPT, GONE = Terms(ordinary=2000, emergency=2000, calls=2000, calls_emergency=2000), 800


@pytest.fixture
async def house(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[Old]:
    everything_now(monkeypatch)
    async with Database(address) as database:
        world = await build(address, database, tmp_path, ring=ring)
        yield await old(world, settings=Settings(ordinary_days=2000, emergency_days=2000, calls_days=2000))


def view(house: Old) -> RetentionView:
    return RetentionView(house.world.database, lambda: house.settings, lambda: house.now)


async def state(house: Old) -> State:
    async with house.world.database.reading() as tx:
        return (await tx.catalogue.get(CALL)).state


async def decide(house: Old, terms: Terms, *, by: str = "user:lan") -> None:
    there = view(house)
    now = await there.terms()
    seen = now.versions[0].number if now.versions else 0
    confirm = (await there.preview(terms)).confirm
    await there.change(terms, seen=seen, why="QĐ 12/2026", confirm=confirm, by=by)


async def test_what_was_decided_is_what_the_night_does(house: Old) -> None:
    shorter = replace((await view(house).terms()).terms, ordinary=GONE)
    preview = await view(house).preview(shorter)
    assert (preview.now.recordings, preview.then.recordings, preview.shorter) == (0, 1, ("ordinary",))
    assert await house.retention().night() and await state(house) is State.STORED
    await decide(house, shorter)
    assert (await view(house).due()).recordings == 1
    assert (await look(house.world.database, house.settings, house.now)).doubt == ""
    assert await house.retention().night() and await state(house) is State.EXPIRED
    async with house.world.database.reading() as tx:
        (gone,) = [one async for one in tx.audit.of_kind(Kind.RECORDING_EXPIRED)]
    assert gone.detail["days"] == GONE and await house.world.findings() == []
    house.settings = Settings()
    assert (await view(house).terms()).terms == shorter, "the file does not lead any more"


async def test_the_files_days_are_the_first_version(house: Old) -> None:
    act = Acting(actor="user:lan", origin="10.0.0.7", act="POST /api/retention/terms")
    longer = replace(house.settings.terms, ordinary=0, calls=0)
    with acts(act):
        await view(house).change(longer, seen=0, why="bí mật", confirm="", by="user:lan")
    now = await view(house).terms()
    assert [(one.number, one.by, one.from_file, one.terms) for one in now.versions] == [
        (2, "user:lan", False, longer),
        (1, "settings", True, house.settings.terms),
    ]
    async with house.world.database.reading() as tx:
        told = [one async for one in tx.audit.of_kind(Kind.RETENTION_CHANGED)]
        everything = [one async for some in tx.audit.entries() for one in some]
    assert [(one.actor, one.origin, one.detail["version"]) for one in told] == [
        ("service", "service", 1),
        ("user:lan", "10.0.0.7", 2),
    ]
    assert told[1].detail["days"] == {"ordinary": 0, "emergency": 2000, "calls": 0, "calls_emergency": 3650}
    assert "bí mật" not in repr(everything)


async def test_what_goes_earlier_is_confirmed_for_these_days_and_this_version(house: Old) -> None:
    there, file = view(house), house.settings.terms
    shorter, other = replace(file, ordinary=900), replace(file, ordinary=800)
    confirm = (await there.preview(shorter)).confirm
    for terms, given in ((shorter, ""), (shorter, "0" * 16), (other, confirm)):
        with pytest.raises(Refused) as refused:
            await there.change(terms, seen=0, why="x", confirm=given, by="user:lan")
        assert refused.value.error_id == "retention-unconfirmed"
    await there.change(replace(file, emergency=0, calls_emergency=0), seen=0, why="x", confirm="", by="user:minh")
    with pytest.raises(Refused) as refused:
        await there.change(shorter, seen=0, why="x", confirm=confirm, by="user:lan")
    assert refused.value.error_id == "retention-changed"
    with pytest.raises(Refused) as refused:
        await there.change(shorter, seen=2, why="x", confirm=confirm, by="user:lan")
    assert refused.value.error_id == "retention-unconfirmed", "the preview was of another version"
    with pytest.raises(Refused) as refused:
        await there.change((await there.terms()).terms, seen=2, why="x", confirm="", by="user:lan")
    assert refused.value.error_id == "retention-same"
    assert [one.by for one in (await there.terms()).versions] == ["user:minh", "settings"]


@pytest.mark.parametrize(
    ("changes", "error_id"),
    [
        ({"calls": 30}, "retention-calls"),
        ({"ordinary": 0}, "retention-calls"),
        ({"calls_emergency": 1999}, "retention-calls"),
        ({"ordinary": -1}, "retention-days"),
        ({"ordinary": 36_501, "calls": 0}, "retention-days"),
    ],
)
async def test_days_that_cannot_be(house: Old, changes: dict[str, int], error_id: str) -> None:
    terms = replace(KEPT, **changes)
    for ask in (view(house).preview(terms), view(house).change(terms, seen=0, why="x", confirm="", by="user:lan")):
        with pytest.raises(Invalid) as invalid:
            await ask
        assert invalid.value.error_id == error_id


@pytest.mark.parametrize("spoilt", ["shortened", "deleted", "entry"])
async def test_a_row_that_the_audit_does_not_tell_of_deletes_nothing(house: Old, spoilt: str) -> None:
    await decide(house, replace(KEPT, ordinary=1999))
    async with house.world.database.transaction() as tx:
        if spoilt == "shortened":
            await tx._connection.execute(update(terms_version).values(ordinary_days=1))
        elif spoilt == "deleted":
            await tx._connection.execute(delete(terms_version))
            house.settings = Settings(ordinary_days=1)
        else:
            last = (await tx.terms.versions())[0]
            await tx.terms.add(replace(last, number=3, ordinary_days=1))
    assert await house.retention().night() and await state(house) is State.STORED
    assert [kind for kind, _, _ in house.world.bells.rung] == ["retention-terms"]
    now = await view(house).terms()
    assert "evidence verify" in now.differs and (await view(house).due()).doubt == now.differs
    # who is asked decides anew, and it goes on
    await decide(house, replace(KEPT, ordinary=GONE))
    assert (await view(house).terms()).differs == ""
    assert await house.retention().night() and await state(house) is State.EXPIRED
