"""Links by which a package is fetched: for a while, so many times, by ranges too; each download is in the audit before its bytes."""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import State
from hotline1022.service.disclosure import links as disclosure_links
from hotline1022.service.disclosure.desk import GOOD_FOR
from hotline1022.service.disclosure.links import DisclosureLinks, Made
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.service.settings.disclosure import DisclosureSettings
from tests.contract.database.disclosure_house import plain_house
from tests.lab.disclosure_world import ADDRESS, ALLOWS, NOW, House

__all__ = ["plain_house"]

TO = "Trần Văn Bình, điều tra viên"


async def linked(house: House, at: datetime = NOW) -> tuple[Made, str]:
    """A link to a new package, and its secret."""
    made = await house.links.make((await house.packed()).id, TO, ALLOWS, at)
    assert made.address.startswith(ADDRESS)
    return made, made.address.removeprefix(ADDRESS)


async def fetch(house: House, key: str, first: int = 0, after: int | None = None, *, stop: int | None = None) -> bytes:
    """A range as a browser fetches it; `stop`: the line breaks after so many bytes."""
    found = await house.links.find(key, NOW)
    assert found is not None
    source = await house.links.open(found, "203.0.113.7")
    got = b""
    try:
        async for piece in source.read(first, source.size if after is None else after):
            got += piece
            if stop is not None and len(got) >= stop:
                break
    finally:
        await source.close()
    return got


async def entries(house: House, disclosure: str) -> list[tuple[str, str, str]]:
    async with house.world.database.reading() as tx:
        return [(one.kind, one.actor, one.origin) for one in await tx.audit.about(f"disclosure:{disclosure}")]


async def test_what_is_fetched_is_the_package_and_the_audit_knows(house: House) -> None:
    made, key = await linked(house)
    one = await house.desk.get(made.link.disclosure)
    assert one.state is State.HANDED_OUT and len(key) == 43
    whole = house.desk.path(one).read_bytes()
    found = await house.links.find(key, NOW)
    assert found is not None
    assert (found.received_by, found.sha256, found.bytes) == (TO, sha256(whole).hexdigest(), len(whole))
    assert await fetch(house, key) == whole
    assert await fetch(house, key, 100_000, 150_000) == whole[100_000:150_000]
    async with house.world.database.reading() as tx:
        told = [
            entry for entry in await tx.audit.about(f"disclosure:{one.id}") if entry.kind == "disclosure-downloaded"
        ]
        outs, (link,) = await tx.disclosures.hand_outs(one.id), await tx.disclosures.links(one.id)
    assert [(entry.actor, entry.origin) for entry in told] == [(f"link:{made.link.id}", "203.0.113.7")] * 2
    assert [entry.detail for entry in told] == [
        {"link": made.link.id, "sha256": one.sha256, "first": first, "after": after, "bytes": len(whole)}
        for first, after in ((0, len(whole)), (100_000, 150_000))
    ]
    assert [out.received_by for out in outs] == [TO]
    assert link.sent == len(whole) + max(disclosure_links.LEAST, 50_000)
    kinds = [kind for kind, _, _ in await entries(house, one.id)]
    assert kinds[-4:-2] == ["disclosure-handed-out", "disclosure-linked"]
    assert await house.world.findings() == []


async def test_the_secret_is_nowhere(house: House) -> None:
    made, key = await linked(house)
    view = await DisclosuresView(house.world.database, house.desk, house.links).get(made.link.disclosure)
    shown = await house.desk.show(made.link.disclosure)
    async with house.world.database.reading() as tx:
        told = await tx.audit.about(f"disclosure:{made.link.disclosure}")
    for text in (repr(view), repr(shown), repr(told), repr(made.link)):
        assert key not in text and sha256(key.encode()).hexdigest() not in text
    assert view.links[0].received_by == TO and view.links[0].budget == made.link.budget


async def test_over_wrong_and_taken_back_open_nothing(house: House) -> None:
    made, key = await linked(house)
    week = timedelta(days=7)
    assert await house.links.find(key, NOW + week - timedelta(seconds=1)) is not None
    for wrong, at in (
        (key, NOW + week),
        (key[:-1] + ("A" if key[-1] != "A" else "B"), NOW),
        ("", NOW),
        (key.lower(), NOW),
    ):
        assert await house.links.find(wrong, at) is None
    other = await house.links.make(made.link.disclosure, "Lê Thị Cúc", ALLOWS, NOW)
    found = await house.links.find(key, NOW)
    assert found is not None
    await house.desk.decide(made.link.disclosure, Move.WITHDRAW, ALLOWS, NOW, "Nhầm cuộc gọi")
    for one in (key, other.address.removeprefix(ADDRESS)):
        assert await house.links.find(one, NOW) is None
    with pytest.raises(HotlineError):
        await house.links.open(found, "203.0.113.7")
    kept = await house.desk.get(made.link.disclosure)
    assert kept.state is State.WITHDRAWN and not house.desk.path(kept).exists()


async def test_taken_back_while_it_is_fetched(house: House) -> None:
    made, key = await linked(house)
    found = await house.links.find(key, NOW)
    assert found is not None
    source = await house.links.open(found, "203.0.113.7")  # its file is open: what ended is not the file alone
    await house.desk.decide(made.link.disclosure, Move.WITHDRAW, ALLOWS, NOW, "Nhầm cuộc gọi")
    with pytest.raises(HotlineError) as caught:
        async for _ in source.read(0, source.size):
            pass
    await source.close()
    assert caught.value.error_id == "link-invalid"
    assert "disclosure-downloaded" not in [kind for kind, _, _ in await entries(house, made.link.disclosure)]


async def test_a_link_is_never_good_for_longer_than_its_package(house: House) -> None:
    late = NOW + GOOD_FOR - timedelta(days=2)
    made, key = await linked(house, late)
    assert made.link.expires_at == NOW + GOOD_FOR
    assert await house.links.find(key, NOW + GOOD_FOR - timedelta(seconds=1)) is not None
    assert await house.links.find(key, NOW + GOOD_FOR) is None


async def test_so_many_times_and_no_more(house: House) -> None:
    made, key = await linked(house)
    size = (await house.desk.get(made.link.disclosure)).bytes
    times = DisclosureSettings().link_downloads
    done = await asyncio.gather(*(fetch(house, key) for _ in range(times * 3)), return_exceptions=True)
    full = [one for one in done if isinstance(one, bytes)]
    assert times <= len(full) <= made.link.budget // size
    assert {one.error_id for one in done if isinstance(one, HotlineError)} == {"link-invalid"}
    assert len(full) + sum(isinstance(one, HotlineError) for one in done) == len(done)
    told = [kind for kind, _, _ in await entries(house, made.link.disclosure)]
    assert told.count("disclosure-downloaded") == len(full)


async def test_a_line_that_breaks_costs_what_was_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure_links, "LEAST", 1)
    monkeypatch.setattr("hotline1022.recordings.stream.BLOCK", 1 << 14)
    made, key = await linked(house)
    one = await house.desk.get(made.link.disclosure)
    got = b""
    while len(got) < one.bytes:
        got += await fetch(house, key, len(got), stop=1)
    assert sha256(got).hexdigest() == one.sha256
    async with house.world.database.reading() as tx:
        (link,) = await tx.disclosures.links(one.id)
    assert one.bytes <= link.sent <= one.bytes + one.bytes // 100


async def test_a_single_byte_is_not_for_nothing(house: House) -> None:
    made, key = await linked(house)
    count = 0
    while await house.links.find(key, NOW) is not None:
        try:
            assert len(await fetch(house, key, 5, 6)) == 1
        except HotlineError as error:
            assert error.error_id == "link-invalid"
            break
        count += 1
    assert count == made.link.budget // disclosure_links.LEAST < 1000


@pytest.mark.parametrize("how", ["changed", "gone", "link"])
async def test_nothing_but_what_was_packed_is_sent(house: House, tmp_path: Path, how: str) -> None:
    made, key = await linked(house)
    assert await fetch(house, key)  # it was found whole, and is looked at again when it has changed
    path = house.desk.path(await house.desk.get(made.link.disclosure))
    whole = path.read_bytes()
    match how:
        case "changed":
            path.write_bytes(whole[:-7] + bytes([whole[-7] ^ 1]) + whole[-6:])
        case "gone":
            path.unlink()
        case "link":
            (tmp_path / "elsewhere").write_bytes(whole)
            path.unlink()
            path.symlink_to(tmp_path / "elsewhere")
    found = await house.links.find(key, NOW)
    assert found is not None
    with pytest.raises(HotlineError) as caught:
        await house.links.open(found, "203.0.113.7")
    assert caught.value.error_id == "package-damaged"


async def test_a_link_needs_a_package_and_an_address(house: House) -> None:
    one = await house.desk.request(house.request(), "token:thanh-tra", NOW)
    with pytest.raises(HotlineError) as early:
        await house.links.make(one.id, TO, ALLOWS, NOW)
    assert early.value.error_id == "disclosure-state"
    made = await house.packed()
    nowhere = DisclosureLinks(house.world.database, house.desk, house.folder, DisclosureSettings())
    with pytest.raises(HotlineError) as caught:
        await nowhere.make(made.id, TO, ALLOWS, NOW)
    assert caught.value.error_id == "link-address-missing"
    async with house.world.database.reading() as tx:
        assert not await tx.disclosures.hand_outs(made.id)
